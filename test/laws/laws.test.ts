import { describe, expect, it } from 'vitest';
import {
  ASKED,
  CONFIRMED,
  call,
  DELETION,
  deadly,
  evidenceWith,
  KEY,
  type Parts,
  RECEIPT,
  REQUEST_ID,
  RESTRICTED,
  reading,
  START,
  STUCK,
  settings,
  showing,
  updating,
} from './evidence-for-test.ts';
import { breachesIn } from './laws.ts';
import { endsIn } from './losses.ts';
import { BANNED } from './trespasses.ts';

const PLANNED = { ...RECEIPT, outcome: 'planned', keyState: 'unknown' } as const;
const WAITING = { ...RECEIPT, receiptId: 'r~1', final: false, outcome: 'retry', keyState: 'alive' } as const;
const stuckOrder = { ends: ['stuck/unproven'] };
const restrictedOrder = { isUpdate: true, ends: ['restricted'], narrow: settings(1, 'SpotTrade') };
const plan = { allows: 'nothing', ends: ['planned'] } as const;

const FINDING = { ...CONFIRMED, exposedMs: null } as const;
/** The window was read once, when it was over. */
const READ = [reading(1, 0), deadly(2, 10), reading(3, 20, 401), reading(4, 2_020, 401), reading(5, 602_020, 401)];
const found = (finding: Partial<typeof CONFIRMED> = {}, end: Partial<typeof RECEIPT> = {}): Parts => ({
  receipts: [
    { ...RECEIPT, ...end },
    { ...CONFIRMED, ...finding },
  ],
  item: { receipt: { ...RECEIPT, ...end } },
  found: { at: START + 602_020, after: { kalshi: 5 } },
  exchanges: READ,
  isSettled: true,
});

/** A call that changed nothing. */
const TRIED = [reading(1, 0), call(2, 10), reading(3, 20), reading(4, 2_020)];
const FREE = settings(0, 'SpotTrade');
const updated = (after: typeof FREE) => [showing(1, 0, FREE), updating(2, 10, FREE, after), showing(3, 20, after)];

const SIX_CALLS = [1, 5, 9, 13, 17, 21].flatMap((seq) => [
  seq === 21 ? deadly(seq, 10) : call(seq, 10),
  ...[1, 2, 3].map((more) => reading(seq + more, 20)),
]);

/** The reply to the call that deleted the key was lost. */
const LOST = deadly(2, 10, 0);
/** Deletes of a dead key, each after one reading; all are refused. */
const again = (times: number) =>
  Array.from({ length: times }, (_, n) => [
    reading(3 + 2 * n, 20 + 40 * n, 401),
    call(4 + 2 * n, 40 + 40 * n, 401),
  ]).flat();

