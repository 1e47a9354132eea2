import { shortened } from '../../core/receipts/make-receipt.ts';

/** The identifier in a key's name. */
export const keyIdIn = (name: string): string => name.split('/').slice(2).join('/');

/** Whether a key's name, `provider/realm/identifier`, is meant by that word: itself, its identifier or its short form. */
export const isKey = (name: string | undefined, wanted: string): boolean => {
  if (name === undefined) return false;
  const keyId = keyIdIn(name);
  const short = wanted.replace('...', '…');
  return [name, keyId].some((text) => text.toLowerCase() === wanted.toLowerCase()) || shortened(keyId) === short;
};
