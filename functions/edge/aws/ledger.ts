import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { type EpochMs, epochMs } from '../../core/epoch.ts';
import { Unavailable } from '../../core/fault.ts';
import { LANES, type Lane } from '../../core/lane.ts';
import { BY_STATE } from '../../core/ledger/keys.ts';
import { BY_STATE_2 } from '../../core/ledger/lists.ts';
import { withStoredNames } from '../../core/ledger/stored-names.ts';
import type { Booked, Booking, ItemKey, Ledger, Listed, ListMarks, Versioned } from '../../core/ports.ts';
import { eachPage } from './each-page.ts';
import { classOf } from './error-class.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

type Item = Readonly<Record<string, unknown>>;

type Client = DynamoDBDocumentClient;

/** A number that JavaScript cannot hold exactly is read as text: the item can still be read, and the text is a fault in it. */
const exactNumber = (digits: string): number | string =>
  Math.abs(Number(digits)) <= Number.MAX_SAFE_INTEGER ? Number(digits) : digits;

/** The client that the ledger needs: it leaves `undefined` out, and reads every item that DynamoDB can hold. */
export const ledgerClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: exactNumber as never },
  });

const withoutKey = ({ pk: _pk, sk: _sk, ...item }: Item): unknown => item;

/** An item as an error of DynamoDB holds it, in DynamoDB's own form. */
type Stored = Readonly<Record<string, AttributeValue>>;

/** What comes of a write with a condition: of its output, or of the item that was there where the condition does not hold. */
interface Ends<Output, Result> {
  readonly held: (output: Output) => Result;
  /** @param stored empty if the write did not ask for the item */
  readonly failed: (stored: Stored) => Result;
}

/** @param what completes "Cannot …" */
const conditionally = async <Output, Result>(
  what: string,
  exchange: Promise<Output>,
  { held, failed }: Ends<Output, Result>,
): Promise<Result> => {
  try {
    return held(await exchange);
  } catch (error) {
    if (classOf(error) !== 'ConditionalCheckFailedException') throw unavailable(what, error);
    const { Item: stored = {} } = error as { readonly Item?: Stored };
    return failed(stored);
  }
};

const WHETHER: Ends<unknown, boolean> = { held: () => true, failed: () => false };

const unchangedSince = (rev: number, isNew = false) => {
  if (isNew) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return rev === 1
    ? {
        // An item whose revision cannot be read counts as one that was never written.
        ConditionExpression: 'attribute_not_exists(#rev) OR NOT attribute_type(#rev, :number) OR #rev < :first',
        ExpressionAttributeNames: { '#rev': 'rev' },
        ExpressionAttributeValues: { ':number': 'N', ':first': 1 },
      }
    : {
        ConditionExpression: '#rev = :before',
        ExpressionAttributeNames: { '#rev': 'rev' },
        ExpressionAttributeValues: { ':before': rev - 1 },
      };
};

const inPartition = (pk: string, prefix: string) =>
  prefix === ''
    ? { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }
    : {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      };

const below = (max: number, expiresAt: EpochMs) => ({
  UpdateExpression: 'ADD #count :one SET #expiresAt = :expiresAt',
  ConditionExpression: 'attribute_not_exists(#count) OR #count < :max',
  ExpressionAttributeNames: { '#count': 'count', '#expiresAt': 'expiresAt' },
  // The table's time to live is counted in whole seconds.
  ExpressionAttributeValues: { ':one': 1, ':max': max, ':expiresAt': Math.ceil(expiresAt / 1000) },
});

/** How long a rate's item is kept after its last slot. */
const KEPT_SECONDS = 3_600;

/** A lane has booked nothing behind an instant, or behind another lane's bookings. What is no number is no booking. */
const nothingBehind = (lane: Lane, bound: string): string =>
  `(NOT attribute_type(#${lane}, :number) OR #${lane} <= ${bound} OR #${lane} > :horizon)`;

/** What the item of a rate held when a booking failed. */
const bookedIn = (stored: Stored): Booked =>
  Object.fromEntries(LANES.map((lane) => [lane, epochMs(Number(stored[lane]?.N))] as const).filter(([, at]) => at > 0));

const nextSlot = ({ lane, begins, respects, now, latest, horizon, stepMs }: Booking) => {
  const isBehind = typeof begins === 'string';
  const bound = isBehind ? `#${begins}` : ':now';
  const others = respects.filter((name) => name !== begins);
  const conditions = others.map((name) => nothingBehind(name, bound));
  return {
    UpdateExpression: `SET #${lane} = ${isBehind ? bound : ':begins'} + :step, #expiresAt = :expiresAt`,
    ConditionExpression: [...(isBehind ? [`${bound} > :now AND ${bound} <= :latest`] : []), ...conditions].join(
      ' AND ',
    ),
    ExpressionAttributeNames: Object.fromEntries(
      ['expiresAt', lane, ...respects].map((name) => [`#${name}`, name] as const),
    ),
    // DynamoDB refuses a value that no expression names.
    ExpressionAttributeValues: {
      ':now': now,
      ':step': stepMs,
      ':expiresAt': Math.ceil(horizon / 1000) + KEPT_SECONDS,
      ...(isBehind ? { ':latest': latest } : { ':begins': begins }),
      ...(others.length > 0 ? { ':number': 'N', ':horizon': horizon } : {}),
    },
  };
};

