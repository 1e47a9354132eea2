import { describe, expect, it } from 'vitest';
import { after, toIso } from '../../../../functions/core/epoch.ts';
import { Fault } from '../../../../functions/core/fault.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Described, Opened } from '../../../../functions/core/ports.ts';
import { expiryRequestId } from '../../../../functions/core/request/expiry-tags.ts';
import { rereadOrder } from '../../../../functions/core/revoke/reread-order.ts';
import { memoryPorts, openedAs } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';

const ARN = openedAs('').arn;
const DUE = after(NOON, -60_000);
const TAGS = {
  'key-revoker:expires-at': toIso(DUE),
  'key-revoker:provider': 'kalshi',
  'key-revoker:operation': 'delete-key',
};

const AT_NOON = { ...TAGS, 'key-revoker:expires-at': toIso(NOON) };
const NAMED = { ...TAGS, 'key-revoker:version': 'v0' };

const secretWith = (tags: Readonly<Record<string, string>>): Described => ({
  arn: ARN,
  name: 'key-revoker/desk',
  tags,
  stages: {},
  isReplica: false,
});

interface Case {
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly ordered?: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly opened?: Opened;
  /** `undefined`: no sweep has met the secret. */
  readonly firstSeenAt?: number | undefined;
  /** The version in the sweep's note: empty where the note cannot be read. */
  readonly noted?: string;
  readonly item?: Partial<RequestItem>;
}

/** How the check of an order's tags ends: as a fault, or undefined where the call may go. */
const recheck = async (given: Case, isGone = false) => {
  const {
    tags = TAGS,
    ordered = TAGS,
    version = 'v1',
    opened,
    firstSeenAt,
    noted = 'v1',
    item = {},
  } = { firstSeenAt: NOON, ...given };
  const { ports, items } = memoryPorts({ described: isGone ? [] : [secretWith(tags)] });
  if (firstSeenAt !== undefined)
    items.set(`sweep#${ARN} sweep`, { rev: 1, nonce: '', expiresAt: '', version: noted, firstSeenAt });
  const requestId = expiryRequestId(ports.digest, ARN, version, ordered);
  const order = { requestId, request: { requestedBy: ARN }, ...item } as RequestItem;
  try {
    return await rereadOrder(ports, order, opened);
  } catch (error) {
    if (error instanceof Fault) return `${error.outcome}: ${error.message}`;
    throw error;
  }
};

it.each<[string, Case]>([
  ['tags that stand as they did', {}],
  ['tags with our own status on them', { tags: { ...TAGS, 'key-revoker:status': 'stuck/unproven' } }],
  ['the same instant in another zone', { tags: { ...TAGS, 'key-revoker:expires-at': '2026-11-21T12:59:00+01:00' } }],
  ['a version from before the expiry', { opened: openedAs('', { createdAt: DUE }), firstSeenAt: after(DUE, -1_000) }],
  [
    'a version of the second in which the date was met',
    { opened: openedAs('', { createdAt: after(DUE, -9_000) }), firstSeenAt: after(DUE, -10_000) },
  ],
  ['a request that no sweep sent', { tags: {}, item: { requestId: 'R' } }],
  ['a date of this very instant', { tags: AT_NOON, ordered: AT_NOON }],
  ['a named version that no sweep has met', { tags: NAMED, ordered: NAMED, version: 'v0', firstSeenAt: undefined }],
])('lets %s pass', async (_what, given) => expect(await recheck(given)).toBeUndefined());

it('asks for no tags of a secret that no sweep reads', async () => {
  const requestedBy = 'arn:aws:secretsmanager:us-east-1:999999999999:secret:key-revoker/desk-AbCdEf';
  const item = { request: { requestedBy } } as Partial<RequestItem>;
  expect(await recheck({ item })).toMatch(/^refused\/outside-prefix: .* another account/);
});

it('lets an order pass whose secret is gone', async () => expect(await recheck({}, true)).toBeUndefined());

it('asks for no secret where the order names none', async () => {
  const { ports, steps } = memoryPorts();
  const order = { requestId: expiryRequestId(ports.digest, ARN, 'v1', TAGS) } as RequestItem;
  for (const request of [undefined, {} as RequestItem['request']])
    await rereadOrder(ports, { ...order, request }, undefined);
  expect(steps).toEqual([]);
});

describe('takes the order back', () => {
  it.each<[string, Case, string]>([
    [
      'where the date was moved later',
      { tags: { ...TAGS, 'key-revoker:expires-at': toIso(after(NOON, 1)) } },
      'withdrawn: ',
    ],
    [
      'where the tag is gone',
      { tags: {} },
      'withdrawn: Cannot read key-revoker:expires-at: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00',
    ],
    [
      'where another tag was changed',
      { tags: { ...TAGS, 'key-revoker:target': 'apiKeyId=6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55' } },
      'withdrawn: The tags have changed since then. The changed tags make a new order',
    ],
    [
      'where no sweep has met the secret and no version is named',
      { firstSeenAt: undefined },
      'withdrawn: The tags have changed since then. The changed tags make a new order',
    ],
    [
      'where the order was for another version',
      { version: 'v2' },
      'withdrawn: The tags have changed since then. The changed tags make a new order',
    ],
  ])('%s', async (_what, given, expected) => expect(await recheck(given)).toBe(expected));
});

it.each<[string, Case]>([
  ['after the expiry', { opened: openedAs('', { createdAt: after(DUE, 1) }), firstSeenAt: NOON }],
  [
    'after the second in which the date was met',
    { opened: openedAs('', { createdAt: after(DUE, -8_999) }), firstSeenAt: after(DUE, -10_000) },
  ],
])('refuses a version made %s', async (_what, given) =>
  expect(await recheck(given)).toBe('refused/version-not-meant: '),
);

it('checks the tag’s own version by the tag', async () => {
  const named = { tags: NAMED, ordered: NAMED, version: 'v0', firstSeenAt: after(DUE, -10_000) };
  expect(await recheck(named)).toBeUndefined();
  // Named after a rotation: whenever a sweep first met the date, this version is the one that is meant.
  expect(await recheck({ ...named, opened: openedAs('', { createdAt: after(DUE, -8_999) }) })).toBeUndefined();
  const newer = { ...named, opened: openedAs('', { createdAt: after(DUE, 1) }) };
  expect(await recheck(newer)).toBe('refused/version-not-meant: ');
});

describe('goes by the version in the request where the sweep’s note cannot be read', () => {
  const LOST = { noted: '', firstSeenAt: 0 };
  const asking = (request: object): Case => ({ ...LOST, item: { request: { requestedBy: ARN, ...request } as never } });
  const inTarget = asking({ secretVersion: 'AWSCURRENT', target: { secretId: 's', secretVersion: 'v1' } });
  const withdrawn = 'withdrawn: The tags have changed since then. The changed tags make a new order';

  it.each<[string, Case, string | undefined]>([
    ['it is the one that was ordered', asking({ secretVersion: 'v1', target: 'self' }), undefined],
    ['it is that of the target', inTarget, undefined],
    ['it is another one', asking({ secretVersion: 'v2', target: 'self' }), withdrawn],
    ['its target names none', asking({ secretVersion: 'v1', target: { apiKeyId: 'K' } }), undefined],
    ['a version came before the date', { ...inTarget, opened: openedAs('', { createdAt: DUE }) }, undefined],
    [
      'a version came after the date',
      { ...inTarget, opened: openedAs('', { createdAt: after(DUE, 1) }) },
      'refused/version-not-meant: ',
    ],
  ])('%s', async (_what, given, expected) => expect(await recheck(given)).toBe(expected));
});
