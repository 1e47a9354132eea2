import type { ProviderName } from '../../../key-revocation-props.ts';

/** What a chapter comes to: what its receipt says, and what the provider's own record says. */
export interface Result {
  /** With its code, such as `stuck/permission-missing`. */
  readonly outcome: string;
  readonly keyState: string;
  readonly calls: number;
  /** What the receipt's evidence says of the replies to the calls. */
  readonly reply: string;
  readonly atProvider: 'alive' | 'dead';
  /** Every change that the provider really made to the key. */
  readonly changes: string;
  readonly stuckCopies: number;
}

/** A credential under the prefix. */
export interface StoredCredential {
  readonly name: string;
  readonly credential: Readonly<Record<string, string>>;
  /** Tags it as the key of this operation that expires so many milliseconds after it was stored. */
  readonly expiry?: { readonly inMs: number; readonly operation: string };
}

/** One key of the story, the request that it is meant by, and what has to come of it. */
export interface Chapter {
  readonly provider: ProviderName;
  readonly operation: string;
  /** Who signs and what is special, in a few words. */
  readonly how: string;
  /** The key that has to die or to lose rights. */
  readonly keyId: string;
  /** The provider's world of keys that it lives in. */
  readonly world: string;
  readonly stored: StoredCredential;
  /** A message on the queue, an event on the bus, or an expiry tag that a sweep finds. */
  readonly comes: 'queue' | 'bus' | 'tag';
  /** Provider and operation are added. Nobody sends anything for a tag. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly expected: Result;
}

/** A key that dies by one call. */
export const REVOKED: Result = {
  outcome: 'revoked',
  keyState: 'gone',
  calls: 1,
  reply: 'accepted',
  atProvider: 'dead',
  changes: 'deleted',
  stuckCopies: 0,
};
