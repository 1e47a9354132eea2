import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import {
  CONTROL_TAG,
  expiryRequestId,
  readTags,
  STATUS_TAGS,
  statusTags,
  sweepKey,
  wordsIn,
} from '../../../../functions/core/request/expiry-tags.ts';
import { isExpiryOrder } from '../../../../functions/core/request/revocation-request.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const DUE = '2026-11-21T14:00:00+02:00';
const TAGS = {
  'key-revoker:expires-at': DUE,
  'key-revoker:provider': 'bybit',
  'key-revoker:operation': 'delete-sub-key',
};
const SECRET = {
  arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:key-revoker/sub-AbCdEf',
  name: 'key-revoker/sub',
};

const tagged = (more: Readonly<Record<string, string>>) => ({
  ...TAGS,
  ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`key-revoker:${name}`, value])),
});

const requestOf = (more: Readonly<Record<string, string>>, version = 'v7') => {
  const read = readTags(PROVIDERS, tagged(more));
  if (read.kind === 'unreadable') throw new Error(read.why);
  const made = read.order.requestFor(SECRET, version);
  if (made.kind === 'refused') throw new Error(made.message);
  return made.request;
};

const whyNot = (tags: Readonly<Record<string, string>>): string => {
  const read = readTags(PROVIDERS, tags);
  if (read.kind === 'order') throw new Error('Cannot find the tags unreadable');
  return read.why;
};

describe('the request that tags make', () => {
  it('is for the key in the secret itself, at that version, not before it is due', () =>
    expect(requestOf({})).toEqual({
      version: 1,
      provider: 'bybit',
      operation: 'delete-sub-key',
      secretId: 'key-revoker/sub',
      secretVersion: 'v7',
      target: 'self',
      reason: 'expired',
      requestedBy: SECRET.arn,
      notBefore: '2026-11-21T12:00:00.000Z',
      dryRun: false,
    }));

  it('is signed by a managing key at its current version, for the key in the secret', () =>
    expect(requestOf({ 'signed-by': 'key-revoker/master' })).toMatchObject({
      secretId: 'key-revoker/master',
      secretVersion: 'AWSCURRENT',
      target: { secretId: 'key-revoker/sub', secretVersion: 'v7' },
    }));

  it('takes the sub account of the key in the secret', () =>
    expect(requestOf({ 'signed-by': 'key-revoker/master', target: 'subMemberId=100400345' }).target).toEqual({
      secretId: 'key-revoker/sub',
      secretVersion: 'v7',
      subMemberId: '100400345',
    }));

  it('takes a target by its identifiers', () => {
    expect(
      requestOf({ 'signed-by': 'key-revoker/master', target: 'apiKey=SUBKEY1 subMemberId=100400345' }).target,
    ).toEqual({ apiKey: 'SUBKEY1', subMemberId: '100400345' });
    const id = '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';
    const named = { provider: 'requesty', operation: 'delete-key', target: `apiKeyId=${id}` };
    for (const tags of [named, { ...named, 'signed-by': 'key-revoker/master' }])
      expect(requestOf(tags).target).toEqual({ apiKeyId: id });
  });

  it.each([
    ['readOnly=1', { readOnly: 1 }],
    ['readOnly=0', { readOnly: 0 }],
    [' readOnly=1  ips=1.2.3.4 ', { readOnly: 1, ips: ['1.2.3.4'] }],
    ['ips=1.2.3.4 ips=5.6.7.8', { ips: ['1.2.3.4', '5.6.7.8'] }],
    ['ips=', { ips: [''] }],
    ['ips=2001:db8::1', { ips: ['2001:db8::1'] }],
    [
      'permissions.Wallet=AccountTransfer permissions.Spot=SpotTrade permissions.Wallet=SubMemberTransfer',
      { permissions: { Wallet: ['AccountTransfer', 'SubMemberTransfer'], Spot: ['SpotTrade'] } },
    ],
    ['permissions.Wallet', { permissions: { Wallet: [] } }],
    ['permissions.Wallet=', { permissions: { Wallet: [] } }],
    ['permissions.Derivatives=a=b', { permissions: { Derivatives: ['a=b'] } }],
    ['readOnly=1 acceptUndeletable=true', { readOnly: 1, acceptUndeletable: true }],
    ['readOnly=1 acceptUndeletable=false', { readOnly: 1, acceptUndeletable: false }],
  ])('reads the settings %s', (settings, expected) =>
    expect(requestOf({ operation: 'update-sub-key', settings }).settings).toEqual(expected),
  );
});

