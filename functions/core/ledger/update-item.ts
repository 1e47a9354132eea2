import { Unavailable } from '../fault.ts';
import type { ItemKey, Ports, Versioned } from '../ports.ts';

/** Writers of one item at a time; past this something is wrong with the table or with us. */
const MOST_TRIES = 20;

type Body<T> = Omit<T, keyof Versioned>;

/**
 * Reads an item, makes the next one of it and writes that, on condition that nobody wrote in between; else all again.
 *
 * @param change pure; `undefined` leaves the item as it is
 * @returns the item as it stands now: the written one, or the one that `change` left as it is
 * @throws Unavailable where the ledger does not answer or the item is written to without end
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
