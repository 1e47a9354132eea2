import { describe, expect, it } from 'vitest';
import {
  call,
  DELETION,
  evidenceWith,
  ORDER,
  type Parts,
  RECEIPT,
  reading,
  START,
} from '../scene/evidence-for-test.ts';
import { breachesIn, endsIn } from './laws.ts';

const STUCK = { ...RECEIPT, outcome: 'stuck', code: 'unproven', keyState: 'unknown' } as const;
const RESTRICTED = { ...RECEIPT, outcome: 'restricted', keyState: 'alive' } as const;
const PLANNED = { ...RECEIPT, outcome: 'planned', keyState: 'unknown' } as const;
const PLAN = { ...ORDER.recipe, ends: ['planned'] };
const stuckOrder = { recipe: { ...ORDER.recipe, ends: ['stuck/unproven'] } };
const restrictedOrder = { recipe: { ...ORDER.recipe, operation: 'update-key', ends: ['restricted'] } };
const settings = (readOnly: 0 | 1, ...names: readonly string[]) => ({
  readOnly,
  permissions: { Spot: names },
  ips: ['*'],
});
const update = (after: ReturnType<typeof settings>) => ({
  ...DELETION,
  kind: 'updated' as const,
  before: settings(0, 'SpotTrade'),
  after,
});

const SIX_CALLS = [0, 4, 8, 12, 16, 20].flatMap((seq) => [
  call(seq, 10),
  ...[1, 2, 3].map((more) => reading(seq + more, 20)),
]);

/** The reply to the call that deleted the key was lost. */
const DEADLY = { ...call(2, 10), status: 0, applied: DELETION };
/** Deletes of a dead key, each after one reading; all are refused. */
const again = (times: number) =>
  Array.from({ length: times }, (_, n) => [
    reading(3 + 2 * n, 20 + 40 * n, 401),
    { ...call(4 + 2 * n, 40 + 40 * n), status: 401 },
  ]).flat();

const BREACHES: readonly (readonly [breach: string, parts: Parts])[] = [
  ['L1: said to be dead while it lived', { livedThen: true }],
  ['L1: said to be dead, and lives', { isAlive: true }],
  [
    'L1: a key state of dead without a proof',
    { order: stuckOrder, receipts: [{ ...STUCK, keyState: 'dead' }], stuck: [RECEIPT.requestId], changes: [] },
  ],
  ['L1: proved dead, and another key state', { receipts: [{ ...RECEIPT, keyState: 'unknown' }] }],
  ['L1: said to be restricted, and is not', { order: restrictedOrder, receipts: [RESTRICTED], changes: [] }],
  [
    'L1: said to be restricted, and is not',
    { order: restrictedOrder, receipts: [RESTRICTED], changes: [update(settings(0, 'SpotTrade'))] },
  ],
  ['L2: no receipt', { receipts: [] }],
  ['L2: no receipt', { receipts: [{ ...RECEIPT, final: false, outcome: 'retry', keyState: 'alive' }] }],
  ['L2: ended as stuck/unproven, not revoked', { receipts: [STUCK], stuck: [RECEIPT.requestId] }],
  ['L2: different receipts of one attempt', { receipts: [RECEIPT, { ...RECEIPT, calls: 2 }] }],
  ['L2: different receipts of one attempt', { onBus: [{ ...RECEIPT, calls: 2 }] }],
  ['L2: different receipts of one attempt', { item: { receipt: { ...RECEIPT, calls: 2 } } }],
  ['L2: not marked as published', { item: { published: false } }],
  ['L2: no copy on the stuck queue', { order: stuckOrder, receipts: [STUCK], changes: [] }],
  ['L2: a copy on the stuck queue of what needs nobody', { stuck: [RECEIPT.requestId] }],
  ['L2: a message of it still waits', { left: ['{"reference":"crash-run-1"}'] }],
  ['L2: its case is still at work', { kase: { works: { 'crash-run-1-request#1': {} } } }],
  ['L2: its lease is still held', { kase: { lease: { holder: 'h', until: START + 50_001 } } }],
  ['L3: 6 calls', { exchanges: SIX_CALLS, receipts: [{ ...RECEIPT, calls: 6 }] }],
  ['L3: a call that its receipt does not count', { receipts: [{ ...RECEIPT, calls: 0 }] }],
  ['L3: a call before its time', { order: { dueAt: START + 11 } }],
  ['L3: a call after its end', { exchanges: [call(1, 2_021)] }],
  [
    'L3: a further call after too few readings',
    {
      receipts: [{ ...RECEIPT, calls: 2 }],
      exchanges: [call(1, 10), reading(2, 20), reading(3, 30), reading(4, 40, 503), call(5, 50)],
    },
  ],
  [
    'L3: a further call after too few readings',
    { order: { isUrgent: true }, receipts: [{ ...RECEIPT, calls: 2 }], exchanges: [call(1, 10), call(2, 20)] },
  ],
  [
    'L3: a further call after too few readings',
    {
      receipts: [{ ...RECEIPT, calls: 3 }],
      exchanges: [DEADLY, ...again(1), { ...call(5, 60), status: 401 }],
    },
  ],
  [
    'L3: a further call after too few readings',
    {
      receipts: [{ ...RECEIPT, calls: 2 }],
      exchanges: [call(1, 5), reading(2, 6, 401), { ...call(3, 10), applied: DELETION }],
    },
  ],
  ['L3: changed by another key than its signer', { changes: [{ ...DELETION, by: 'another' }] }],
  [
    'L3: an update made the key wider',
    {
      order: restrictedOrder,
      receipts: [RESTRICTED],
      changes: [update(settings(1, 'SpotTrade', 'SpotMargin'))],
    },
  ],
  ['L3: changed, though nobody asked for that', { order: { recipe: PLAN }, receipts: [PLANNED], exchanges: [] }],
  ['L3: a call, though nobody asked for one', { order: { recipe: PLAN }, receipts: [PLANNED], changes: [] }],
];

