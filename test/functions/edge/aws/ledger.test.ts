import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, NumberValue, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { LANES } from '../../../../functions/core/lane.ts';
import { listsOf } from '../../../../functions/core/ledger/lists.ts';
import type { Booking, ItemKey, Ledger, Listed, Versioned } from '../../../../functions/core/ports.ts';
import { dynamoLedger, ledgerClient } from '../../../../functions/edge/aws/ledger.ts';
import { awsForThisFile } from '../../../infra/local/aws/aws-in-test.ts';
import { bookSlot } from '../../core/book-slot.ts';

interface Case extends Versioned {
  readonly state?: string | undefined;
  readonly deep?: object | undefined;
}

const calls: { action: string; body: string }[] = [];
const aws = awsForThisFile({ onCall: (call) => calls.push(call) });
const LATER = epochMs(Date.UTC(2030, 0, 1));

const BOOKING: Booking = {
  lane: 'requests',
  begins: LATER,
  respects: LANES,
  now: LATER,
  latest: LATER,
  horizon: LATER,
  stepMs: 1,
};

let client: DynamoDBDocumentClient;
let ledger: Ledger;
let count = 0;
/** Each test has a partition of its own, so that they run in any order. */
const fresh = (): ItemKey => ({ pk: `case#${++count}`, sk: 'case' });

