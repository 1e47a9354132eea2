import { describe, expect, it } from 'vitest';
import { type Exchange, forEachSandbox, type KeySettings } from '../../../infra/local/sandbox/index.ts';
import {
  CONFIRMED,
  DELETION,
  evidenceWith,
  KEY,
  RECEIPT,
  REQUEST_ID,
  START,
  settings,
} from '../../laws/evidence-for-test.ts';
import { breachesIn } from '../../laws/laws.ts';
import { evidenceIn } from './evidence.ts';
import { ORDER } from './order-for-test.ts';
import type { OwnRecord, SentOrder, Traces } from './traces.ts';

const NOBODY: OwnRecord = { exchanges: [], changes: [], isAlive: () => false };
const exchange = (seq: number, at: number, method: string, more: Partial<Exchange> = {}): Exchange => ({
  ...{ seq, at: START + at, host: 'external-api.kalshi.com', method, path: '/', keyId: KEY, status: 200 },
  ...more,
});
const WELL = [
  exchange(1, 0, 'GET'),
  exchange(2, 10, 'DELETE', { applied: DELETION }),
  exchange(3, 20, 'GET', { status: 401 }),
];

/** The end, and what was found when its window was over. */
const HEARD = {
  receipts: [RECEIPT, CONFIRMED],
  found: { at: START + 602_020, after: { kalshi: 3 } },
};

/** What a run of one order left behind that went well, but for these parts. */
const traces = (parts: Partial<Traces>, own: Partial<OwnRecord> = {}): Traces => {
  const { said, onTopic, onBus, now } = evidenceWith(HEARD);
  const { exchanges = WELL } = own;
  const changes = exchanges.flatMap(({ applied }) => applied ?? []);
  return {
    orders: [ORDER],
    ...{ said, onTopic, onBus, now, stuck: [], left: [] },
    ledger: [
      { pk: `request#${REQUEST_ID}`, sk: 'request', receipt: RECEIPT, published: true },
      { pk: `case#kalshi/prod/${KEY}`, sk: 'case', works: {} },
    ],
    providers: { ...forEachSandbox(() => NOBODY), kalshi: { changes, isAlive: () => false, ...own, exchanges } },
    ...parts,
  };
};

const queued = (body: string, attributes: Readonly<Record<string, string>> = {}) => ({
  ...{ messageId: 'm', body, sentTimestamp: START, approximateReceiveCount: 1 },
  messageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  ),
});

const withRecipe = (recipe: Partial<SentOrder['recipe']>): SentOrder => ({
  ...ORDER,
  recipe: { ...ORDER.recipe, ...recipe },
});

const found = (parts: Partial<Traces>, own?: Partial<OwnRecord>) => breachesIn(evidenceIn(traces(parts, own)));

