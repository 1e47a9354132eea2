import * as z from 'zod';

/** A secret that goes into a header as it is: printable, and nothing around it that a copy brought along. */
export const hiddenText = z
  .string('wanted a text')
  .regex(/^[\x21-\x7e]{1,4096}$/, 'wanted printable characters without white space in or around them');
