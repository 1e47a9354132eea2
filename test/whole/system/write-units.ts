import type { Call } from '../../../infra/local/aws/protocol/call.ts';

/** A value in DynamoDB's own form. */
type Value = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Value>>;

const UNIT_BYTES = 1_024;

/** What an element of a list or map costs besides its content. */
const ELEMENT_BYTES = 1;
const CONTAINER_BYTES = 3;

const bytes = (text: string): number => Buffer.byteLength(text);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const sizeOfValue = (value: Value): number => {
  const [[type, held] = ['', undefined]] = Object.entries(value);
  if (type === 'S') return bytes(String(held));
  if (type === 'N') return Math.ceil(String(held).length / 2) + 1;
  if (type === 'L') return CONTAINER_BYTES + sum((held as Value[]).map((each) => ELEMENT_BYTES + sizeOfValue(each)));
  if (type === 'M') return CONTAINER_BYTES + Object.keys(held as Item).length * ELEMENT_BYTES + sizeOf(held as Item);
  return 1;
};

const sizeOf = (item: Item): number =>
  sum(Object.entries(item).map(([name, value]) => bytes(name) + sizeOfValue(value)));

const unitsOf = (item: Item): number => Math.max(1, Math.ceil(sizeOf(item) / UNIT_BYTES));

/** What an item has in an index: where it stands there, and what is projected. */
interface Projected {
  readonly place: string;
  readonly item: Item;
}

/** What an index holds of an item; `undefined` if the item is not in it. */
type Index = (item: Item) => Projected | undefined;

const of = (item: Item, names: readonly string[]): Item =>
  Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));

/** The indexes of the table: one with all of each item, and one with its brief. */
const INDEXES: readonly Index[] = [
  (item) => (item['state'] && item['at'] ? { place: JSON.stringify([item['state'], item['at']]), item } : undefined),
  (item) =>
    item['listed'] && item['at']
      ? {
          place: JSON.stringify([item['listed'], item['at']]),
          item: of(item, ['pk', 'sk', 'listed', 'at', 'state', 'brief']),
        }
      : undefined,
];

/** What one index costs. An item that moves in the index is deleted and put. What stays as it is costs nothing. */
const indexUnits = (index: Index, before: Item | undefined, after: Item): number => {
  const [from, to] = [before && index(before), index(after)];
  if (from && to && from.place === to.place)
    return JSON.stringify(from.item) === JSON.stringify(to.item) ? 0 : unitsOf(to.item);
  return (from ? unitsOf(from.item) : 0) + (to ? unitsOf(to.item) : 0);
};

const revOf = (item: Item | undefined): number => Number(item?.['rev']?.['N'] ?? 0);

/** @returns tells of each call, in their order, how many write units of the table and its index it takes */
export const countWriteUnits = (): ((call: Call) => number) => {
  const stored = new Map<string, Item>();
  return ({ service, action, body }) => {
    if (service !== 'dynamodb') return 0;
    if (action === 'UpdateItem') return 1;
    if (action !== 'PutItem') return 0;
    const { Item: item } = JSON.parse(body) as { readonly Item: Item };
    const name = JSON.stringify([item['pk'], item['sk']]);
    // Of the same name there may be an item in the system of an earlier test.
    const before = revOf(item) === 1 ? undefined : stored.get(name);
    // A write whose condition fails takes the units of the item that is there.
    if (revOf(item) !== revOf(before) + 1) return before ? unitsOf(before) : 1;
    stored.set(name, item);
    const own = Math.max(unitsOf(item), before ? unitsOf(before) : 0);
    return own + sum(INDEXES.map((index) => indexUnits(index, before, item)));
  };
};