/** The pages of a query, as DynamoDB cuts them: each is a bounded piece of memory. @param what completes "Cannot …" */
const pagesOf = (client: Client, what: string, query: QueryCommandInput) =>
  eachPage({
    what,
    ask: (ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey']) =>
      orUnavailable(what, client.send(new QueryCommand({ ...query, ExclusiveStartKey }))),
    next: ({ LastEvaluatedKey }) => LastEvaluatedKey,
  });

/** The two indexes of the table, each with the attribute of its partitions. */
const INDEXES = { state: BY_STATE, listed: BY_STATE_2 } as const;

interface Span {
  readonly of: keyof typeof INDEXES;
  readonly partition: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
}

async function* spanOf<T>(client: Client, table: string, { of, partition, since, until }: Span) {
  const query = {
    TableName: table,
    IndexName: INDEXES[of],
    KeyConditionExpression: '#of = :partition AND #at BETWEEN :since AND :until',
    ExpressionAttributeNames: { '#of': of, '#at': 'at' },
    ExpressionAttributeValues: { ':partition': partition, ':since': since, ':until': until },
  };
  for await (const { Items = [] } of pagesOf(client, 'list the ledger by state', query)) yield Items as readonly T[];
}

const listFrom = async (client: Client, table: string, pk: string, prefix: string): Promise<readonly Item[]> => {
  const query = { TableName: table, ConsistentRead: true, ...inPartition(pk, prefix) };
  const items: Item[] = [];
  for await (const { Items = [] } of pagesOf(client, 'list the ledger', query)) items.push(...Items);
  return items;
};

/** The most items of one BatchGetItem. */
const MOST_KEYS = 100;

const MOST_TRIES = 5;

/** DynamoDB may leave some of the keys to the next call. @throws Unavailable if it leaves some every time */
const readSome = async (client: Client, table: string, keys: readonly ItemKey[]): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let left: BatchGetCommandOutput['UnprocessedKeys'] = { [table]: { Keys: keys.map(({ pk, sk }) => ({ pk, sk })) } };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const output: BatchGetCommandOutput = await client.send(new BatchGetCommand({ RequestItems: left }));
    items.push(...(output.Responses?.[table] ?? []));
    left = output.UnprocessedKeys ?? {};
    if (Object.keys(left).length === 0) return items;
  }
  throw new Unavailable('Cannot read the ledger: DynamoDB leaves items out again and again');
};

const chunksOf = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, chunk) => all.slice(chunk * size, (chunk + 1) * size));

const MARKS = { '#listed': 'listed', '#brief': 'brief' };

const marking = (rev: number, marks: ListMarks | undefined) => {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = unchangedSince(rev + 1);
  return {
    ConditionExpression,
    UpdateExpression: marks ? 'SET #listed = :listed, #brief = :brief' : 'REMOVE #listed, #brief',
    ExpressionAttributeNames: { ...ExpressionAttributeNames, ...MARKS },
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ...(marks && { ':listed': marks.listed, ':brief': marks.brief }),
    },
  };
};

/**
 * The ledger in one DynamoDB table with the keys `pk` and `sk` and the time-to-live attribute `expiresAt`. What it lists carries its
 * key.
 */
export const dynamoLedger = (client: Client, table: string): Ledger =>
  withStoredNames({
    read: async <T extends Versioned>({ pk, sk }: ItemKey): Promise<T | undefined> => {
      const get = new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true });
      const { Item: item } = await orUnavailable('read the ledger', client.send(get));
      return item && (withoutKey(item) as T);
    },
    write: async ({ pk, sk }, item, isNew = false) => {
      const put = new PutCommand({
        ...{ TableName: table, Item: { ...item, pk, sk }, ...unchangedSince(item.rev, isNew) },
        // A write repeated by the SDK after its acknowledgement was lost fails on what it wrote itself.
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return conditionally('write to the ledger', client.send(put), {
        ...WHETHER,
        failed: ({ nonce }) => nonce?.S === item.nonce,
      });
    },
    list: async <T>(pk: string, prefix: string) =>
      (await listFrom(client, table, pk, prefix)) as readonly (T & ItemKey)[],
    readMany: async <T>(keys: readonly ItemKey[]) => {
      const read = chunksOf(keys, MOST_KEYS).map((chunk) => readSome(client, table, chunk));
      return (await orUnavailable('read the ledger', Promise.all(read))).flat() as unknown as readonly (T & ItemKey)[];
    },
    inState: (state, since, until) => spanOf(client, table, { of: 'state', partition: state, since, until }),
    listed: (list, since, until) => spanOf<Listed>(client, table, { of: 'listed', partition: list, since, until }),
    enlist: ({ pk, sk }, rev, marks) => {
      const update = new UpdateCommand({ TableName: table, Key: { pk, sk }, ...marking(rev, marks) });
      return conditionally('put an item into a list of the ledger', client.send(update), WHETHER);
    },
    count: async ({ pk, sk }, max, expiresAt) => {
      if (max < 1) return false;
      const update = new UpdateCommand({ TableName: table, Key: { pk, sk }, ...below(max, expiresAt) });
      return conditionally('count in the ledger', client.send(update), WHETHER);
    },
    book: async ({ pk, sk }, booking) => {
      const update = new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        ...nextSlot(booking),
        ReturnValues: 'UPDATED_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return conditionally<UpdateCommandOutput, EpochMs | Booked>('book a slot in the ledger', client.send(update), {
        held: ({ Attributes: attributes }) => epochMs(Number(attributes?.[booking.lane]) - booking.stepMs),
        failed: bookedIn,
      });
    },
  });
