import { Unavailable } from '../fault.ts';
import type { ItemChange, ItemKey, Ports, Versioned } from '../ports.ts';

/** The most tries for one item. After that something is wrong with the table or with this system. */
const MOST_TRIES = 20;

type Writer = Pick<Ports, 'ledger' | 'newId'>;

/** The item as this delivery knows it. An item that the delivery knows nothing of is read. @throws Unavailable if the ledger does not answer */
export const recall = async <T extends Versioned>(
  { ledger }: Pick<Ports, 'ledger'>,
  key: ItemKey,
): Promise<T | undefined> => {
  const known = ledger.known?.find<T>(key);
  return known ? known.item : ledger.read<T>(key);
};

/** The item after several changes; `undefined` if all of them leave it as it is. */
const changed = <T extends Versioned>(current: T | undefined, changes: readonly ItemChange<T>[]): T | undefined => {
  let next: T | undefined;
  for (const change of changes) {
    const made = change(next ?? current);
    if (made !== undefined) next = { ...made, rev: current?.rev ?? 0, nonce: current?.nonce ?? '' } as T;
  }
  return next;
};

/**
 * Changes an item and writes it, on condition that no other writer wrote in between. Otherwise it reads the item and does so again. What this
 * delivery knows of the item is not read first: the condition protects the item. Only a change that leaves the item as it is has no
 * condition, so it is decided on an item that was read.
 *
 * @param change pure; `undefined` leaves the item as it is
 * @param expected `none`: the item is most likely new, so it is written without being read
 * @returns the current item: the written one, or the one that `change` left as it is
 * @throws Unavailable if the ledger does not answer, or if other writers always come first
 */
export const updateItem = async <T extends Versioned>(
  { ledger, newId }: Writer,
  key: ItemKey,
  change: ItemChange<T>,
  expected?: 'none',
): Promise<T | undefined> => {
  let known = ledger.known?.find<T>(key) ?? (expected && {});
  const changes = [...(ledger.known?.takeOwed<T>(key) ?? []), change];
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const current = known ? known.item : await ledger.read<T>(key);
    const next = changed(current, changes);
    if (next === undefined && known === undefined) return current;
    known = undefined;
    if (next === undefined) continue;
    const item = { ...next, rev: (current?.rev ?? 0) + 1, nonce: newId() };
    if (await ledger.write(key, item, current === undefined)) return item;
  }
  throw new Unavailable(`Cannot write the ledger's item ${key.sk}: other writers came first ${MOST_TRIES} times`);
};

/**
 * Changes an item that this delivery knows, and keeps the change back until the delivery next writes the item, or reads it. So both travel in
 * one write. If the process dies before, the change is lost.
 *
 * @returns the item as it will be written
 * @throws as `updateItem`, which is what this is where nothing is known of the item
 */
export const updateLater = async <T extends Versioned>(
  ports: Writer,
  key: ItemKey,
  change: ItemChange<T>,
): Promise<T | undefined> => {
  const { known } = ports.ledger;
  const found = known?.find<T>(key);
  if (known === undefined || found === undefined) return updateItem(ports, key, change);
  const owed = [...known.takeOwed<T>(key), change];
  for (const each of owed) known.owe(key, each);
  return changed(found.item, owed) ?? found.item;
};