describe('the laws', () => {
  it('hold in a run that went well', () => {
    expect(breachesIn(evidenceWith())).toEqual([]);
    expect(endsIn(evidenceWith())).toEqual(['revoked']);
  });

  it.each(BREACHES)('tell of a breach: %s (%#)', (breach, parts) => {
    expect(breachesIn(evidenceWith(parts))).toEqual([{ n: 1, says: `${breach} (${ORDER.name})` }]);
  });

  it('tell of two ends of one attempt', () => {
    const receipts = [RECEIPT, { ...RECEIPT, receiptId: 'crash-run-1-request#2' }];
    expect(breachesIn(evidenceWith({ receipts })).map(({ says }) => says)).toContain(`L2: 2 ends (${ORDER.name})`);
  });

  it('tell of a key that signs for no order', () => {
    const exchanges = [call(1, 10), { ...call(2, 20), keyId: 'stranger' }];
    const says = 'L3: stranger at kalshi signed a call, and nobody asked for that';
    expect(breachesIn(evidenceWith({ exchanges }))).toEqual([{ n: 0, says }]);
  });

  it('tell of a key that no order is about', () => {
    const changes = [DELETION, { ...DELETION, keyId: 'bystander' }];
    const says = 'L3: bystander at kalshi was deleted, and nobody asked for that';
    expect(breachesIn(evidenceWith({ changes }))).toEqual([{ n: 0, says }]);
  });

  it.each<[string, Parts]>([
    ['copies of a receipt', { receipts: [RECEIPT, RECEIPT] }],
    [
      'a receipt of a request that goes on',
      { receipts: [RECEIPT, { ...RECEIPT, receiptId: 'r~1', final: false, outcome: 'retry', keyState: 'alive' }] },
    ],
    [
      'a copy of what needs a person',
      { order: stuckOrder, receipts: [STUCK], stuck: [RECEIPT.requestId], changes: [] },
    ],
    ['a lease that binds nobody any more', { kase: { lease: { holder: 'h', until: START + 50_000 } } }],
    [
      'another call where an urgent delete was seen without effect',
      {
        order: { isUrgent: true },
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [call(1, 10), reading(2, 20), call(3, 30)],
      },
    ],
    [
      'another call where the first was refused unlooked at',
      {
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [{ ...call(1, 10), status: 429 }, call(2, 20)],
      },
    ],
    [
      'a delete that goes out again after each reading, because nothing tells a dead key from an outage',
      { receipts: [{ ...RECEIPT, calls: 8 }], exchanges: [DEADLY, ...again(7)] },
    ],
    [
      'a delete of a dead key that arrives at the instant of the death, and after it',
      {
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [DEADLY, reading(3, 10, 401), { ...call(4, 10), status: 401 }],
      },
    ],
    ['a call that left and never arrived', { receipts: [{ ...RECEIPT, calls: 3 }] }],
    [
      'an update that narrows',
      { order: restrictedOrder, receipts: [RESTRICTED], changes: [update(settings(1, 'SpotTrade'))] },
    ],
  ])('let pass %s', (_what, parts) => {
    expect(breachesIn(evidenceWith(parts))).toEqual([]);
  });

  it('know the receipts of a tag by its key', () => {
    const order = { requestIds: [] };
    expect(breachesIn(evidenceWith({ order }))).toEqual([]);
    const receipts = [{ ...RECEIPT, key: { id: '', digest: 'sha256:other', subMemberId: null } }];
    expect(endsIn(evidenceWith({ order, receipts }))).toEqual(['nothing']);
  });
});
