import type { ItemChange, ItemKey, KnownItems, Ledger, Ports, Versioned } from '../ports.ts';
import { updateItem } from './update-item.ts';

const nameOf = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`;

/**
 * The ledger as one delivery uses it: it knows which items the delivery wrote or read, so that a change of one is written without reading the
 * item again. A read always asks the table, after it has written what is owed.
 */
export const ledgerOfDelivery = ({ ledger, newId }: Pick<Ports, 'ledger' | 'newId'>): Ledger => {
  const items = new Map<string, { readonly item?: Versioned | undefined }>();
  const owed = new Map<string, readonly ItemChange<never>[]>();
  const known: KnownItems = {
    find: <T extends Versioned>(key: ItemKey) => items.get(nameOf(key)) as { readonly item?: T } | undefined,
    owe: (key, change) => void owed.set(nameOf(key), [...(owed.get(nameOf(key)) ?? []), change as ItemChange<never>]),
    takeOwed: <T extends Versioned>(key: ItemKey) => {
      const changes = owed.get(nameOf(key)) ?? [];
      owed.delete(nameOf(key));
      return changes as unknown as readonly ItemChange<T>[];
    },
  };
  const own: Ledger = {
    ...ledger,
    known,
    read: async <T extends Versioned>(key: ItemKey) => {
      if (owed.has(nameOf(key))) return updateItem<T>({ ledger: own, newId }, key, () => undefined);
      const item = await ledger.read<T>(key);
      items.set(nameOf(key), { item });
      return item;
    },
    write: async (key, item, isNew) => {
      // Until the table answers, nobody knows which item it holds.
      items.delete(nameOf(key));
      const isWritten = await ledger.write(key, item, isNew);
      if (isWritten) items.set(nameOf(key), { item });
      return isWritten;
    },
  };
  return own;
};