it.each(['permissions.constructor=x', 'permissions.__proto__=x'])(
  'cannot be read with a name of JavaScript’s own: %s',
  (settings) =>
    expect(readTags(PROVIDERS, tagged({ operation: 'update-sub-key', settings }))).toMatchObject({
      kind: 'unreadable',
      why: expect.stringMatching(/^Cannot read the body: it must be a JSON object; the name \w+ is not allowed$/),
    }),
);

it('tells when it is due and for which version', () => {
  const read = readTags(PROVIDERS, tagged({ version: 'v3', status: 'refused/tag-unreadable', 'proved-at': 'x' }));
  expect(read).toMatchObject({ kind: 'order', order: { expiresAt: Date.UTC(2026, 10, 21, 12), version: 'v3' } });
  expect(readTags(PROVIDERS, TAGS)).toMatchObject({ order: { version: undefined } });
});

it.each([
  [
    'no date',
    { ...TAGS, 'key-revoker:expires-at': '' },
    'Cannot read key-revoker:expires-at: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00',
  ],
  [
    'a date without a zone',
    tagged({ 'expires-at': '2026-11-21T12:00:00' }),
    'Cannot read key-revoker:expires-at: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00',
  ],
  [
    'no provider',
    { 'key-revoker:expires-at': DUE },
    `Cannot read key-revoker:provider: it must be one of ${Object.keys(PROVIDERS).join(', ')}`,
  ],
  [
    'another provider',
    tagged({ provider: 'toString' }),
    `Cannot read key-revoker:provider: it must be one of ${Object.keys(PROVIDERS).join(', ')}`,
  ],
  [
    'a tag of nearly the right name',
    tagged({ expire: 'x' }),
    'Cannot use the unknown tag key-revoker:expire; the nearest known tag is key-revoker:expires-at',
  ],
  ['an unknown tag', tagged({ frobnicate: 'x' }), 'Cannot use the unknown tag key-revoker:frobnicate'],
  [
    'another’s operation',
    tagged({ operation: 'delete-key' }),
    'Cannot read operation: it must be one of delete-master-key, delete-sub-key, update-master-key, update-sub-key',
  ],
  [
    'a target that is none',
    tagged({ target: 'apiKey=a"b' }),
    'Cannot read target.apiKey: it must be 1 to 128 letters, digits, - and _',
  ],
  [
    'an unknown part of a target',
    tagged({ 'signed-by': 'm', target: 'account=1' }),
    'Cannot use the unknown field "account"',
  ],
  [
    'an unknown setting',
    tagged({ operation: 'update-sub-key', settings: 'readonly=1' }),
    'Cannot use the unknown field "readonly"; the nearest known field is readOnly',
  ],
  [
    'readOnly without a value',
    tagged({ operation: 'update-sub-key', settings: 'readOnly' }),
    'Cannot read settings.readOnly: it must be one of 0, 1, null',
  ],
  [
    'readOnly as a word',
    tagged({ operation: 'update-sub-key', settings: 'readOnly=yes' }),
    'Cannot read settings.readOnly: it must be one of 0, 1, null',
  ],
  [
    'settings of a delete',
    tagged({ settings: 'readOnly=1' }),
    'Cannot use settings with this operation: send settings only with update-master-key or update-sub-key',
  ],
  [
    'an update without settings',
    tagged({ operation: 'update-sub-key' }),
    'Cannot update without settings: give at least one of readOnly, permissions and ips',
  ],
  [
    'settings where a provider has none',
    tagged({ provider: 'kalshi', operation: 'delete-key', settings: 'readOnly=1' }),
    'Cannot use the field "settings" in this request',
  ],
  [
    'a part of a target without a name',
    tagged({ 'signed-by': 'm', target: '=SUB' }),
    'Cannot use the unknown field ""',
  ],
  [
    'a part of a target where the key signs itself',
    tagged({ target: 'subMemberId=1' }),
    'Cannot read target.apiKey: it must be a string; it is missing',
  ],
])('does not read %s', (_what, tags, why) => expect(whyNot(tags)).toBe(why));

