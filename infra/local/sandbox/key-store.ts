import type { StoredKey } from './provider-side.ts';

/** A state that is over: so many changes ago, or at an instant in epoch milliseconds. */
export type Before = { readonly world: string } & ({ readonly changes: number } | { readonly at: number });

/** The keys of a provider, with every earlier state of each. */
export interface KeyStore<K extends StoredKey> {
  /** @throws {Error} if the world already has a key of that identifier, dead or alive. */
  readonly add: (key: K) => void;
  /** @throws {Error} if the world never had that key. */
  readonly get: (world: string, keyId: string) => K;
  readonly has: (world: string, keyId: string) => boolean;
  /** Puts a new state of a known key in the place of the current one. */
  readonly replace: (key: K) => void;
  /** Every key that ever was, as it is now. */
  readonly all: () => readonly K[];
  /** Living keys in order of creation, as they are or as they were in one world. */
  readonly alive: (before?: Before) => readonly K[];
}

type Past = { readonly until: number };

const isUndone =
  (before: Before) =>
  ({ until }: Past, index: number, all: readonly Past[]): boolean =>
    'at' in before ? until > before.at : index >= all.length - before.changes;

/** @returns an empty store. @param now epoch milliseconds */
export const createKeyStore = <K extends StoredKey>(now: () => number): KeyStore<K> => {
  const keys: K[] = [];
  const past: { readonly index: number; readonly was: K; readonly until: number }[] = [];
  const indexOf = (world: string, keyId: string) => keys.findIndex((k) => k.world === world && k.keyId === keyId);
  const get = (world: string, keyId: string): K => {
    const key = keys[indexOf(world, keyId)];
    if (!key) throw new Error(`Cannot find key ${keyId} in ${world}, wanted one that was added there`);
    return key;
  };
  return {
    add: (key) => {
      if (indexOf(key.world, key.keyId) >= 0) throw new Error(`Cannot add key ${key.keyId} to ${key.world} twice`);
      keys.push(key);
    },
    get,
    has: (world, keyId) => indexOf(world, keyId) >= 0,
    replace: (key) => {
      const was = get(key.world, key.keyId);
      const index = keys.indexOf(was);
      past.push({ index, was, until: now() });
      keys[index] = key;
    },
    all: () => keys,
    alive: (before) => {
      const seen = [...keys];
      const inWorld = past.filter(({ was }) => was.world === before?.world);
      const undone = before === undefined ? [] : inWorld.filter(isUndone(before));
      for (const { index, was } of undone.reverse()) seen[index] = was;
      return seen.filter((key) => key.alive);
    },
  };
};
