import type { AttendedSandbox } from '../cast.ts';
import type { KeySettings } from '../exchange.ts';
import type { SandboxOptions } from '../serve-provider.ts';
import type { BybitKey } from './bybit-key.ts';
import type { BybitUnconfirmed } from './unconfirmed.ts';

export interface BybitOptions extends SandboxOptions {
  /** Where requests come from, for keys that are bound to addresses. @default '127.0.0.1' */
  readonly sourceAddress?: string;
  readonly unconfirmed?: Partial<BybitUnconfirmed>;
}

/** Exactly one of `apiSecret` (HMAC) and `publicKey` (RSA, PEM). */
export interface BybitSeed extends Partial<KeySettings> {
  readonly apiKey: string;
  readonly apiSecret?: string;
  readonly publicKey?: string;
  readonly note?: string;
  readonly type?: 1 | 2;
  readonly expired?: boolean;
}

export interface MasterSeed extends BybitSeed {
  /** The account; masters with the same number are keys of one account. @default a new account */
  readonly userID?: number;
}

export interface SubMemberSeed {
  /** The master account: its number, or any of its keys. */
  readonly parent: number | string;
  readonly subMemberId: string;
}

export type SubSeed = BybitSeed & SubMemberSeed;

/** What a person sees of a key in the web console. */
export type ShownKey = Omit<BybitKey, 'verifier'>;

export interface BybitSandbox extends AttendedSandbox {
  /** @returns the number of the account. */
  readonly addMaster: (world: string, seed: MasterSeed) => number;
  /** Adds a key, and its sub account where that is new. The parent of a demo key is a mainnet master. */
  readonly addSub: (world: string, seed: SubSeed) => void;
  /** Adds a sub account without a key. */
  readonly addSubMember: (world: string, seed: SubMemberSeed) => void;
  /** The key as it is, dead or alive. */
  readonly key: (world: string, keyId: string) => ShownKey;
  /** The key's time is up as of now. */
  readonly expire: (world: string, keyId: string) => void;
  /** Someone extends the key in the web console: 90 days from now where no address is bound. */
  readonly renew: (world: string, keyId: string) => void;
  /** Someone changes the key in the web console, where everything can be changed. */
  readonly patch: (world: string, keyId: string, settings: Partial<KeySettings>) => void;
  /** Where later requests come from. */
  readonly moveTo: (sourceAddress: string) => void;
}
