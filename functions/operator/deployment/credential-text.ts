import { readObject } from '../../core/json.ts';
import type { Ports } from '../../core/ports.ts';
import type { Holds } from './keys.ts';

/** Shorter texts are environments and the like. No credential of a provider is as short as that. */
const SHORTEST = 16;

/** White space is no information in a credential, whether it is there or written out. */
const bare = (text: string): string => text.replaceAll(/\\+[nrt]|\s/g, '');

/** The digests of what may be a credential in a text: JSON as it is stored, or the credential by itself. */
const digestsIn = ({ digest }: Pick<Ports, 'digest'>, text: string): readonly string[] => {
  const read = readObject(text);
  const texts = 'object' in read ? Object.values(read.object) : [text];
  return texts
    .flatMap((one) => (typeof one === 'string' ? bare(one) : []))
    .filter((one) => one.length >= SHORTEST)
    .map(digest);
};

/**
 * Tells the secrets that hold a credential. Only digests of the credential are kept, and for no longer than the command runs.
 *
 * @returns undefined if nothing in the text may be a credential
 */
export const holderOf = (ports: Pick<Ports, 'digest'>, credential: string): Holds | undefined => {
  const wanted = new Set(digestsIn(ports, credential));
  return wanted.size === 0 ? undefined : (text) => digestsIn(ports, text).some((digest) => wanted.has(digest));
};
