import * as z from 'zod';

/** A secret that goes into a header as it is: printable, without white space from a copy. */
export const hiddenText = z
  .string('it must be a string')
  .regex(/^[\x21-\x7e]{1,4096}$/, 'it must be printable characters without white space');