const BREACHES: readonly (readonly [breach: string, parts: Parts])[] = [
  ['L1: revoked while the key lived', { said: { isAlive: true } }],
  ['L1: said to be dead and lives', { isAlive: true }],
  ['L1: gone, but stuck', { asked: stuckOrder, receipts: [{ ...STUCK, keyState: 'gone' }], copies: [1] }],
  [
    'L1: said to be dead while a node accepts the key',
    { ...found(), found: { at: START + 602_020, after: { kalshi: 5 }, isAccepted: true } },
  ],
  ['L1: revoked, but unknown', { receipts: [{ ...RECEIPT, keyState: 'unknown' }] }],
  ['L1: said to be restricted and is not', { asked: restrictedOrder, receipts: [RESTRICTED], exchanges: TRIED }],
  [
    'L1: said to be restricted and is not',
    { asked: restrictedOrder, receipts: [RESTRICTED], exchanges: updated(FREE) },
  ],
  ['L1: dead, but revoked', { receipts: [{ ...RECEIPT, keyState: 'dead' }] }],
  ['L1: dead, but unconfirmed', found({ outcome: 'unconfirmed', code: 'no-answer' })],
  ['L1: gone, but resurrected', found({ outcome: 'resurrected', keyState: 'gone' })],
  [
    'L1: confirmed while the key lived',
    { ...found(), exchanges: [...READ.slice(0, 4), { ...reading(5, 602_020), isAlive: true }] },
  ],
  ['L1: confirmed before the window was over', { ...found(), found: { at: START + 602_019, after: { kalshi: 5 } } }],
  [
    'L1: said to be restricted and is not',
    {
      ...found({ keyState: 'alive', confirms: 'restricted' }, RESTRICTED),
      asked: restrictedOrder,
      exchanges: [...updated(settings(1, 'SpotTrade')), showing(4, 602_020, FREE)],
    },
  ],
  ['L2: an end without a finding', { isSettled: true }],
  ['L2: a window that never ended', { ...found(), kase: { state: 'settling-case' } }],
  [
    'L2: 2 different findings of one end',
    { ...found(), receipts: [RECEIPT, CONFIRMED, { ...CONFIRMED, message: 'Confirmed' }] },
  ],
  [
    'L2: 2 different findings of one end',
    { ...found(), receipts: [RECEIPT, CONFIRMED, { ...CONFIRMED, receiptId: `${REQUEST_ID}#1!2` }] },
  ],
  ['L2: a finding about no end', { ...found({ attempt: 2, receiptId: `${REQUEST_ID}#2!1` }), isSettled: false }],
  ['L2: no copy on the stuck queue', found({ outcome: 'stuck', code: 'no-effect', keyState: 'alive' })],
  ['L2: no final receipt', { receipts: [] }],
  ['L2: no final receipt', { receipts: [WAITING] }],
  ['L2: ended as stuck/unproven, not revoked', { receipts: [STUCK], copies: [1] }],
  ['L2: 2 different final receipts of one attempt', { receipts: [RECEIPT, { ...RECEIPT, calls: 2 }] }],
  ['L2: 2 different final receipts of one attempt', { onBus: [{ ...RECEIPT, calls: 2 }] }],
  ['L2: the published receipt is not the stored one', { item: { receipt: { ...RECEIPT, calls: 2 } } }],
  ['L2: not marked as published', { item: { published: false } }],
  ['L2: no copy on the stuck queue', { asked: stuckOrder, receipts: [STUCK] }],
  ['L2: a copy on the stuck queue of what needs nobody', { copies: [1] }],
  [
    'L2: no copy on the stuck queue',
    { receipts: [RECEIPT, { ...FINDING, outcome: 'stuck', keyState: 'alive' }], item: { receipt: RECEIPT } },
  ],
  ['L2: the message still waits', { left: ['1'] }],
  ['L2: a case still at work', { kase: { attempts: { 'crash-run-1-request#1': {} } } }],
  ['L2: a lease that is still held', { kase: { lease: { holder: 'h', until: START + 50_001 } } }],
  ['L3: 6 calls', { exchanges: SIX_CALLS, receipts: [{ ...RECEIPT, calls: 6 }] }],
  ['L3: a call that its receipt does not count', { receipts: [{ ...RECEIPT, calls: 0 }] }],
  ['L3: a call before its time', { asked: { dueAt: START + 11 } }],
  [
    'L3: a call after the end',
    {
      receipts: [{ ...RECEIPT, calls: 2 }],
      exchanges: [reading(1, 0), deadly(2, 10), reading(3, 20, 401), reading(4, 2_020, 401), call(5, 2_021, 401)],
    },
  ],
  [
    'L3: a further call after too few readings',
    {
      receipts: [{ ...RECEIPT, calls: 2 }],
      exchanges: [call(1, 10), reading(2, 20), reading(3, 30), reading(4, 40, 503), deadly(5, 50), reading(6, 60, 401)],
    },
  ],
  [
    'L3: a further call after too few readings',
    {
      asked: { isUrgent: true },
      receipts: [{ ...RECEIPT, calls: 2 }],
      exchanges: [call(1, 10), deadly(2, 20), reading(3, 30, 401)],
    },
  ],
  [
    'L3: a further call after too few readings',
    {
      receipts: [{ ...RECEIPT, calls: 3 }],
      exchanges: [LOST, ...again(1), call(5, 60, 401)],
    },
  ],
  [
    'L3: a further call after too few readings',
    {
      receipts: [{ ...RECEIPT, calls: 2 }],
      exchanges: [call(1, 5), reading(2, 6, 401), deadly(3, 10), reading(4, 20, 401)],
    },
  ],
  [
    'L3: changed by another key than its signer',
    {
      exchanges: [{ ...call(1, 10), applied: { ...DELETION, by: 'another' } }, reading(2, 20, 401)],
    },
  ],
  [
    'L3: an update made the key wider',
    {
      asked: { isUpdate: true, ...stuckOrder },
      receipts: [STUCK],
      copies: [1],
      exchanges: updated(settings(1, 'SpotTrade', 'SpotMargin')),
    },
  ],
  [
    'L3: changed, though nobody asked for that',
    { asked: { allows: 'a call', ...stuckOrder }, receipts: [STUCK], copies: [1] },
  ],
  ['L3: a call, though nobody asked for one', { asked: plan, receipts: [PLANNED], exchanges: TRIED }],
];

