import { expect, it } from 'vitest';
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
import { BANNED, NOBODY_IS_KNOWN } from './trespasses.ts';

const WITHDRAWN = { ...RECEIPT, outcome: 'withdrawn', keyState: 'alive', calls: 0 } as const;
const stuck = { receipts: [STUCK], copies: [1] };
const SECOND = { receiptId: `${REQUEST_ID}#2`, attempt: 2 };
const FREE = settings(0, 'SpotTrade', 'SpotMargin');
const ASKED_FOR = settings(1, 'SpotTrade');
const update = { isUpdate: true, ends: ['restricted', 'stuck/unproven'], narrow: ASKED_FOR };
const any = { ends: ['revoked', 'already-revoked', 'stuck/unproven'] };
const times = (calls: number) => ({ receipts: [{ ...RECEIPT, calls }] });
const bound = (...ips: readonly string[]) => ({ ...ASKED_FOR, ips });
const delivery = {};
const MANAGER = 'b0000002-0000-4000-8000-000000000002';

/** A key that dies in the last of so many calls, with three readings after each. */
const calls = (...statuses: readonly number[]) =>
  statuses.flatMap((status, index) => {
    const seq = 1 + 4 * index;
    const isLast = index === statuses.length - 1;
    return [isLast ? deadly(seq, seq) : call(seq, seq, status), ...[1, 2, 3].map((n) => reading(seq + n, seq + n))];
  });

/** An update that changes the addresses which a key is bound to, and gets stuck after it. */
const rebinds = (from: readonly string[], to: readonly string[]): Parts => ({
  asked: update,
  ...stuck,
  exchanges: [showing(1, 0, bound(...from)), updating(2, 10, bound(...from), bound(...to))],
});

/** A request about another key of the same account, and its end. */
const OTHER = { ...ASKED, id: '2', requestIds: ['other'], target: 'other', ends: ['withdrawn'] };
const OTHER_END = { ...WITHDRAWN, requestId: 'other', receiptId: 'other#1', calls: 1 };

/**
 * Evidence that two judges can answer in two ways: one that sees requests, since it looks on in the function's own process; and one that
 * sees keys, since it has only what the providers recorded. Each name says which answer is right, and why.
 */