describe('what a crash run left behind', () => {
  it('is judged without a breach where all went well', () => {
    expect(found({})).toEqual([]);
  });

  it.each<[string, Partial<Traces>, Partial<OwnRecord>?]>([
    ['L2: the message still waits', { left: [queued('{"reference":"crash-run-1"}')] }],
    [
      'L2: a copy on the stuck queue of what needs nobody',
      { stuck: [queued('{}', { 'key-revoker-request-id': REQUEST_ID, 'key-revoker-attempt': '1' })] },
    ],
    [
      'L2: a case still at work',
      {
        ledger: [
          { pk: `request#${REQUEST_ID}`, sk: 'request', receipt: RECEIPT, published: true },
          { pk: `case#kalshi/prod/${KEY}`, sk: 'case', works: { 'crash-run-1-request#1': {} } },
        ],
      },
    ],
    ['L1: said to be dead and lives', {}, { isAlive: () => true }],
    ['L3: a call before its time', { orders: [{ ...ORDER, dueAt: START + 11 }] }],
  ])('is judged by the laws: %s', (says, parts, own) => {
    expect(found(parts, own)).toEqual([{ of: '1', says }]);
  });

  it('is judged by the record: a key that lives at the last look is neither gone nor dead', () => {
    expect(found({}, { exchanges: [exchange(1, 0, 'GET'), ...WELL.slice(1, 2)] })).toEqual([
      { of: '1', says: 'L1: revoked while the key lived' },
      { of: '1', says: 'L1: confirmed while the key lived' },
    ]);
  });

  it('is judged as a run that continues through every settle window', () => {
    const { said, onTopic, onBus } = evidenceWith();
    expect(found({ said, onTopic, onBus })).toEqual([{ of: '1', says: 'L2: an end without a finding' }]);
  });

  it('keeps messages and calls of no order apart', () => {
    const stranger = exchange(4, 30, 'DELETE', { keyId: 'stranger', status: 401 });
    expect(found({ left: [queued('{}')] }, { exchanges: [...WELL, stranger] })).toEqual([
      { of: '', says: 'L2: a message of no request still waits' },
      { of: '', says: 'L3: stranger at kalshi signed a call, and nobody asked for that' },
    ]);
  });

  it('takes a call by a strange key for one of the order whose key it changes', () => {
    const call = exchange(2, 10, 'DELETE', { keyId: 'stranger', applied: { ...DELETION, by: 'stranger' } });
    const says = found({}, { exchanges: [exchange(1, 0, 'GET'), call, exchange(3, 20, 'GET')] });
    expect(says).toContainEqual({ of: '1', says: 'L3: changed by another key than its signer' });
  });

  it.each([
    [['revoked'], 'a change'],
    [['stuck/unproven', 'revoked'], 'a change'],
    [['restricted'], 'a change'],
    [['stuck/permission-missing'], 'a call'],
    [['planned'], 'nothing'],
    [['refused/wrong-signer'], 'nothing'],
    [['withdrawn'], 'nothing'],
  ])('allows an order that ends as %s no more than %s', (ends, allows) => {
    expect(evidenceIn(traces({ orders: [withRecipe({ ends })] })).asked).toMatchObject([{ allows }]);
  });
});

describe('an exchange of a crash run', () => {
  const seenIn = (own: Partial<OwnRecord>, orders: readonly SentOrder[] = [ORDER]) =>
    evidenceIn(traces({ orders }, own)).seen;

  it('finds the key as the changes before it left it', () => {
    expect(seenIn({}).map(({ isAlive }) => isAlive)).toEqual([true, false, false]);
  });

  it('finds it alive until a call lands that comes late, and dead from that instant on', () => {
    const late = { ...DELETION, at: START + 50 };
    const exchanges = [
      exchange(1, 10, 'DELETE', { applied: late, status: 0 }),
      ...[20, 50, 60].map((at, index) => exchange(2 + index, at, 'GET')),
    ];
    expect(seenIn({ exchanges }).map(({ isAlive }) => isAlive)).toEqual([true, true, false, false]);
  });

  it('finds what the key may do: as before its next update, as after its last one, or as at the end', () => {
    const [free, narrow] = [settings(0, 'SpotTrade'), settings(1, 'SpotTrade')];
    const applied = { ...DELETION, kind: 'updated' as const, before: free, after: narrow };
    const exchanges = [exchange(1, 0, 'GET'), exchange(2, 10, 'POST', { applied }), exchange(3, 20, 'GET')];
    const may = (own: Partial<OwnRecord>): readonly (KeySettings | undefined)[] =>
      seenIn(own).map((seen) => seen.settings);
    expect(may({ exchanges })).toEqual([free, narrow, narrow]);
    expect(may({ exchanges: [exchange(1, 0, 'GET')], settings: () => narrow })).toEqual([narrow]);
  });

  it('is of the order whose key or signer signed it', () => {
    const managed = { ...ORDER, n: 2, keyId: 'target', signerId: 'managing', requestIds: ['two'] };
    const exchanges = ['managing', KEY, 'target', 'stranger'].map((keyId, index) =>
      exchange(index + 1, 0, 'GET', { keyId }),
    );
    expect(seenIn({ exchanges }, [ORDER, managed]).map(({ of }) => of)).toEqual(['2', '1', '2', '']);
  });

  it('carries what an update may leave its key, and how late it may land', () => {
    const fields = { settings: { readOnly: 1, permissions: { Spot: ['SpotTrade'] } } };
    const order: SentOrder = { ...withRecipe({ operation: 'update-sub-key', fields }), provider: 'bybit' };
    expect(evidenceIn(traces({ orders: [order] })).asked).toMatchObject([
      { isUpdate: true, narrow: settings(1, 'SpotTrade'), landsWithinMs: 6_000 },
    ]);
  });
});
