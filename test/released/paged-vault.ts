import { type MemoryVault, memoryVault } from '../faults/simulated/memory-vault.ts';
import type { Fixture, StoredSecret } from './fixture.ts';
import type { Vault } from './product.ts';
import { withSecrets } from './throwaway.ts';

const PER_PAGE = 1;
const LONG_AGO_MS = 30 * 86_400_000;

export interface PagedVault {
  readonly vault: Vault;
  readonly label: MemoryVault['label'];
  /** A new version becomes the current one. */
  readonly put: (name: string, credential: Readonly<Record<string, string>>) => void;
  /** The secrets as they stand now. */
  readonly secrets: () => Promise<Fixture['secrets']>;
}

const opened = (credential: unknown): unknown => JSON.parse(withSecrets(JSON.stringify(credential)));

/** A fixture's secrets, listed one by one. @param madeAt since when they are there, epoch milliseconds */
export const pagedVault = (secrets: Fixture['secrets'], madeAt: number, now: () => number): PagedVault => {
  const first = Object.entries(secrets).map(([name, { versions }]) => [name, opened(versions[0])] as const);
  const vault = memoryVault(Object.fromEntries(first), madeAt - LONG_AGO_MS, now);
  const stored = new Map<string, StoredSecret>(Object.entries(secrets));
  for (const [name, { versions, tags = {} }] of stored) {
    for (const credential of versions.slice(1)) vault.put(name, JSON.stringify(opened(credential)));
    vault.label(name, tags);
  }
  const tagged: Vault['tagged'] = async function* (prefix, tagKey, from = '0') {
    for await (const { secrets: all } of vault.tagged(prefix, tagKey))
      for (let at = Number(from); at < all.length; at += PER_PAGE) {
        const next = at + PER_PAGE;
        yield { secrets: all.slice(at, next), next: next < all.length ? String(next) : undefined };
      }
  };
  return {
    vault: { ...vault, tagged },
    label: vault.label,
    put: (name, credential) => {
      const { versions = [], ...rest } = stored.get(name) ?? {};
      stored.set(name, { ...rest, versions: [...versions, credential] });
      vault.put(name, JSON.stringify(opened(credential)));
    },
    secrets: async () => {
      const described = [...stored].map(async ([name, { versions }]) => {
        const { tags = {} } = (await vault.describe(name)) ?? {};
        return [name, { versions, ...(Object.keys(tags).length > 0 ? { tags } : {}) }] as const;
      });
      return Object.fromEntries(await Promise.all(described));
    },
  };
};