const DIFFERENCES: readonly (readonly [right: string, breaches: readonly string[], parts: Parts])[] = [
  // What a key may do.
  ['a key that is bound to an address can do less, so that is not wider', [], rebinds(['*'], ['203.0.113.7'])],
  ['a key that loses one of its addresses can do less, so that is not wider', [], rebinds(['a', 'b'], ['a'])],
  ['the order of addresses means nothing, so that is not wider', [], rebinds(['a', 'b'], ['b', 'a'])],
  ['no address and `*` are both no binding, so that is not wider', [], rebinds([], ['*'])],
  ['a key that is bound to another address is wider', ['L3: an update made the key wider'], rebinds(['a'], ['b'])],
  [
    'what an operator takes away after the last look cannot be known, so that the update is not to blame',
    [],
    {
      asked: update,
      ...stuck,
      exchanges: [showing(1, 0, FREE), updating(2, 10, settings(1), ASKED_FOR)],
    },
  ],
  [
    'what an update of the request itself took away after the last look is known, so that the next one made the key wider',
    ['L3: a further call after too few readings', 'L3: an update made the key wider'],
    {
      asked: update,
      receipts: [{ ...STUCK, calls: 2 }],
      copies: [1],
      exchanges: [showing(1, 0, FREE), updating(2, 10, FREE, settings(1)), updating(3, 20, settings(1), ASKED_FOR)],
    },
  ],
  [
    'a key may only read and may do more than was asked for, so that it is not restricted',
    ['L1: said to be restricted and is not'],
    {
      asked: update,
      receipts: [RESTRICTED],
      exchanges: [
        showing(1, 0, FREE),
        updating(2, 10, FREE, settings(1, 'SpotMargin')),
        showing(3, 20, settings(1, 'SpotMargin')),
      ],
    },
  ],
  [
    'a key that was as asked from the start is restricted, with no call',
    [],
    { asked: update, receipts: [{ ...RESTRICTED, calls: 0 }], exchanges: [showing(1, 0, ASKED_FOR)] },
  ],
  [
    'a key that an update of the request set free after the receipt is not restricted',
    ['L1: said to be restricted and is not', 'L3: a call after the end', 'L3: an update made the key wider'],
    {
      asked: update,
      receipts: [{ ...RESTRICTED, calls: 2 }],
      exchanges: [
        ...[showing(1, 0, FREE), updating(2, 10, FREE, ASKED_FOR)],
        ...[3, 4, 5].map((seq) => showing(seq, 10 + seq, ASKED_FOR)),
        { ...updating(6, 3_000, ASKED_FOR, settings(0, 'SpotTrade')), settings: FREE },
      ],
    },
  ],
  // What is said of it.
  [
    'a proof needs a look, so that a death which nobody looked at is not proved, however true',
    ['L1: revoked without a look'],
    { exchanges: [deadly(1, 10)] },
  ],
  [
    'a key that died after the last look had seen it was not proved gone, however true',
    ['L1: revoked while the key lived'],
    { exchanges: [reading(1, 0), deadly(2, 10)] },
  ],
  [
    'a key that was made to live again by hand was dead when it was said to be',
    [],
    { isAlive: true, revivals: [4], said: { isAlive: true } },
  ],
  [
    'a delete that sent no call cannot tell a death from an outage, so that it cannot know of one',
    ['L1: said to be dead already without a call'],
    {
      asked: any,
      receipts: [{ ...RECEIPT, outcome: 'already-revoked', calls: 0 }],
      exchanges: [{ ...reading(1, 0, 401), isAlive: false }],
    },
  ],
  [
    'who says that a key was revoked says that it is dead',
    ['L1: revoked, but unknown'],
    { receipts: [{ ...RECEIPT, keyState: 'unknown' }] },
  ],
  [
    'nobody asked about the key of this receipt, so that nothing vouches for it',
    ['L1: revoked, and nobody asked for that'],
    { receipts: [RECEIPT, { ...RECEIPT, requestId: 'a-stranger', key: null }], item: { receipt: RECEIPT } },
  ],
  [
    'a key that came back by hand after the last look was dead when that was confirmed',
    [],
    {
      receipts: [RECEIPT, CONFIRMED],
      item: { receipt: RECEIPT },
      isAlive: true,
      revivals: [5],
      exchanges: [reading(1, 0), deadly(2, 10), reading(3, 20, 401), reading(4, 2_020, 401), reading(5, 602_020, 401)],
      found: { at: START + 602_020, isAlive: true, after: { kalshi: 5 } },
    },
  ],
  [
    'a key that came back by hand before the last look is not dead, so that the look has to show it',
    ['L1: confirmed while the key lived', 'L1: said to be dead and lives'],
    {
      receipts: [RECEIPT, CONFIRMED],
      item: { receipt: RECEIPT },
      isAlive: true,
      revivals: [4],
      exchanges: [
        ...[reading(1, 0), deadly(2, 10), reading(3, 20, 401), reading(4, 2_020, 401)],
        { ...reading(5, 602_020), isAlive: true },
      ],
      found: { at: START + 602_020, isAlive: true, after: { kalshi: 5 } },
    },
  ],
  // What is published, and where.
  [
    'the bus has to say what the topic says',
    ['L2: 2 different final receipts of one attempt'],
    { onBus: [{ ...RECEIPT, calls: 2 }] },
  ],
  ['only a redrive gives a request a second end', ['L2: 2 ends'], { receipts: [RECEIPT, { ...RECEIPT, ...SECOND }] }],
  [
    'a redrive has an end of its own',
    [],
    { asked: { ...any, attempts: 2 }, receipts: [STUCK, { ...RECEIPT, ...SECOND }], copies: [1] },
  ],
  ['a request comes only to an end that it may come to', ['L2: ended as stuck/unproven, not revoked'], stuck],
  [
    'a copy of another attempt is no copy of this one, which is lost',
    ['L2: no copy on the stuck queue', 'L2: a copy on the stuck queue of what needs nobody'],
    { asked: any, receipts: [STUCK], copies: [2] },
  ],
  [
    'a plan that ends as stuck asks no person for a key',
    [],
    { asked: any, receipts: [{ ...STUCK, dryRun: true, calls: 0 }], exchanges: [] },
  ],
  [
    'a copy of a plan asks a person to redrive what was to kill no key',
    ['L2: a copy on the stuck queue of what needs nobody'],
    { asked: any, receipts: [{ ...STUCK, dryRun: true, calls: 0 }], exchanges: [], copies: [1] },
  ],
  [
    'a copy of an attempt that never ended asks a person to redrive what needs nobody',
    ['L2: a copy on the stuck queue of what needs nobody'],
    { copies: [2] },
  ],
  [
    'a lease whose holder was killed is waited out by the next delivery, not by the run',
    [],
    { kase: { lease: { holder: 'h', until: START + 60_000 } }, hasEnded: false },
  ],
  [
    'a lease whose holder may have finished was not let go',
    ['L2: a lease that is still held'],
    { kase: { lease: { holder: 'h', until: START + 60_000 } } },
  ],
  [
    'the case of any key has to be closed, not only the case of the target',
    ['L2: a case still at work'],
    { items: [{ pk: 'case#kalshi/prod/managing', sk: 'case', attempts: { other: {} } }] },
  ],
  [
    'any message that waits is a lost one, also where no order is known',
    ['L2: a message of no request still waits'],
    { left: [''] },
  ],
  // What is done.
  [
    'a key that costs money in an incident is as urgent as a leaked one, so that one reading is enough',
    [],
    {
      asked: { isUrgent: true },
      ...times(2),
      exchanges: [call(1, 10), reading(2, 20), deadly(3, 30), reading(4, 40, 401)],
    },
  ],
  [
    'a call that the provider did not look at had no chance to work, so that it is none of the five',
    [],
    { ...times(6), exchanges: [...calls(429, 204, 204, 204, 204, 204), reading(25, 30, 401)] },
  ],
  [
    'a call from a banned address was not looked at, so that the next address needs no reading before it',
    [],
    {
      ...times(3),
      exchanges: [
        { ...call(1, 10, 403), faultName: BANNED },
        { ...call(2, 20, 403), faultName: BANNED },
        deadly(3, 30),
        reading(4, 40, 401),
      ],
    },
  ],
  [
    'six calls are too many where the provider looked at each',
    ['L3: 6 calls'],
    { ...times(6), exchanges: [...calls(204, 204, 204, 204, 204, 204), reading(25, 30, 401)] },
  ],
  [
    'a provider that knows nobody answers as it does for a dead key, so that the delete may go out again',
    [],
    {
      ...times(3),
      exchanges: [
        call(1, 10),
        { ...reading(2, 20, 401), faultName: NOBODY_IS_KNOWN },
        { ...call(3, 30, 401), faultName: NOBODY_IS_KNOWN },
        { ...reading(4, 40, 401), faultName: NOBODY_IS_KNOWN },
        deadly(5, 50),
        reading(6, 60, 401),
      ],
    },
  ],
  [
    'a delete of a dead key goes out again only after another reading',
    ['L3: a further call after too few readings'],
    {
      ...times(3),
      exchanges: [deadly(1, 10, 0), reading(2, 20, 401), call(3, 30, 401), call(4, 40, 401)],
    },
  ],
  ...(
    [
      ['may go out again in one delivery after a lost reply', { faultName: 'dropAfter' }, { keyId: MANAGER }, []],
      ['must not after a whole reply', {}, { keyId: MANAGER }, ['L3: a further call after too few readings']],
      ['must not by the key itself', { faultName: 'dropAfter' }, {}, ['L3: a further call after too few readings']],
    ] as const
  ).map(
    ([what, first, second, breaches]) =>
      [
        `a delete of a dead key by a managing key ${what}`,
        breaches,
        {
          ...times(2),
          asked: { signers: [KEY, MANAGER] },
          exchanges: [
            { ...deadly(1, 10, 0), delivery, ...first },
            reading(2, 20, 401),
            { ...call(3, 30, 401), delivery, ...second },
          ],
        },
      ] as const,
  ),
  [
    'a delete of a dead key goes out once for each delivery, where deliveries are known',
    ['L3: a further call after too few readings'],
    {
      ...times(2),
      exchanges: [{ ...deadly(1, 10, 0), delivery }, reading(2, 20, 401), { ...call(3, 30, 401), delivery }],
    },
  ],
  [
    'the last reading showed a living key, so that it counts as one, also where a late call killed it meanwhile',
    ['L3: a further call after too few readings'],
    {
      ...times(2),
      exchanges: [
        { ...deadly(1, 10, 0), isAlive: true },
        { ...reading(2, 20), isAlive: true },
        call(3, 30, 401),
        reading(4, 40, 401),
      ],
    },
  ],
  [
    'a further update waits until the first had to have landed',
    ['L3: a further update before the first had to have landed'],
    {
      asked: { ...update, landsWithinMs: 6_000 },
      receipts: [{ ...RESTRICTED, calls: 2 }],
      exchanges: [
        ...[showing(1, 0, FREE), { ...call(2, 10, 0), settings: FREE }],
        ...[3, 4, 5].map((seq) => showing(seq, 10 + seq, FREE)),
        ...[updating(6, 1_000, FREE, ASKED_FOR), showing(7, 1_100, ASKED_FOR)],
      ],
    },
  ],
  ['a receipt has to count every call that arrived', ['L3: a call that its receipt does not count'], times(0)],
  [
    'a call that arrives after the end is one, also within the same millisecond',
    ['L3: a call after the end'],
    {
      ...times(2),
      exchanges: [deadly(1, 10), reading(2, 20, 401), reading(3, 2_020, 401), call(4, 2_020, 401)],
      said: { after: { kalshi: 3 } },
    },
  ],
  [
    'a request that was withdrawn sends no call, dry run or not',
    ['L3: a call, though nobody asked for one'],
    {
      asked: { allows: 'nothing', ends: ['withdrawn'] },
      receipts: [{ ...WITHDRAWN, calls: 1 }],
      exchanges: [call(1, 10)],
    },
  ],
  [
    'a key that signs for nobody may not call, also where the call is refused',
    ['L3: stranger at kalshi signed a call, and nobody asked for that'],
    {
      ...times(2),
      exchanges: [{ ...call(1, 10, 429), keyId: 'stranger' }, deadly(2, 20), reading(3, 30, 401)],
    },
  ],
  [
    'a call deletes the key of its own request, not the key of another one',
    [`L3: ${KEY} at kalshi was deleted, and nobody asked for that`],
    {
      others: [OTHER],
      receipts: [OTHER_END, RECEIPT],
      items: [{ pk: 'request#other', sk: 'request', receipt: OTHER_END, published: true }],
      exchanges: [reading(1, 0), { ...call(2, 10), of: '2', applied: DELETION }, reading(3, 20, 401)],
    },
  ],
];

it.each(DIFFERENCES)('%s', (_right, says, parts) => {
  expect(breachesIn(evidenceWith(parts)).map((breach) => breach.says)).toEqual(says);
});
