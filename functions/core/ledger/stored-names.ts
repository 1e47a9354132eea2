import { isObject } from '../json.ts';
import type { ItemKey, Ledger, Versioned } from '../ports.ts';
import type { SweepItem } from '../request/expiry-tags.ts';
import type { AgreedVerdict, AttemptRecord, CaseItem } from './case-item.ts';
import type { KeyIdentityItem } from './keys.ts';
import { listMarks, withoutMarks } from './lists.ts';

/** How the ledger spells a value that the code spells differently. Total: unknown values pass unchanged. */
interface Spelling {
  toStored(value: unknown): unknown;
  fromStored(value: unknown): unknown;
}

type Way = keyof Spelling;

const AS_IT_IS: Spelling = { toStored: (value) => value, fromStored: (value) => value };

/** Single values: code value to stored value. */
const values = <T extends string>(table: Readonly<Record<T, string>>): Spelling => {
  const stored = new Map<unknown, string>(Object.entries<string>(table));
  const inCode = new Map<unknown, string>(Object.entries<string>(table).map(([code, name]) => [name, code]));
  return { toStored: (value) => stored.get(value) ?? value, fromStored: (value) => inCode.get(value) ?? value };
};

const entries = (value: unknown, change: (name: string, part: unknown) => readonly [string, unknown]): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, part]) => change(name, part))) : value;

/** Each value of a record whose names are data. */
const each = (spelling: Spelling): Spelling => {
  const going = (way: Way) => (value: unknown) => entries(value, (name, part) => [name, spelling[way](part)]);
  return { toStored: going('toStored'), fromStored: going('fromStored') };
};

type Field = string | readonly [storedName: string, inside: Spelling];

/** An item's fields: code name to stored name, with the spelling of the contents. All other fields keep their names. */
const fields = <T>(table: Readonly<Partial<Record<keyof T & string, Field>>>): Spelling => {
  const rows = Object.entries<Field | undefined>(table).map(([code, field = code]) => {
    const [stored, inside] = typeof field === 'string' ? ([field, AS_IT_IS] as const) : field;
    return { code, stored, inside };
  });
  const toStored = new Map(rows.map(({ code, stored, inside }) => [code, { to: stored, inside }]));
  const fromStored = new Map(rows.map(({ code, stored, inside }) => [stored, { to: code, inside }]));
  const going = (way: Way, by: typeof toStored) => (value: unknown) =>
    entries(value, (name, part) => {
      const row = by.get(name);
      return row ? [row.to, row.inside[way](part)] : [name, part];
    });
  return { toStored: going('toStored', toStored), fromStored: going('fromStored', fromStored) };
};

const AGREED = fields<NonNullable<AttemptRecord['agreed']>>({
  on: [
    'on',
    values<AgreedVerdict>({ absent: 'gone', 'absent-unseen': 'unbacked', 'as-asked': 'met', 'web-only': 'web-only' }),
  ],
});

const ATTEMPT = fields<AttemptRecord>({ notExecuted: 'voided', fallbackCode: 'atLast', agreed: ['agreed', AGREED] });

/** The table keeps the names of release 0.1.0. So a rollback can read what a later release wrote, and the other way round. */
const CASE = fields<CaseItem>({ attempts: ['works', each(ATTEMPT)], sightings: 'seen' });

const SWEEP = fields<SweepItem>({ firstSeenAt: 'metAt' });

const KEY_IDENTITY = fields<KeyIdentityItem>({ questionIds: 'seen' });

const PARTITIONS: readonly (readonly [prefix: string, spelling: Spelling])[] = [
  ['case#', CASE],
  ['sweep#', SWEEP],
  ['pin#', KEY_IDENTITY],
];

const spellingOf = (pk: string): Spelling => PARTITIONS.find(([prefix]) => pk.startsWith(prefix))?.[1] ?? AS_IT_IS;

/** Only cases have these states. No other item that is listed by state has different names in the code. */
const inState = (state: string): Spelling => (state.endsWith('-case') ? CASE : AS_IT_IS);

/** An item as the table holds it, under the code's names. */
export const inCodeNames = <T extends ItemKey>(stored: T): T => spellingOf(stored.pk).fromStored(stored) as T;

/** An item under the code's names, as the table holds it. */
export const inStoredNames = ({ pk }: ItemKey, item: object): unknown => spellingOf(pk).toStored(item);

/** An item under the code's names, as a writer keeps it: a mark of an earlier write would put it into a wrong list. */
const fromTable = <T extends object>({ pk }: ItemKey, stored: T): T =>
  withoutMarks(spellingOf(pk).fromStored(stored) as T);

/** A ledger with the code's names, on top of a table with the stored names. What it writes is put into its list of the index. */
export const withStoredNames = (table: Ledger): Ledger => ({
  read: async <T extends Versioned>(key: ItemKey) => {
    const stored = await table.read<T>(key);
    return stored && fromTable(key, stored);
  },
  write: (key, item, isNew) =>
    table.write(key, { ...(inStoredNames(key, withoutMarks(item)) as Versioned), ...listMarks(key, item) }, isNew),
  readMany: async <T extends Versioned>(keys: readonly ItemKey[]) =>
    (await table.readMany<T>(keys)).map((stored) => fromTable(stored, stored)),
  list: async <T>(pk: string, prefix: string) =>
    (await table.list(pk, prefix)).map((item) => spellingOf(pk).fromStored(item) as T & ItemKey),
  inState: async function* <T>(state: string, since: Parameters<Ledger['inState']>[1], until: typeof since) {
    for await (const page of table.inState(state, since, until))
      yield page.map((item) => inState(state).fromStored(item) as T);
  },
  listed: table.listed,
  enlist: table.enlist,
  count: table.count,
  book: table.book,
});