it('reads words as names and values, of which each may be empty', () =>
  expect(wordsIn(' a=1  b =c d= e=f=g')).toEqual([
    ['a', '1'],
    ['b', ''],
    ['', 'c'],
    ['d', ''],
    ['e', 'f=g'],
  ]));

it('leaves tags of others alone', () =>
  expect(readTags(PROVIDERS, { ...TAGS, team: 'desk', 'key-revoker-old:x': '1' }).kind).toBe('order'));

it('takes the mark of a control key for no part of an order', () => {
  expect(CONTROL_TAG).toBe('key-revoker:control');
  expect(readTags(PROVIDERS, tagged({ control: 'bybit' })).kind).toBe('order');
});

describe('an order’s id', () => {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const idOf = (tags: Readonly<Record<string, string>>, arn = SECRET.arn, version = 'v7') =>
    expiryRequestId(digest, arn, version, tags);

  it('is known as an order’s', () => {
    expect(isExpiryOrder(idOf(TAGS))).toBe(true);
    expect(['expiry-', 'expiry-x', `x${idOf(TAGS)}`, `${idOf(TAGS)}0`, '6f1c'].some(isExpiryOrder)).toBe(false);
  });

  it('is the same for the same instant in another zone, for other people’s tags, for our own status, and for a control key', () => {
    expect(idOf(tagged({ 'expires-at': '2026-11-21T12:00:00Z' }))).toBe(idOf(TAGS));
    expect(idOf(tagged({ status: 'revoked', 'proved-at': 'x' }))).toBe(idOf(TAGS));
    expect(idOf({ team: 'desk', ...TAGS })).toBe(idOf(TAGS));
    expect(idOf(tagged({ control: 'bybit' }))).toBe(idOf(TAGS));
    expect(idOf(Object.fromEntries(Object.entries(TAGS).reverse()))).toBe(idOf(TAGS));
  });

  it('differs by secret, by version, and by every tag of an order, readable or not', () => {
    const orders = [
      {},
      { 'expires-at': '2026-11-21T12:00:01Z' },
      { 'expires-at': 'soon' },
      { 'expires-at': 'later' },
      { 'signed-by': 'm' },
      { target: 'x' },
      { version: 'v7' },
      { settings: 'x' },
      { operation: 'x' },
      { provider: 'x' },
      { frobnicate: 'x' },
    ];
    const ids = [...orders.map((more) => idOf(tagged(more))), idOf(TAGS, 'arn:other'), idOf(TAGS, SECRET.arn, 'v8')];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the status tags', () => {
  const AT = epochMs(Date.parse('2026-11-21T12:00:00.000Z'));

  it('of a key that is confirmed say when that was', () =>
    expect(statusTags('confirmed', AT)).toEqual({
      'key-revoker:status': 'confirmed',
      'key-revoker:proved-at': '2026-11-21T12:00:00.000Z',
    }));

  it.each([
    'revoked',
    'already-revoked',
    'restricted',
    'stuck/unproven',
    'unconfirmed/no-control',
    'resurrected',
  ] as const)('of a key that is %s claim no proof', (outcome) =>
    expect(statusTags(outcome, AT)).toEqual({ 'key-revoker:status': outcome }),
  );

  it('are the only ones that this product writes', () =>
    expect(STATUS_TAGS).toEqual(Object.keys(statusTags('confirmed', AT))));
});

it('keeps each secret’s sweep under its ARN', () =>
  expect(sweepKey('arn:x')).toEqual({ pk: 'sweep#arn:x', sk: 'sweep' }));

it('reads any tags without throwing', () => {
  const names = fc.constantFrom(
    'expires-at',
    'provider',
    'operation',
    'signed-by',
    'target',
    'version',
    'settings',
    'status',
  );
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom(DUE, 'bybit', 'update-sub-key', 'apiKey=A', 'readOnly=1', 'permissions.__proto__=x', '__proto__=1'),
  );
  fc.assert(
    fc.property(fc.dictionary(names, values), (more) => {
      const read = readTags(PROVIDERS, tagged(more));
      if (read.kind === 'order')
        expect(read.order.requestFor(SECRET, 'v7')).toMatchObject({ request: { reason: 'expired' } });
      else expect(read.why).toMatch(/^Cannot .*[^.]$/);
    }),
  );
});