describe('the laws', () => {
  it('hold in a run that went well', () => {
    expect(breachesIn(evidenceWith())).toEqual([]);
    expect(endsIn(evidenceWith())).toEqual(['revoked']);
  });

  it.each(BREACHES)('report a breach: %s (%#)', (says, parts) => {
    expect(breachesIn(evidenceWith(parts))).toEqual([{ of: '1', says }]);
  });

  it('report an update that made the key wider, also where it is said to be restricted', () => {
    const exchanges = updated(settings(1, 'SpotTrade', 'SpotMargin'));
    const found = breachesIn(evidenceWith({ asked: restrictedOrder, receipts: [RESTRICTED], exchanges }));
    expect(found.map(({ says }) => says)).toEqual([
      'L1: said to be restricted and is not',
      'L3: an update made the key wider',
    ]);
  });

  it('report a death that is confirmed by what an outage looks like', () => {
    const basis = { basis: 'call-unknown', control: 'none' } as const;
    const proof = RECEIPT.proof && { ...RECEIPT.proof, ...basis };
    const exchanges = READ.map(({ applied: _, ...one }) => ({ ...one, isAlive: false }));
    const parts = { ...found({ proof }, { proof }), exchanges };
    expect(breachesIn(evidenceWith(parts))).toEqual([{ of: '1', says: 'L1: confirmed by what an outage looks like' }]);
  });

  it('report two ends of one attempt', () => {
    const receipts = [RECEIPT, { ...RECEIPT, receiptId: `${REQUEST_ID}#2` }];
    expect(breachesIn(evidenceWith({ receipts }))).toContainEqual({ of: '1', says: 'L2: 2 ends' });
  });

  it('report a key that signs for no request', () => {
    const exchanges = [deadly(1, 10), reading(2, 20, 401), { ...call(3, 20), keyId: 'stranger', of: '' }];
    const says = 'L3: stranger at kalshi signed a call, and nobody asked for that';
    expect(breachesIn(evidenceWith({ exchanges }))).toEqual([{ of: '', says }]);
  });

  it.each([
    ['another key', { ...DELETION, keyId: 'bystander' }],
    ['a key of another world', { ...DELETION, world: 'demo' }],
    ['its key, with no call', DELETION],
  ])('report a change that no request is about: %s', (_what, change) => {
    const says = `L3: ${change.keyId} at kalshi was deleted, and nobody asked for that`;
    expect(breachesIn(evidenceWith({ strays: [change] }))).toEqual([{ of: '', says }]);
  });

  it('report a dry run whose key was changed', () => {
    const parts = { asked: plan, receipts: [PLANNED], exchanges: [reading(1, 0)], strays: [DELETION] };
    const says = `L3: ${KEY} at kalshi was deleted, and nobody asked for that`;
    expect(breachesIn(evidenceWith(parts))).toEqual([{ of: '', says }]);
  });

  it('report what was seen to be wrong when it happened', () => {
    expect(breachesIn(evidenceWith({ noted: ['L3: a call without the lease'] }))).toEqual([
      { of: '', says: 'L3: a call without the lease' },
    ]);
  });

  it.each<[string, Parts]>([
    ['copies of a receipt', { receipts: [RECEIPT, RECEIPT] }],
    ['an end that its window confirmed', found()],
    ['a key that was only looked for in a list, and stayed off it', found({ keyState: 'gone' })],
    ['an end that is not confirmed', found({ outcome: 'unconfirmed', code: 'no-answer', keyState: 'gone' })],
    [
      'a second attempt for a key that came back in the window, and a finding of each',
      {
        ...found(),
        asked: { ends: ['revoked', 'already-revoked'] },
        receipts: [
          RECEIPT,
          { ...CONFIRMED, outcome: 'resurrected', keyState: 'alive', exposedMs: null },
          { ...RECEIPT, receiptId: `${REQUEST_ID}#2`, attempt: 2 },
          { ...CONFIRMED, receiptId: `${REQUEST_ID}#2!2`, attempt: 2 },
        ],
        item: { receipt: { ...RECEIPT, receiptId: `${REQUEST_ID}#2`, attempt: 2 } },
      },
    ],
    ['a receipt of a request that still waits', { receipts: [RECEIPT, WAITING], item: { receipt: RECEIPT } }],
    ['a key that is said to be gone while a node accepts it', { said: { isAccepted: true } }],
    [
      'a copy of what a later finding left to a person',
      {
        receipts: [RECEIPT, { ...FINDING, outcome: 'stuck', keyState: 'alive' }],
        item: { receipt: RECEIPT },
        copies: [1],
      },
    ],
    [
      'a copy of a key that is found alive again',
      {
        receipts: [RECEIPT, { ...FINDING, outcome: 'resurrected', keyState: 'alive' }],
        item: { receipt: RECEIPT },
        copies: [1],
      },
    ],
    ['a copy of what needs a person', { asked: stuckOrder, receipts: [STUCK], copies: [1], exchanges: TRIED }],
    ['a lease that binds nobody any more', { kase: { lease: { holder: 'h', until: START + 50_000 } } }],
    [
      'another call where an urgent delete was seen without effect',
      {
        asked: { isUrgent: true },
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [call(1, 10), reading(2, 20), deadly(3, 30), reading(4, 40, 401)],
      },
    ],
    [
      'another call where the first was refused unlooked at',
      {
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [call(1, 10, 429), deadly(2, 20), reading(3, 30, 401)],
      },
    ],
    [
      'another call where a ban turned the first away',
      {
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [{ ...call(1, 10, 403), faultName: BANNED }, deadly(2, 20), reading(3, 30, 401)],
      },
    ],
    [
      'a delete that goes out again after each reading, because nothing tells a dead key from an outage',
      { receipts: [{ ...RECEIPT, calls: 8 }], exchanges: [LOST, ...again(7)] },
    ],
    [
      'a delete of a dead key that arrives at the instant of the death, and after it',
      {
        receipts: [{ ...RECEIPT, calls: 2 }],
        exchanges: [LOST, reading(3, 10, 401), call(4, 10, 401)],
      },
    ],
    ['a call that left and never arrived', { receipts: [{ ...RECEIPT, calls: 3 }] }],
    [
      'an update that narrows',
      { asked: restrictedOrder, receipts: [RESTRICTED], exchanges: updated(settings(1, 'SpotTrade')) },
    ],
  ])('let pass %s', (_what, parts) => {
    expect(breachesIn(evidenceWith(parts))).toEqual([]);
  });

  it('know the receipts of a tag by its key', () => {
    const asked = { requestIds: [] };
    expect(breachesIn(evidenceWith({ asked }))).toEqual([]);
    const receipts = [{ ...RECEIPT, key: { id: '', digest: 'sha256:other', subMemberId: null } }];
    expect(endsIn(evidenceWith({ asked, receipts }))).toEqual(['nothing']);
  });

  it('judge each request by itself', () => {
    const other = { ...ASKED, id: '2', requestIds: ['another'], target: 'another' };
    expect(breachesIn(evidenceWith({ others: [other] }))).toEqual([{ of: '2', says: 'L2: no final receipt' }]);
  });
});
