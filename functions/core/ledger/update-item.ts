import { Unavailable } from '../fault.ts';
import type { ItemKey, Ports, Versioned } from '../ports.ts';

/** The most tries for one item. After that something is wrong with the table or with this system. */
const MOST_TRIES = 20;

type Body<T> = Omit<T, keyof Versioned>;

/**
 * Reads an item, changes it and writes it, on condition that no other writer wrote in between. Otherwise it does so again.
 *
 * @param change pure; `undefined` leaves the item as it is
 * @returns the current item: the written one, or the one that `change` left as it is
 * @throws Unavailable if the ledger does not answer, or if other writers always come first
 */
export const updateItem = async <T extends Versioned>(
  { ledger, newId }: Pick<Ports, 'ledger' | 'newId'>,
  key: ItemKey,
  change: (current: T | undefined) => Body<T> | undefined,
): Promise<T | undefined> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const current = await ledger.read<T>(key);
    const next = change(current);
    if (next === undefined) return current;
    const item = { ...next, rev: (current?.rev ?? 0) + 1, nonce: newId() } as T;
    if (await ledger.write(key, item)) return item;
  }
  throw new Unavailable(`Cannot write the ledger's item ${key.sk}: other writers came first ${MOST_TRIES} times`);
};
