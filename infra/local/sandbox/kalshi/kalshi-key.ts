import type { StoredKey } from '../provider-side.ts';

/** One Kalshi key with what its account adds. */
export interface KalshiKey extends StoredKey {
  readonly userId: string;
  /** RSA or Ed25519, PEM. */
  readonly publicKey: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** The key is restricted to this sub account. */
  readonly subaccount?: number;
  /** The key is bound to a clearing member's trader. */
  readonly fcmSubtraderId?: string;
  /** Unix seconds at which the account's location attestation lapses. */
  readonly regionExpirationTs?: number;
}

/**
 * What the documentation leaves open. Codes of refusals outside authentication (`insufficient_scope`, `not_found` and the
 * like) are not known either: nobody should look for them.
 */
export interface KalshiUnconfirmed {
  /** Status for a key whose scopes or binding do not allow the request. @default 403 */
  readonly deniedStatus: 401 | 403;
  /** Whether a key restricted to a sub account may delete keys. @default false */
  readonly mayRestrictedDelete: boolean;
  /** Whether a key may delete itself. @default true */
  readonly maySelfDelete: boolean;
  /** Whether 404 and 400 come in the nested or the flat shape. @default 'nested' */
  readonly errorShape: 'nested' | 'flat';
  /** The greatest accepted distance of the timestamp from the clock, either way. @default 5000 */
  readonly toleranceMs: number;
}

export const KALSHI_UNCONFIRMED: KalshiUnconfirmed = {
  deniedStatus: 403,
  mayRestrictedDelete: false,
  maySelfDelete: true,
  errorShape: 'nested',
  toleranceMs: 5_000,
};
