import type { Change, KeySettings } from './exchange.ts';

/** A request exactly as it came over the wire. */
export interface Arrived {
  /** Epoch milliseconds at which the provider looks at it. */
  readonly at: number;
  readonly method: string;
  /** Lower case, without a port. */
  readonly host: string;
  readonly world: string;
  /** The request target, undecoded. */
  readonly target: string;
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What every provider keeps of a key. A deleted key stays, dead, so that a stale reading can still show it. */
export interface StoredKey {
  readonly world: string;
  readonly keyId: string;
  readonly alive: boolean;
}

/** What a request sees: the living keys of all worlds, and how the rows of a list are handed out. */
export interface View<K> {
  readonly keys: readonly K[];
  readonly rows: <R>(rows: readonly R[]) => readonly R[] | null;
}

/** A change that a request makes, with the key as it is afterwards. */
export interface Effect<K> {
  readonly kind: Change['kind'];
  readonly key: K;
  readonly before?: KeySettings;
  readonly after?: KeySettings;
}

export interface Answer<K> {
  readonly reply: Reply;
  readonly effect?: Effect<K>;
}

/** The rules of one provider. It changes no key itself: the effect is applied, or not, by the server around it. */
export interface ProviderSide<K extends StoredKey> {
  /** Host name to world. */
  readonly worlds: Readonly<Record<string, string>>;
  /** Looks among all keys, dead ones too: a dead key's requests are still its own in the record. */
  readonly signerOf: (request: Arrived, keys: readonly K[]) => string | undefined;
  readonly answer: (request: Arrived, view: View<K>) => Answer<K>;
}
