import { type EpochMs, epochMs } from '../../core/epoch.ts';
import { quarantineKey } from '../../core/ledger/keys.ts';
import { faultsIn, SCHEMA, salvaged } from '../../core/ledger/read-item.ts';
import { inStoredNames } from '../../core/ledger/stored-names.ts';
import type { ItemKey, Ledger, Ports, Versioned } from '../../core/ports.ts';

/** A copy of an item that cannot be read, as it was found. Nothing reads what is in it but people. */
interface QuarantineItem extends Versioned {
  readonly foundAt: EpochMs;
  /** The places that cannot be read. */
  readonly faults: readonly string[];
  /** Under the names of the table. Absent if it leaves no room for the rest. */
  readonly item?: unknown;
}

/** What a reader of the ledger does about an item that it cannot read. */
export interface Reading extends Pick<Ports, 'clock' | 'log' | 'digest'> {
  /** Puts the item right in its place: only where the role may write every kind of item. */
  readonly repairs: boolean;
}

/** Copies an item into the quarantine, once. @returns when this was found first */
const quarantine = async (
  ledger: Ledger,
  { clock, digest }: Reading,
  key: ItemKey,
  stored: object,
  faults: readonly string[],
): Promise<EpochMs> => {
  const place = quarantineKey(key, digest(JSON.stringify(stored)).slice(0, 16));
  const known = await ledger.read<QuarantineItem>(place);
  if (known) return epochMs(Number(known.foundAt) || 0);
  const note = { rev: 1, nonce: '', foundAt: clock.now(), faults };
  const copy: QuarantineItem = { ...note, item: inStoredNames(key, stored) };
  // An item that is nearly full leaves no room for more.
  await ledger.write(place, copy).catch(() => ledger.write(place, note));
  return note.foundAt;
};

/**
 * A ledger that hands out only items that are whole. An item that cannot be read is reported, copied into the quarantine, and handed out as
 * far as it can be read, with `salvagedAt`.
 *
 * @param reading absent for a reader that may not write: it keeps no copy and reports nothing
 */
export const readableLedger = (
  ledger: Ledger,
  { clock, reading }: { readonly clock: Ports['clock']; readonly reading?: Reading },
): Ledger => {
  const wholeOf = async <T extends object>(key: ItemKey, stored: T): Promise<T> => {
    const faults = faultsIn(key, stored);
    if (faults.length === 0) return stored;
    if (reading === undefined) return salvaged(key, stored, clock.now());
    reading.log.warn('ledger item unreadable', { pk: key.pk, sk: key.sk, faults: faults.join(', ') });
    const item = salvaged(key, stored, await quarantine(ledger, reading, key, stored, faults));
    if (!reading.repairs) return item;
    const { rev, nonce } = item as unknown as Versioned;
    const right = { ...item, rev: rev + 1, nonce: `${nonce}~` };
    const isRight = await ledger.write(key, right).catch(() => false);
    return isRight ? right : item;
  };
  /** The same of an item that carries its key. */
  const wholeWithKey = async <T extends ItemKey>({ pk, sk, ...item }: T): Promise<T> =>
    ({ ...(await wholeOf({ pk, sk }, item)), pk, sk }) as unknown as T;
  return {
    read: async <T extends Versioned>(key: ItemKey) => {
      const stored = await ledger.read<T>(key);
      return stored && wholeOf(key, stored);
    },
    write: (key, item, isNew) => {
      const { schema } = item as Versioned & { readonly schema?: unknown };
      const known = { ...item, schema: typeof schema === 'number' && schema > SCHEMA ? schema : SCHEMA };
      return ledger.write(key, known as Versioned, isNew);
    },
    list: async <T>(pk: string, prefix: string) =>
      Promise.all((await ledger.list<T>(pk, prefix)).map((item) => wholeOf({ pk, sk: item.sk }, item))),
    readMany: async <T extends Versioned>(keys: readonly ItemKey[]) =>
      Promise.all((await ledger.readMany<T>(keys)).map(wholeWithKey)),
    listed: ledger.listed,
    enlist: ledger.enlist,
    inState: async function* <T>(state: string, since: EpochMs, until: EpochMs) {
      for await (const page of ledger.inState<ItemKey>(state, since, until))
        yield (await Promise.all(page.map(wholeWithKey))) as unknown as readonly T[];
    },
    count: ledger.count,
    book: ledger.book,
  };
};
