import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Fields = Readonly<Record<string, unknown>>;

/** One item of the ledger's table, raw: its key and all its fields. */
export interface Item extends Fields {
  readonly pk: string;
  readonly sk: string;
}

/** The ledger's table in this process. Items go in and come out as they are stored, below every reader of ours. */
export interface DocumentTable {
  readonly client: DynamoDBDocumentClient;
  /** Every item as it stands, in the order of its key. */
  readonly items: () => readonly Item[];
}

interface Input {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Fields;
}

/** The item comes as it is stored, where the call asks for it: the client does not read it. Only numbers are ever asked for. */
class ConditionalCheckFailedException extends Error {
  override readonly name = 'ConditionalCheckFailedException';
  readonly Item: Fields;
  constructor(item: Fields = {}) {
    super('The conditional request failed');
    const numbers = Object.entries(item).filter(([, value]) => typeof value === 'number');
    this.Item = Object.fromEntries(numbers.map(([name, value]) => [name, { N: String(value) }]));
  }
}

/** The parts of an expression between a word, but for what stands in brackets. */
const partsOf = (expression: string, word: 'AND' | 'OR'): readonly string[] => {
  const parts = [''];
  let depth = 0;
  for (const token of expression.split(/(\(|\)| AND | OR )/)) {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    if (depth === 0 && token.trim() === word) parts.push('');
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts.map((part) => part.trim());
};

const nameOf = ({ pk, sk }: Item): string => `${pk}\n${sk}`;

/** What is stored is a copy, without fields that are `undefined`. */
const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

const COMPARED: Readonly<Record<string, (a: never, b: never) => boolean>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** DynamoDB's types, as far as the product asks for them. */
const isOfType = (value: unknown, type: unknown): boolean => type === 'N' && typeof value === 'number';

/** DynamoDB's expressions, as far as the product uses them. @throws Error on any other, so that none is misread */
const reader = ({ ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Input) => {
  const field = (word: string): string => (word.startsWith('#') ? (names[word] ?? word) : word);
  const value = (word: string): unknown => values[word];
  const holds = (atom: string, item: Fields | undefined): boolean => {
    const at = (word: string): unknown => item?.[field(word)];
    const isThere = /^attribute_(not_)?exists\((\S+)\)$/.exec(atom);
    if (isThere) return (at(isThere[2] ?? '') === undefined) === (isThere[1] !== undefined);
    const typed = /^(NOT )?attribute_type\((\S+), ?(\S+)\)$/.exec(atom);
    if (typed) return isOfType(at(typed[2] ?? ''), value(typed[3] ?? '')) === (typed[1] === undefined);
    const begins = /^begins_with\((\S+), ?(\S+)\)$/.exec(atom);
    if (begins) return String(at(begins[1] ?? '')).startsWith(String(value(begins[2] ?? '')));
    const between = /^(\S+) BETWEEN (\S+)~(\S+)$/.exec(atom);
    if (between) {
      const found = Number(at(between[1] ?? '') ?? Number.NaN);
      return found >= Number(value(between[2] ?? '')) && found <= Number(value(between[3] ?? ''));
    }
    const [left = '', sign = '', right = '', ...more] = atom.split(' ');
    const compare = COMPARED[sign];
    if (compare === undefined || more.length > 0)
      throw new Error(`Cannot read the condition "${atom}", wanted one that this table knows`);
    const other = right.startsWith('#') ? at(right) : value(right);
    return item !== undefined && compare(at(left) as never, other as never);
  };
  const meets = (expression: string | undefined, item: Fields | undefined): boolean =>
    expression === undefined ||
    partsOf(expression.replaceAll(/BETWEEN (\S+) AND (\S+)/g, 'BETWEEN $1~$2'), 'OR').some((all) =>
      partsOf(all, 'AND').every((atom) => (atom.startsWith('(') ? meets(atom.slice(1, -1), item) : holds(atom, item))),
    );
  return {
    meets,
    updated: (expression: string, item: Fields): Fields => {
      const next: Record<string, unknown> = { ...item };
      const parts = expression.split(/\b(SET|REMOVE|ADD)\b/).slice(1);
      for (let n = 0; n < parts.length; n += 2)
        for (const clause of (parts[n + 1] ?? '').split(',')) {
          const [left = '', ...rest] = clause.trim().split(/[ =]+/);
          const [base = '', , added] = rest;
          const given =
            added === undefined ? value(base) : Number(item[field(base)] ?? value(base)) + Number(value(added));
          if (parts[n] === 'REMOVE') delete next[field(left)];
          else next[field(left)] = parts[n] === 'SET' ? given : Number(next[field(left)] ?? 0) + Number(given);
        }
      return next;
    },
  };
};

/** @param loaded what the table holds at first */
export const documentTable = (loaded: readonly Item[] = []): DocumentTable => {
  const table = new Map(loaded.map((item) => [nameOf(item), copyOf(item)]));
  const demand = (isMet: boolean, current: Item | undefined): void => {
    if (!isMet) throw new ConditionalCheckFailedException(current);
  };
  const exchange = (command: string, input: Input): object => {
    const { meets, updated } = reader(input);
    const key = input.Key ?? input.Item ?? { pk: '', sk: '' };
    const current = table.get(nameOf(key));
    switch (command) {
      case 'GetCommand':
        return { Item: current && copyOf(current) };
      case 'BatchGetCommand': {
        const found = ([name, { Keys }]: readonly [string, { readonly Keys: readonly Item[] }]) =>
          [name, copyOf(Keys.flatMap((one) => table.get(nameOf(one)) ?? []))] as const;
        return { Responses: Object.fromEntries(Object.entries(input.RequestItems ?? {}).map(found)) };
      }
      case 'PutCommand':
        demand(meets(input.ConditionExpression, current), current);
        table.set(nameOf(key), copyOf(key));
        return {};
      case 'UpdateCommand':
        demand(meets(input.ConditionExpression, current), current);
        table.set(nameOf(key), copyOf({ ...updated(input.UpdateExpression ?? '', current ?? key), ...key }) as Item);
        return { Attributes: copyOf(table.get(nameOf(key))) };
      case 'QueryCommand': {
        const found = [...table.values()].filter((item) => meets(input.KeyConditionExpression, item));
        return { Items: copyOf(found.toSorted((a, b) => Number(a['at'] ?? 0) - Number(b['at'] ?? 0))) };
      }
      default:
        throw new Error(`Cannot carry out ${command}, wanted one that this table knows`);
    }
  };
  const client = Object.create(DynamoDBDocumentClient.prototype) as DynamoDBDocumentClient;
  const send = async ({
    constructor: { name },
    input,
  }: {
    readonly constructor: { name: string };
    readonly input: Input;
  }) => exchange(name, input);
  Object.assign(client, { send });
  return {
    client,
    items: () =>
      [...table.values()]
        .map(({ pk, sk, ...fields }) => ({ pk, sk, ...fields }))
        .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  };
};
