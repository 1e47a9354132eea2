import { epochMs } from '../../../functions/core/epoch.ts';
import type { AttemptRecord } from '../../../functions/core/ledger/case-item.ts';
import { withoutMarks } from '../../../functions/core/ledger/lists.ts';
import { redriveKey } from '../../../functions/core/ledger/operator-items.ts';
import { inCodeNames, withStoredNames } from '../../../functions/core/ledger/stored-names.ts';
import type { Booked, ItemKey, Ledger, Versioned } from '../../../functions/core/ports.ts';
import { bookSlot } from '../../functions/core/book-slot.ts';
import type { OpenLedger } from '../../laws/scene.ts';

/** A ledger with its items in the open. */
export interface MemoryLedger extends Ledger, OpenLedger {
  /** As an operator does before a redrive is sent. */
  announce(requestId: string, attempt: number): void;
}

type Stored = ItemKey & Versioned & Readonly<Record<string, unknown>>;

const nameOf = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`;
const copyOf = <T>(item: T): T => JSON.parse(JSON.stringify(item));
const worksOf = (item: Stored | undefined): Readonly<Record<string, AttemptRecord>> =>
  (item?.['works'] as Readonly<Record<string, AttemptRecord>> | undefined) ?? {};
const callsIn = (attempts: readonly AttemptRecord[]): number => attempts.reduce((sum, { calls }) => sum + calls, 0);
const withoutKey = ({ pk: _pk, sk: _sk, ...item }: Stored): unknown => copyOf(item);

/** The ledger's contract over a map: what is stored is a copy, without fields that are `undefined`. */
export const memoryLedger = (): MemoryLedger => {
  const items = new Map<string, Stored>();
  const counts = new Map<string, number>();
  const booked = new Map<string, Booked>();
  const over = new Map<string, number>();
  const attempted = (isMeant: (pk: string) => boolean): number =>
    [...items.values()]
      .filter(({ pk }) => isMeant(pk))
      .reduce((sum, item) => sum + callsIn(Object.values(worksOf(item))) + (over.get(nameOf(item)) ?? 0), 0);
  const found = (by: 'state' | 'listed', name: string, since: number, until: number): readonly Stored[] => {
    const isIn = (item: Stored): boolean =>
      item[by] === name && Number(item['at']) >= since && Number(item['at']) <= until;
    return [...items.values()].filter(isIn).toSorted((a, b) => Number(a['at']) - Number(b['at']));
  };
  const table: Ledger = {
    read: async <T extends Versioned>(key: ItemKey) => {
      const item = items.get(nameOf(key));
      return item ? (withoutKey(item) as T) : (booked.get(nameOf(key)) as T | undefined);
    },
    write: async (key, item, isNew) => {
      const current = items.get(nameOf(key));
      if ((isNew && current) || (current?.rev ?? 0) !== item.rev - 1) return current?.nonce === item.nonce;
      const next = copyOf({ ...item, pk: key.pk, sk: key.sk });
      const left = Object.entries(worksOf(current)).filter(([name]) => worksOf(next)[name] === undefined);
      over.set(nameOf(key), (over.get(nameOf(key)) ?? 0) + callsIn(left.map(([, work]) => work)));
      items.set(nameOf(key), next);
      return true;
    },
    list: async <T>(pk: string, prefix: string) =>
      [...items.values()].filter((item) => item.pk === pk && item.sk.startsWith(prefix)).map(copyOf) as unknown as (T &
        ItemKey)[],
    readMany: async <T extends Versioned>(keys: readonly ItemKey[]) =>
      keys.flatMap((key) => (items.get(nameOf(key)) as unknown as T & ItemKey) ?? []).map(copyOf),
    inState: async function* <T>(state: string, since: number, until: number) {
      yield found('state', state, since, until).map((item) => copyOf(item) as unknown as T);
    },
    listed: async function* (list, since, until) {
      yield found('listed', list, since, until).map(({ pk, sk, at, state, brief }) =>
        copyOf({ pk, sk, at: epochMs(Number(at)), state, brief }),
      );
    },
    enlist: async (key, rev, marks) => {
      const item = items.get(nameOf(key));
      if (item?.rev !== rev) return false;
      items.set(nameOf(key), copyOf({ ...withoutMarks(item), ...marks }));
      return true;
    },
    count: async (key, max) => {
      const count = counts.get(nameOf(key)) ?? 0;
      if (count < max) counts.set(nameOf(key), count + 1);
      return count < max;
    },
    book: async (key, booking) => {
      const { item, said } = bookSlot(booked.get(nameOf(key)) ?? {}, booking);
      booked.set(nameOf(key), item);
      return said;
    },
  };
  const announce: MemoryLedger['announce'] = (requestId, attempt) => {
    const key = redriveKey(requestId);
    items.set(nameOf(key), { ...key, rev: 1, nonce: '', requestId, attempt, by: 'alex', at: 0 });
  };
  return {
    ...withStoredNames(table),
    attempted,
    announce,
    items: () => [...items.values()].map((item) => withoutMarks(inCodeNames(item))),
  };
};
