import type { Exchange, KeySettings } from './exchange.ts';
import type { Fault } from './faults.ts';
import type { Hand } from './hands.ts';
import type { Sandbox, SandboxOptions } from './serve-provider.ts';

/** A sandbox with a web console, in which a person deletes a key or brings it back. */
export interface AttendedSandbox extends Sandbox {
  remove(world: string, keyId: string): void;
  /** A deleted key is there again. */
  revive(world: string, keyId: string): void;
}

/** A key with the credential that is stored for it. */
export interface Member {
  readonly keyId: string;
  /** The provider's world of keys. */
  readonly world: string;
  readonly credential: Readonly<Record<string, string>>;
  /** How a request names the key. */
  readonly named: Readonly<Record<string, string>>;
  /** The same with where the key is; `named` at a provider that has to be told nothing of that. */
  readonly located: Readonly<Record<string, string>>;
}

/** What a key is like where that is not the usual. */
export interface Kind {
  /** One of the cast's `signing`. @default the first of these */
  readonly signing?: string;
  /** It lacks what the operations need. */
  readonly lacks?: boolean;
  /** Another key signs for it. */
  readonly isManaged?: boolean;
  /** @default the cast's world */
  readonly world?: string;
  /** In which group of its account, where a provider has groups. @default 0 */
  readonly group?: number;
}

/** One account at the provider. Its keys are made when they are asked for, each number once. */
export interface Account {
  /** A key that manages the account's others; absent where keys do nothing but sign for themselves. */
  managing?(n: number, kind?: Kind): Member;
  /** A key that manages nothing but itself. */
  key(n: number, kind?: Kind): Member;
  /** How a request would name a key that the provider never had. */
  nobody(n: number): Member['located'];
}

export type Signer = 'self' | 'managing';

/** What the provider lets be done to its keys. */
export interface Doable {
  readonly kind: 'delete' | 'update';
  /** The key that it is about. */
  readonly of: 'key' | 'managing';
  readonly signers: readonly Signer[];
  /** A key may lack what it takes. */
  readonly needsPermission: boolean;
}

/** One way to ask for an operation. */
export interface Part {
  readonly operation: string;
  readonly by: Signer;
  /** How the request names its target. */
  readonly target: 'self' | 'named' | 'located' | 'secret';
  /** What is special about it, in words. */
  readonly special?: string;
  /** In its name, in place of who signs. */
  readonly called?: string;
  /** Of the target. */
  readonly kind?: Kind;
}

/** A part that is particular to its provider, with what an order for it comes to. */
export interface SpecialPart extends Part {
  /** @default the operation's end: `revoked`, `restricted` */
  readonly ends?: string;
  /** Where the request is urgent. @default the same */
  readonly endsUrgent?: string;
  /** What it may come to as well where a single reply was lost or lied. */
  readonly orElse?: readonly string[];
  /** Signing takes long. */
  readonly isCostly?: boolean;
  /** The target is the managing key itself, whatever the operation is about. */
  readonly ofManaging?: boolean;
  /** Keys of the account that are listed before the target. @default 1 */
  readonly before?: number;
}

/** A part that is played before an audience. */
export interface StoryPart extends Part {
  /** An event on the bus, or an expiry tag that a sweep finds so many milliseconds later. @default a message on the queue */
  readonly comes?: 'bus' | { readonly expiresInMs: number };
  readonly isReplyLost?: boolean;
}

/** A key for people to try the system on. */
export interface Sample<S> extends Pick<Member, 'keyId' | 'world' | 'credential'> {
  /** The last part of its secret's name. */
  readonly name: string;
  /** What it may be used for, in a few words. */
  readonly what: string;
  /** Makes the key. Samples are put in their order. */
  put(sandbox: S): void;
}

/** So many requests in a window that rolls with the clock, as the provider documents it. */
export interface DocumentedRate {
  /** Whose: `address`, `account and call`. */
  readonly of: string;
  readonly most: number;
  readonly perMs: number;
  /** What an exchange counts against; `undefined` where it does not count. @param account whose key signed it */
  name(exchange: Exchange, account: string): string | undefined;
}

/** The keys of a provider that tests, crash runs and the story are played with. */
export interface Cast<S> {
  readonly world: string;
  readonly operations: Readonly<Record<string, Doable>>;
  /** What a managing key is called in the name of an order; absent where there is none. */
  readonly manager?: string;
  /** How keys sign; the first is the usual. */
  readonly signing: readonly [string, ...string[]];
  /** What an update asks for, and the most that it leaves; absent where keys cannot be updated. */
  readonly update?: { readonly settings: Readonly<Record<string, unknown>>; readonly narrow: KeySettings };
  /** What a key may do, where that can be changed. */
  settingsOf?(sandbox: S, world: string, keyId: string): KeySettings;
  /** How long after its sending a call may still be taken, in milliseconds. @default 0 */
  readonly landsWithinMs?: number;
  /** The method of a request that changes something. */
  readonly callMethod: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** How many other environments are asked about a key that its own environment does not know. @default 0 */
  readonly siblings?: number;
  /** Ways to ask beside those that follow from the operations. */
  readonly special?: readonly SpecialPart[];
  /** Requests that are refused before anybody is asked. */
  readonly refused?: readonly (Part & { readonly ends: string })[];
  /** @default each operation by each of its signers */
  readonly story?: readonly StoryPart[];
  /** What the provider answers to a key that it does not know. */
  readonly unknownKey: Fault;
  /** Whether what is asked bears the time, so that a clock that is off is refused. */
  readonly isTimed: boolean;
  /** Whether the usual signature takes so long that a crowd of keys has to be small. @default false */
  readonly isSlow?: boolean;
  readonly rates: readonly DocumentedRate[];
  /** Opens an account. @param n tells accounts apart; the same number has the same keys */
  account(sandbox: S, n: number): Account;
  /** The keys that `events/` is about. @default none */
  samples?(): readonly Sample<S>[];
}

/** All that there is of one provider. */
export interface ProviderSandbox<O extends SandboxOptions, S extends AttendedSandbox> {
  /** The provider's name as people write it. */
  readonly title: string;
  /** Opens the provider's side of all its environments on a loopback port. Close it when done. */
  side(options?: O): Promise<S>;
  readonly cast: Cast<S>;
  /** What a person may do to a key at the provider, beside deleting it and bringing it back. */
  readonly hands: readonly Hand<S>[];
}
