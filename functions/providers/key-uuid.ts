import * as z from 'zod';
import { Fault } from '../core/fault.ts';

/** 8-4-4-4-12 hex of any version, in either case. Real ids are not always RFC 9562 UUIDs. */
export const KeyUuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'it must be hexadecimal digits in the form 8-4-4-4-12')
  .transform((id) => id.toLowerCase());

/**
 * The path of one key. It must end in an id: `self`, a blank or a slash would reach other keys.
 *
 * @throws Fault `refused/malformed`
 */
export const keyPath = (base: string, keyId: string): string => {
  const id = KeyUuid.safeParse(keyId);
  if (id.success) return `${base}/${id.data}`;
  throw new Fault('refused/malformed', 'Cannot use this key id: it must be hexadecimal digits in the form 8-4-4-4-12');
};