beforeAll(async () => {
  const plain = new DynamoDBClient({ maxAttempts: 3 });
  const keys = ['pk', 'sk'] as const;
  await plain.send(
    new CreateTableCommand({
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...keys, 'state', 'listed', 'at'].map((AttributeName) => ({
        AttributeName,
        AttributeType: AttributeName === 'at' ? 'N' : 'S',
      })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-state',
          KeySchema: [
            { AttributeName: 'state', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'by-state-2',
          KeySchema: [
            { AttributeName: 'listed', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['state', 'brief'] },
        },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  client = ledgerClient(plain);
  ledger = dynamoLedger(client, 'ledger');
});

beforeEach(() => {
  aws().faults.clear();
  calls.length = 0;
});

it('reads nothing where nothing was written', async () => {
  expect(await ledger.read(fresh())).toBeUndefined();
});

it('reads what was written, as it was written', async () => {
  const key = fresh();
  const item = { rev: 1, nonce: 'a', deep: { list: [1, 'two', { three: null }], empty: '' } };
  expect(await ledger.write(key, { ...item, state: undefined } as Case)).toBe(true);
  expect(await ledger.read<Case>(key)).toEqual(item);
});

it('reads strongly', async () => {
  await ledger.read(fresh());
  expect(JSON.parse(calls.at(-1)?.body ?? '')).toMatchObject({ ConsistentRead: true });
});

it('replaces the item as a whole', async () => {
  const key = fresh();
  await ledger.write(key, { rev: 1, nonce: 'a', state: 'open-case' } as Case);
  expect(await ledger.write(key, { rev: 2, nonce: 'b' })).toBe(true);
  expect(await ledger.read(key)).toEqual({ rev: 2, nonce: 'b' });
});

it.each([
  ['a first one where there is one already', 1],
  ['one made from a revision that is gone', 2],
  ['one made from a revision that never was', 4],
])('refuses to write %s', async (_what, rev) => {
  const key = fresh();
  await ledger.write(key, { rev: 1, nonce: 'a' });
  await ledger.write(key, { rev: 2, nonce: 'b' });
  expect(await ledger.write(key, { rev, nonce: 'mine' })).toBe(false);
  expect(await ledger.read(key)).toEqual({ rev: 2, nonce: 'b' });
});

it.each([
  ['absent', {}],
  ['a text', { rev: '7' }],
  ['no count of writes', { rev: 0 }],
])('writes over an item whose revision is %s, once', async (_what, fields) => {
  const key = fresh();
  await client.send(new PutCommand({ TableName: 'ledger', Item: { ...key, ...fields } }));
  expect(await ledger.write(key, { rev: 1, nonce: 'a' })).toBe(true);
  expect(await ledger.write(key, { rev: 1, nonce: 'b' })).toBe(false);
  expect(await ledger.read(key)).toEqual({ rev: 1, nonce: 'a' });
});

it('reads a number that JavaScript cannot hold as a text', async () => {
  const key = fresh();
  const at = NumberValue.from('12345678901234567890');
  await client.send(new PutCommand({ TableName: 'ledger', Item: { ...key, rev: 1, nonce: 'a', at, deep: -1.5 } }));
  expect(await ledger.read(key)).toEqual({ rev: 1, nonce: 'a', at: '12345678901234567890', deep: -1.5 });
});

it('refuses to write over what is not there', async () => {
  const key = fresh();
  expect(await ledger.write(key, { rev: 2, nonce: 'b' })).toBe(false);
  expect(await ledger.read(key)).toBeUndefined();
});

it('lets one of many writers through', async () => {
  const key = fresh();
  const nonces = ['a', 'b', 'c', 'd', 'e'];
  const won = await Promise.all(nonces.map((nonce) => ledger.write(key, { rev: 1, nonce })));
  expect(won.filter(Boolean)).toHaveLength(1);
  expect((await ledger.read(key))?.nonce).toBe(nonces[won.indexOf(true)]);
});

it.each(['reset-after', 'unavailable-after'] as const)(
  'knows its own write again after %s, and the SDK asked twice',
  async (kind) => {
    const key = fresh();
    aws().faults.add({ service: 'dynamodb', action: 'PutItem', kind });
    expect(await ledger.write(key, { rev: 1, nonce: 'mine' })).toBe(true);
    expect(calls.filter(({ action }) => action === 'PutItem')).toHaveLength(2);
    expect(await ledger.read(key)).toEqual({ rev: 1, nonce: 'mine' });
  },
);

it('does not take the write of another with the same revision for its own', async () => {
  const key = fresh();
  await ledger.write(key, { rev: 1, nonce: 'theirs' });
  aws().faults.add({ service: 'dynamodb', action: 'PutItem', kind: 'unavailable' });
  expect(await ledger.write(key, { rev: 1, nonce: 'mine' })).toBe(false);
});

it('does not know whether it wrote where the table does not answer', async () => {
  const key = fresh();
  aws().faults.add({ service: 'dynamodb', action: 'PutItem', kind: 'reset-after', times: 3 });
  await expect(ledger.write(key, { rev: 1, nonce: 'mine' })).rejects.toBeInstanceOf(Unavailable);
  expect((await ledger.read(key))?.nonce).toBe('mine');
});

it('knows whose write it met without a second look', async () => {
  const key = fresh();
  await ledger.write(key, { rev: 1, nonce: 'theirs' });
  calls.length = 0;
  expect(await ledger.write(key, { rev: 1, nonce: 'mine' })).toBe(false);
  expect(await ledger.write(key, { rev: 1, nonce: 'theirs' })).toBe(true);
  expect(calls.map(({ action }) => action)).toEqual(['PutItem', 'PutItem']);
});

it.each([
  ['one that was written', { rev: 1 }],
  ['one whose revision is absent', {}],
  ['one whose revision is a text', { rev: '7' }],
])('makes a new item only where there is none, not even %s', async (_what, fields) => {
  const key = fresh();
  await client.send(new PutCommand({ TableName: 'ledger', Item: { ...key, ...fields } }));
  expect(await ledger.write(key, { rev: 1, nonce: 'a' }, true)).toBe(false);
  expect(await ledger.read(key)).toEqual(fields);
  expect(await ledger.write(fresh(), { rev: 1, nonce: 'a' }, true)).toBe(true);
});

it('lists one partition by the beginning of its sort keys, on every page', async () => {
  const { pk } = fresh();
  const bulk = 'x'.repeat(200_000); // a page ends after 1 MB
  const sks = Array.from({ length: 12 }, (_none, at) => `signer#${String(at).padStart(2, '0')}`);
  for (const sk of [...sks, 'other#1']) await ledger.write({ pk, sk }, { rev: 1, nonce: sk, bulk } as Versioned);
  await ledger.write(fresh(), { rev: 1, nonce: 'elsewhere' });
  calls.length = 0;
  const listed = await ledger.list<Versioned>(pk, 'signer#');
  expect(listed.map(({ sk, nonce }) => [sk, nonce])).toEqual(sks.map((sk) => [sk, sk]));
  expect(calls.length).toBeGreaterThan(1);
  for (const { body } of calls) expect(JSON.parse(body)).toMatchObject({ ConsistentRead: true });
});

it('lists a whole partition, and one that is empty', async () => {
  const { pk } = fresh();
  expect(await ledger.list(pk, '')).toEqual([]);
  await ledger.write({ pk, sk: 'a' }, { rev: 1, nonce: 'a' });
  calls.length = 0;
  expect(await ledger.list(pk, '')).toEqual([{ pk, sk: 'a', rev: 1, nonce: 'a' }]);
  expect(calls[0]?.body).not.toContain('begins_with'); // the service refuses an empty text in a key condition
});

it('lists what is in a state between two instants, oldest first, page by page', async () => {
  const bulk = 'x'.repeat(300_000); // a page ends after 1 MB
  const at = (n: number) => ({ rev: 1, nonce: `${n}`, state: 'listed', at: n, bulk }) as Versioned;
  for (const n of [7, 3, 5, 9, 4, 1]) await ledger.write(fresh(), at(n));
  await ledger.write(fresh(), { rev: 1, nonce: 'other', state: 'elsewhere', at: 5 } as Versioned);
  const pages: Versioned[][] = [];
  for await (const page of ledger.inState<Versioned>('listed', epochMs(3), epochMs(7))) pages.push([...page]);
  const key = { pk: expect.stringMatching(/^case#/), sk: 'case' };
  expect(pages.flat()).toEqual([at(3), at(4), at(5), at(7)].map((item) => ({ ...item, ...key })));
  expect(pages.length).toBeGreaterThan(1);
});

it('says so where a state cannot be listed', async () => {
  aws().faults.add({ service: 'dynamodb', action: 'Query', kind: 'unavailable', times: 3 });
  const pages = ledger.inState('listed', epochMs(0), epochMs(1))[Symbol.asyncIterator]();
  await expect(pages.next()).rejects.toBeInstanceOf(Unavailable);
});

describe('the lists of the new index', () => {
  const due = (n: number) =>
    ({ rev: 1, nonce: `${n}`, state: 'due', at: n, provider: 'kalshi', more: 'x' }) as Versioned;
  const inLists = async (): Promise<readonly Listed[]> => {
    const all: Listed[] = [];
    for (const list of listsOf('due'))
      for await (const page of ledger.listed(list, epochMs(3), epochMs(7))) all.push(...page);
    return all.toSorted((a, b) => a.at - b.at);
  };
  const takeOutAll = async (): Promise<void> => {
    for (const { pk, sk } of await inLists()) await ledger.enlist({ pk, sk }, 1, undefined);
  };
  beforeEach(takeOutAll);

  it('hold what is written, between two instants, and only in brief', async () => {
    for (const n of [2, 5, 3, 8]) await ledger.write(fresh(), due(n));
    const key = { pk: expect.stringMatching(/^case#/), sk: 'case' };
    expect(await inLists()).toEqual(
      [3, 5].map((at) => ({
        ...{ ...key, at, state: 'due', brief: { provider: 'kalshi' } },
        listed: expect.stringMatching(/^due#[0-7]$/),
      })),
    );
  });

  it('are left by the write that ends the state, and no reader of the item sees them', async () => {
    const key = fresh();
    await ledger.write(key, due(5));
    expect(await ledger.read(key)).toEqual(due(5));
    await ledger.write(key, { rev: 2, nonce: 'b', at: 5 } as Versioned);
    expect(await inLists()).toEqual([]);
  });

  it('take in an item that has not changed since, and leave its revision', async () => {
    const key = fresh();
    await ledger.write(key, due(5));
    expect(await ledger.enlist(key, 1, undefined)).toBe(true);
    expect(await inLists()).toEqual([]);
    const marks = { listed: 'due#3', brief: { provider: 'bybit' } };
    expect([await ledger.enlist(key, 2, marks), await ledger.enlist(key, 0, marks)]).toEqual([false, false]);
    expect(await inLists()).toEqual([]);
    expect(await ledger.enlist(key, 1, marks)).toBe(true);
    expect(await inLists()).toMatchObject([{ ...key, ...marks }]);
    expect(await ledger.read(key)).toEqual(due(5));
  });

  it('are read by the hundred, without what is not there', async () => {
    const keys = Array.from({ length: 130 }, fresh);
    for (const key of keys.slice(0, 120)) await ledger.write(key, { rev: 1, nonce: key.pk });
    calls.length = 0;
    const items = await ledger.readMany<Versioned>(keys);
    expect(calls.map(({ action }) => action)).toEqual(['BatchGetItem', 'BatchGetItem']);
    expect(new Set(items.map(({ pk, sk, nonce, rev }) => `${pk === nonce} ${sk} ${rev}`))).toEqual(
      new Set(['true case 1']),
    );
    expect(items).toHaveLength(120);
    expect(await ledger.readMany([])).toEqual([]);
  });

  it('ask again for what DynamoDB has left out, and not for ever', async () => {
    const key = fresh();
    let times = 0;
    const answering = (most: number): typeof client =>
      Object.assign(Object.create(client), {
        send: async ({ input }: { input: { RequestItems: object } }) => {
          times += 1;
          return times < most
            ? { UnprocessedKeys: input.RequestItems }
            : { Responses: { ledger: [{ ...key, rev: 1 }] } };
        },
      });
    expect(await dynamoLedger(answering(3), 'ledger').readMany([key])).toEqual([{ ...key, rev: 1 }]);
    times = 0;
    await expect(dynamoLedger(answering(9), 'ledger').readMany([key])).rejects.toBeInstanceOf(Unavailable);
    expect(times).toBe(5);
  });
});

it('counts up to the limit and not past it', async () => {
  const key = fresh();
  const counted = await Promise.all([1, 2, 3, 4, 5].map(() => ledger.count(key, 3, LATER)));
  expect(counted.filter(Boolean)).toHaveLength(3);
  expect(await ledger.count(key, 4, LATER)).toBe(true);
});

it('counts nothing where nothing is allowed', async () => {
  const key = fresh();
  expect(await ledger.count(key, 0, LATER)).toBe(false);
  expect(await ledger.read(key)).toBeUndefined();
});

it('keeps a counter until some time after its end, in whole seconds', async () => {
  const key = fresh();
  await ledger.count(key, 1, epochMs(1_900_000_000_001));
  const { Item: item } = await client.send(new GetCommand({ TableName: 'ledger', Key: key }));
  expect(item?.['expiresAt']).toBe(1_900_000_001);
});

it('books as the ledger in memory does, in one write, whatever is booked', () => {
  const instant = fc.integer({ min: 1, max: 40 }).map(epochMs);
  const booking: fc.Arbitrary<Booking> = fc
    .record({
      lane: fc.constantFrom(...LANES),
      others: fc.subarray([...LANES]),
      at: fc.option(instant),
      now: instant,
      latest: instant,
      horizon: instant,
      stepMs: fc.constantFrom(1, 7),
    })
    .map(({ others, at, ...times }) => {
      const respects = [...new Set([times.lane, ...others])];
      return { ...times, respects, begins: at ?? respects.at(-1) ?? times.lane };
    });
  const held = fc.record({ urgent: instant, requests: instant, rechecks: instant }, { requiredKeys: [] });
  return fc.assert(
    fc.asyncProperty(held, booking, async (item, wish) => {
      const key = fresh();
      const expected = bookSlot(item, wish);
      await client.send(new PutCommand({ TableName: 'ledger', Item: { ...key, ...item } }));
      calls.length = 0;
      expect(await ledger.book(key, wish)).toEqual(expected.said);
      expect(calls.map(({ action }) => action)).toEqual(['UpdateItem']);
      expect(await ledger.read(key)).toMatchObject(expected.item);
    }),
    { numRuns: 200 },
  );
});

it('books where what is stored is no instant, and keeps the item for an hour', async () => {
  const key = fresh();
  await client.send(new PutCommand({ TableName: 'ledger', Item: { ...key, requests: 'soon', urgent: null } }));
  const times = { now: epochMs(1_000), latest: epochMs(9_000), horizon: epochMs(60_001), stepMs: 200 };
  expect(await ledger.book(key, { lane: 'requests', begins: epochMs(1_000), respects: LANES, ...times })).toBe(1_000);
  expect(await ledger.read(key)).toMatchObject({ requests: 1_200, expiresAt: 61 + 3_600 });
});

it.each<[string, string, (key: ItemKey) => Promise<unknown>]>([
  ['read the ledger', 'GetItem', (key) => ledger.read(key)],
  ['write to the ledger', 'PutItem', (key) => ledger.write(key, { rev: 1, nonce: 'a' })],
  ['list the ledger', 'Query', ({ pk }) => ledger.list(pk, 'case')],
  ['count in the ledger', 'UpdateItem', (key) => ledger.count(key, 1, LATER)],
  ['book a slot in the ledger', 'UpdateItem', (key) => ledger.book(key, BOOKING)],
])('cannot %s while the table is down', async (what, action, use) => {
  aws().faults.add({ service: 'dynamodb', action, kind: 'unavailable', times: 3 });
  await expect(use(fresh())).rejects.toThrow(new Unavailable(`Cannot ${what}: InternalFailure`));
});

it('is unavailable, not refused, where the table does not exist', async () => {
  const lost = dynamoLedger(client, 'no-such-table');
  await expect(lost.write(fresh(), { rev: 1, nonce: 'a' })).rejects.toThrow('ResourceNotFoundException');
});

it.each<[string, (circling: Ledger) => Promise<unknown>]>([
  ['a partition', (circling) => circling.list('a', '')],
  [
    'a state',
    async (circling) => {
      for await (const _ of circling.inState('open-case', epochMs(0), LATER));
    },
  ],
])('gives up where DynamoDB names the same next page of %s twice', async (_what, reading) => {
  const circle = { send: async () => ({ Items: [], LastEvaluatedKey: { pk: 'a', sk: 'b' } }) };
  const names = reading(dynamoLedger(circle as never, 'ledger'));
  await expect(names).rejects.toThrow(/^Cannot list the ledger.*: AWS names the same next page twice$/);
});
