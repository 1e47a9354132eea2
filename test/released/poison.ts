import type { Item } from './document-table.ts';
import type { Fixture } from './fixture.ts';

/** One place of one stored item that cannot be read any more. */
export interface Poison {
  /** The item and the place, without names that are data: `case works.*.calls`. */
  readonly place: string;
  readonly how: 'gone' | 'null' | 'of another type';
  readonly pk: string;
  readonly sk: string;
  readonly path: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** DynamoDB itself sees to these: they are the table's keys and the index's. */
const KEYS: readonly string[] = ['pk', 'sk', 'state', 'at'];
/** Records whose names are data. */
const RECORDS: readonly string[] = ['works', 'seen', 'facts'];
/** Of these each field matters. Others are read as a whole, or not at all. */
const INSIDE = /^(works|works\.[^.]+|lease|proved|pin|former|ended|interim|sent)$/;

const pathsOf = (item: Fields, before: readonly string[] = []): readonly (readonly string[])[] =>
  Object.entries(item).flatMap(([name, value]) => {
    if (before.length === 0 && KEYS.includes(name)) return [];
    const path = [...before, name];
    return isFields(value) && INSIDE.test(path.join('.')) ? [path, ...pathsOf(value, path)] : [path];
  });

const placeOf = ({ pk }: Item, path: readonly string[]): string => {
  const named = path.map((name, at) => (at === 1 && RECORDS.includes(path[0] ?? '') ? '*' : name));
  return `${pk.split('#')[0]} ${named.join('.')}`;
};

/** Everything that may be wrong with one item of a fixture. */
export const poisonsOf = ({ ledger }: Fixture): readonly Poison[] =>
  ledger.flatMap((item) =>
    pathsOf(item).flatMap((path) =>
      (['gone', 'null', 'of another type'] as const).map((how) => ({
        ...{ place: placeOf(item, path), how, pk: item.pk, sk: item.sk, path },
      })),
    ),
  );

const OF_ANOTHER_TYPE: Readonly<Record<string, unknown>> = {
  string: 7,
  number: 'seven',
  boolean: 'yes',
  object: 'this',
};

const spoilt = (item: Fields, [name = '', ...rest]: readonly string[], how: Poison['how']): Fields => {
  const { [name]: value, ...others } = item;
  if (rest.length > 0) return { ...item, [name]: spoilt(value as Fields, rest, how) };
  if (how === 'gone') return others;
  return { ...item, [name]: how === 'null' ? null : OF_ANOTHER_TYPE[typeof value] };
};

/** The fixture with that place spoilt. */
export const poisoned = (fixture: Fixture, { pk, sk, path, how }: Poison): Fixture => ({
  ...fixture,
  ledger: fixture.ledger.map((item) => (item.pk === pk && item.sk === sk ? (spoilt(item, path, how) as Item) : item)),
});
