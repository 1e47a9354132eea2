import type { KeySettings } from '../exchange.ts';
import type { StoredKey } from '../provider-side.ts';

/** One Bybit key with its account. */
export interface BybitKey extends StoredKey, KeySettings {
  /** Internal number, ascending by creation; lists are ordered and paged by it. */
  readonly id: number;
  readonly note: string;
  /** HMAC secret, or the RSA public key as PEM. */
  readonly verifier: { readonly hmac: string } | { readonly rsa: string };
  readonly userID: number;
  readonly isMaster: boolean;
  /** `"0"` for a master account. */
  readonly parentUid: string;
  /** 1 personal, 2 third-party application. */
  readonly type: 1 | 2;
  readonly createdAt: number;
  /** Epoch milliseconds; absent for a key bound to addresses, which never expires. */
  readonly expiresAt?: number;
}

const DAY_MS = 86_400_000;
/** A key without bound addresses lasts this long (docs/v5/user/create-subuid-apikey). */
const UNBOUND_MS = 90 * DAY_MS;

/** Whether a key is bound to no address. */
export const isUnbound = (ips: readonly string[]): boolean => ips.length === 0 || ips.includes('*');

/** The key with its expiry counted again: 90 days without bound addresses, none with. */
export const withNewExpiry = ({ expiresAt: _old, ...key }: BybitKey, at: number): BybitKey =>
  isUnbound(key.ips) ? { ...key, expiresAt: at + UNBOUND_MS } : key;

/** Whether the key's time is up. */
export const isExpired = ({ expiresAt }: BybitKey, at: number): boolean => expiresAt !== undefined && at >= expiresAt;

/** Whole days left, rounded up; the documented sentinel -2 for a key that never expires. */
export const deadlineDay = ({ expiresAt }: BybitKey, at: number): number =>
  expiresAt === undefined ? -2 : Math.ceil((expiresAt - at) / DAY_MS);

/** What `sub-apikeys` calls `status`: 1 permanent, 2 expired, 3 in its validity, 4 expires within 7 days. */
export const statusOf = (key: BybitKey, at: number): 1 | 2 | 3 | 4 => {
  if (key.expiresAt === undefined) return 1;
  if (isExpired(key, at)) return 2;
  return key.expiresAt - at < 7 * DAY_MS ? 4 : 3;
};
