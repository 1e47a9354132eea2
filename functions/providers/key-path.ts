import { Fault } from '../core/fault.ts';
import { KeyUuid } from '../core/request/parse-request.ts';

/**
 * The path of one key: nothing but an id may stand there, since `self`, a blank or a slash would reach other keys.
 *
 * @throws Fault `refused/malformed`
 */
export const keyPath = (base: string, keyId: string): string => {
  const id = KeyUuid.safeParse(keyId);
  if (id.success) return `${base}/${id.data}`;
  throw new Fault('refused/malformed', 'Cannot name this key in a path, wanted its id as 8-4-4-4-12 hex');
};
