import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../../../functions/core/reason.ts';
import { MAX_BODY_LENGTH, parseRequest } from '../../../../functions/core/request/parse-request.ts';
import { namedTarget, requestForm } from '../../../../functions/core/request/revocation-request.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const GOOD = { provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/desk', target: 'self' };
const UPDATE = { ...GOOD, operation: 'update-sub-key' };
const KALSHI = { ...GOOD, provider: 'kalshi', operation: 'delete-key' };
const ID = '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';

const parse = (body: unknown) => parseRequest(PROVIDERS, JSON.stringify(body));

const read = (body: unknown) => {
  const parsed = parse(body);
  if (parsed.kind !== 'request') throw new Error(parsed.message);
  return parsed;
};

const refused = (body: unknown) => {
  const parsed = parse(body);
  if (parsed.kind === 'request') throw new Error('Cannot find a refusal');
  return parsed;
};

it('fills in what a request may leave out', () =>
  expect(read(GOOD)).toEqual({
    kind: 'request',
    eventAt: undefined,
    request: { ...GOOD, version: 1, secretVersion: 'AWSCURRENT', reason: 'manual', dryRun: false },
  }));

it.each([
  [
    'every field',
    {
      ...GOOD,
      version: 1,
      secretVersion: 'AWSPREVIOUS',
      reason: 'rotated',
      requestId: ID,
      requestedBy: 'jane',
      reference: 'INC-1',
      notBefore: '2026-11-21T12:00:00+01:00',
      expectedEnvironment: 'mainnet',
      dryRun: true,
    },
  ],
  ['a Bybit key', { ...GOOD, target: { apiKey: 'SUBKEYexample00001' } }],
  ['a Bybit key of 128 characters', { ...GOOD, target: { apiKey: 'k_-9'.repeat(32) } }],
  ['a Bybit key with its sub account', { ...GOOD, target: { apiKey: 'K', subMemberId: '1'.repeat(20) } }],
  ['a key inside a secret', { ...GOOD, target: { secretId: 'key-revoker/x', secretVersion: 'v', subMemberId: '1' } }],
  ['a Kalshi key', { ...KALSHI, target: { apiKeyId: ID } }],
  ['a Requesty key', { ...KALSHI, provider: 'requesty', target: { apiKeyId: ID } }],
  ['a request id of 256 characters', { ...GOOD, requestId: 'é'.repeat(256) }],
  ['readOnly', { ...UPDATE, settings: { readOnly: 1 } }],
  ['readOnly not asked for, and addresses', { ...UPDATE, settings: { readOnly: null, ips: '*' } }],
  [
    'permissions',
    { ...UPDATE, settings: { permissions: { Wallet: [], Spot: ['SpotTrade'] }, acceptUndeletable: true } },
  ],
  ['a list of addresses', { ...UPDATE, settings: { ips: ['1.2.3.4'] } }],
  ['readOnly of 0', { ...UPDATE, settings: { readOnly: 0 } }],
  ['the longest names', { ...GOOD, secretId: 'key-revoker/'.padEnd(2_048, '/'), reference: ' .'.repeat(512) }],
])('takes %s', (_what, body) => expect(read(body).request).toMatchObject(body));

it('lower-cases a key identifier of any version', () =>
  expect(read({ ...KALSHI, target: { apiKeyId: 'ABCDEF01-0000-0000-0000-00000000000F' } }).request.target).toEqual({
    apiKeyId: 'abcdef01-0000-0000-0000-00000000000f',
  }));

const NAMES = Object.keys(PROVIDERS).join(', ');
const ON_BYBIT = 'delete-master-key, delete-sub-key, update-master-key, update-sub-key';
const A_TARGET = 'it must be "self" or an object that names the key';
const AN_ID = 'it must be 1 to 256 printable characters without #, ~ and !';

it.each([
  ['no provider', { ...GOOD, provider: undefined }, `Cannot read provider: it must be one of ${NAMES}`],
  ['another provider', { ...GOOD, provider: 'binance' }, `Cannot read provider: it must be one of ${NAMES}`],
  ['an empty object', {}, `Cannot read provider: it must be one of ${NAMES}`],
  [
    'no operation',
    { ...GOOD, operation: undefined },
    `Cannot read operation: it must be one of ${ON_BYBIT}; it is missing`,
  ],
  ['another’s operation', { ...GOOD, operation: 'delete-key' }, `Cannot read operation: it must be one of ${ON_BYBIT}`],
  [
    'a provider without that operation',
    { ...KALSHI, operation: 'delete-sub-key' },
    'Cannot read operation: it must be delete-key',
  ],
  [
    'a reason in capitals',
    { ...GOOD, reason: 'LEAKED' },
    `Cannot read reason: it must be one of ${REASONS.join(', ')}`,
  ],
  ['no secret', { ...GOOD, secretId: undefined }, 'Cannot read secretId: it must be a string; it is missing'],
  [
    'a secretId with a blank',
    { ...GOOD, secretId: 'key-revoker/a b' },
    'Cannot read secretId: it must be the name or the ARN of a secret',
  ],
  ['an empty secretId', { ...GOOD, secretId: '' }, 'Cannot read secretId: it must be the name or the ARN of a secret'],
  [
    'a secretId too long',
    { ...GOOD, secretId: 'x'.repeat(2_049) },
    'Cannot read secretId: it must be the name or the ARN of a secret',
  ],
  [
    'an empty version of a secret',
    { ...GOOD, secretVersion: '' },
    'Cannot read secretVersion: it must be AWSCURRENT, AWSPREVIOUS or a version id',
  ],
  ['another version of the contract', { ...GOOD, version: 2 }, 'Cannot read version: it must be 1'],
  ['a version as text', { ...GOOD, version: '1' }, 'Cannot read version: it must be 1'],
  ['a target of null', { ...GOOD, target: null }, `Cannot read target: ${A_TARGET}`],
  ['Self', { ...GOOD, target: 'Self' }, `Cannot read target: ${A_TARGET}`],
  ['a list of targets', { ...GOOD, target: ['self'] }, `Cannot read target: ${A_TARGET}`],
  ['an empty target', { ...GOOD, target: {} }, 'Cannot read target.apiKey: it must be a string; it is missing'],
  [
    'a key with a quote in it',
    { ...GOOD, target: { apiKey: 'a"b' } },
    'Cannot read target.apiKey: it must be 1 to 128 letters, digits, - and _',
  ],
  [
    'a key too long',
    { ...GOOD, target: { apiKey: 'k'.repeat(129) } },
    'Cannot read target.apiKey: it must be 1 to 128 letters, digits, - and _',
  ],
  [
    'a sub account as a number',
    { ...GOOD, target: { apiKey: 'A', subMemberId: 5 } },
    'Cannot read target.subMemberId: it must be a string',
  ],
  [
    'a sub account by name',
    { ...GOOD, target: { apiKey: 'A', subMemberId: 'desk' } },
    'Cannot read target.subMemberId: it must be a string of 1 to 20 digits',
  ],
  [
    'a sub account of nearly the right name',
    { ...GOOD, target: { apiKey: 'A', subMemberID: '5' } },
    'Cannot use the unknown field "subMemberID"; the nearest known field is subMemberId',
  ],
  [
    'a version with a space before it',
    { ...GOOD, secretVersion: ' v1' },
    'Cannot read secretVersion: it must be AWSCURRENT, AWSPREVIOUS or a version id',
  ],
  [
    'a version with a space behind it',
    { ...GOOD, secretVersion: 'v1 ' },
    'Cannot read secretVersion: it must be AWSCURRENT, AWSPREVIOUS or a version id',
  ],
  [
    'a key with something before it',
    { ...KALSHI, target: { apiKeyId: 'x0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10' } },
    'Cannot read target.apiKeyId: it must be hexadecimal digits in the form 8-4-4-4-12',
  ],
  [
    'a sub account with something behind it',
    { ...GOOD, target: { apiKey: 'A', subMemberId: '5 ' } },
    'Cannot read target.subMemberId: it must be a string of 1 to 20 digits',
  ],
  [
    'a sub account with something before it',
    { ...GOOD, target: { apiKey: 'A', subMemberId: 'x5' } },
    'Cannot read target.subMemberId: it must be a string of 1 to 20 digits',
  ],
  [
    'an empty secret as target',
    { ...GOOD, target: { secretId: '' } },
    'Cannot read target.secretId: it must be the name or the ARN of a secret',
  ],
  [
    'two keys as target',
    { ...GOOD, target: { secretId: 'a', apiKey: 'b' } },
    'Cannot use the field "secretId" in target',
  ],
  ['another provider’s target', { ...GOOD, target: { apiKeyId: ID } }, 'Cannot use the field "apiKeyId" in target'],
  [
    'a key that is no UUID',
    { ...KALSHI, target: { apiKeyId: `${ID}0` } },
    'Cannot read target.apiKeyId: it must be hexadecimal digits in the form 8-4-4-4-12',
  ],
  ['a request id with #', { ...GOOD, requestId: 'a#plan' }, `Cannot read requestId: ${AN_ID}`],
  ['a request id with ~', { ...GOOD, requestId: 'a~1' }, `Cannot read requestId: ${AN_ID}`],
  ['a request id with !', { ...GOOD, requestId: 'a!1' }, `Cannot read requestId: ${AN_ID}`],
  ['a request id of two lines', { ...GOOD, requestId: 'a\nb' }, `Cannot read requestId: ${AN_ID}`],
  ['an empty request id', { ...GOOD, requestId: '' }, `Cannot read requestId: ${AN_ID}`],
  ['a request id too long', { ...GOOD, requestId: 'a'.repeat(257) }, `Cannot read requestId: ${AN_ID}`],
  [
    'a time without a zone',
    { ...GOOD, notBefore: '2026-11-21T12:00:00' },
    'Cannot read notBefore: it must be RFC 3339 with a zone, such as 2027-03-31T18:00:00+02:00',
  ],
  ['a time in numbers', { ...GOOD, notBefore: 1 }, 'Cannot read notBefore: it must be a string'],
  ['dryRun as text', { ...GOOD, dryRun: 'true' }, 'Cannot read dryRun: it must be true or false'],
  ['an empty claim', { ...GOOD, requestedBy: '' }, 'Cannot read requestedBy: it must have at least 1 character'],
  [
    'a claim too long',
    { ...GOOD, reference: '.'.repeat(1_025) },
    'Cannot read reference: it must have at most 1024 characters',
  ],
  [
    'readOnly as a boolean',
    { ...UPDATE, settings: { readOnly: true } },
    'Cannot read settings.readOnly: it must be one of 0, 1, null',
  ],
  [
    'permissions as text',
    { ...UPDATE, settings: { permissions: 'Wallet' } },
    'Cannot read settings.permissions: it must be an object',
  ],
  [
    'a group as text',
    { ...UPDATE, settings: { permissions: { Wallet: 'x' } } },
    'Cannot read settings.permissions.Wallet: it must be a list',
  ],
  [
    'a permission as a number',
    { ...UPDATE, settings: { permissions: { Wallet: [1] } } },
    'Cannot read settings.permissions.Wallet.0: it must be a string',
  ],
  [
    'addresses as a number',
    { ...UPDATE, settings: { ips: 5 } },
    'Cannot read settings.ips: it must be a string or a list of strings',
  ],
  ['an address as a number', { ...UPDATE, settings: { ips: [5] } }, 'Cannot read settings.ips.0: it must be a string'],
  ['settings as text', { ...UPDATE, settings: 'readOnly' }, 'Cannot read settings: it must be an object'],
  [
    'an unknown field cut inside an emoji',
    { ...GOOD, [`x${' x'.repeat(31)}😀😀`]: 1 },
    `Cannot use the unknown field "x${' x'.repeat(31)}😀"`,
  ],
  ['an unknown field', { ...GOOD, frobnicate: 1 }, 'Cannot use the unknown field "frobnicate"'],
  [
    'an unknown field too long to show',
    { ...GOOD, [' x'.repeat(99)]: 1 },
    `Cannot use the unknown field "${' x'.repeat(32)}"`,
  ],
  [
    'a field of nearly the right name',
    { ...GOOD, secretID: 'x' },
    'Cannot use the unknown field "secretID"; the nearest known field is secretId',
  ],
  [
    'a setting of nearly the right name',
    { ...UPDATE, settings: { readonly: 1 } },
    'Cannot use the unknown field "readonly"; the nearest known field is readOnly',
  ],
  [
    'a target’s field of nearly the right name',
    { ...GOOD, target: { apikey: 'x' } },
    'Cannot use the unknown field "apikey"; the nearest known field is apiKey',
  ],
  ['settings at Kalshi', { ...KALSHI, settings: { readOnly: 1 } }, 'Cannot use the field "settings" in this request'],
  [
    'settings of a delete',
    { ...GOOD, settings: { readOnly: 1 } },
    'Cannot use settings with this operation: send settings only with update-master-key or update-sub-key',
  ],
  [
    'an update without settings',
    UPDATE,
    'Cannot update without settings: give at least one of readOnly, permissions and ips',
  ],
  [
    'an update that asks nothing',
    { ...UPDATE, settings: { readOnly: null, acceptUndeletable: true } },
    'Cannot update without settings: give at least one of readOnly, permissions and ips',
  ],
  [
    'an update that asks for no setting of the key',
    { ...UPDATE, settings: { acceptUndeletable: true } },
    'Cannot update without settings: give at least one of readOnly, permissions and ips',
  ],
  [
    'a rotated key without its version',
    { ...GOOD, reason: 'rotated' },
    'Cannot tell the rotated key from the new one: with reason rotated, give secretVersion (AWSPREVIOUS or a version id)',
  ],
])('refuses %s', (_what, body, message) => {
  const { code, fields, clean, message: said } = refused(body);
  expect({ code, said }).toEqual({ code: 'malformed', said: message });
  expect(fields).toEqual(Object.keys(JSON.parse(JSON.stringify(body))));
  expect(clean).toBeUndefined();
});

it('lets a managing key name the rotated one', () =>
  expect(read({ ...KALSHI, reason: 'rotated', target: { apiKeyId: ID } }).request.reason).toBe('rotated'));

it('refuses a missing target by a code of its own', () => {
  const missing = {
    code: 'target-missing',
    message: 'Cannot act without a target: give "self" or an object that names the key to revoke',
  };
  expect(refused({ ...GOOD, target: undefined })).toMatchObject(missing);
  expect(refused({ ...KALSHI, target: undefined })).toMatchObject(missing);
});

it.each([
  ['no JSON', '{"provider":"bybit"', 'its last closing bracket is missing'],
  ['a list', '[]', 'it is a list'],
  ['a text', '"bybit"', 'it is a text'],
  ['null', 'null', 'it is null'],
  ['a number', '1', 'it is a number'],
  ['nothing', '', 'it is empty'],
  ['a field that stands twice', '{"dryRun":true,"dryRun":false}', 'a name stands twice in it'],
  ['a prototype', '{"settings":{"permissions":{"__proto__":["x"]}}}', 'the name __proto__ is not allowed'],
])('refuses %s as a body', (_what, body, cause) =>
  expect(parseRequest(PROVIDERS, body)).toEqual({
    kind: 'refused',
    code: 'malformed',
    message: `Cannot read the body: it must be a JSON object; ${cause}`,
    fields: [],
    clean: undefined,
  }),
);

it('reads bodies up to 16,384 characters', () => {
  const filled = (length: number) => JSON.stringify(GOOD).padEnd(length);
  expect(parseRequest(PROVIDERS, filled(MAX_BODY_LENGTH)).kind).toBe('request');
  expect(parseRequest(PROVIDERS, filled(MAX_BODY_LENGTH + 1))).toMatchObject({
    code: 'malformed',
    message: 'Cannot read the body: it must have at most 16384 characters; it has 16385',
  });
});

describe('a message with several faults', () => {
  it('is told all of them, unknown names first: they explain what is missing', () => {
    const { secretId: _, ...others } = GOOD;
    expect(refused({ ...others, secretID: 'key-revoker/desk', reason: 'x', dryRun: 'no' }).message).toBe(
      [
        'Cannot use the unknown field "secretID"; the nearest known field is secretId',
        'Cannot read secretId: it must be a string; it is missing',
        `Cannot read reason: it must be one of ${REASONS.join(', ')}`,
        'Cannot read dryRun: it must be true or false',
      ].join('. '),
    );
  });

  it('is told five, unknown names before others, and how many more there are', () => {
    const { message } = refused({ ...GOOD, a1: 1, b2: 1, c3: 1, d4: 1, e5: 1, f6: 1, dryRun: 'no' });
    expect(message.split('. ')).toHaveLength(6);
    expect(message).toContain('"e5"');
    expect(message).toMatch(/\. There are 2 more faults$/);
    const five = refused({ ...GOOD, a1: 1, b2: 1, c3: 1, d4: 1, e5: 1 }).message;
    expect([five.split('. ').length, five.includes('more faults')]).toEqual([5, false]);
  });
});

describe('a message with a secret in it', () => {
  const WHERE = { expectedEnvironment: 'rqsty-sk-canary' };

  it('is refused, naming the field, with the request as it is without the value', () => {
    const { code, message, clean } = refused({ ...GOOD, ...WHERE });
    expect(code).toBe('secret-in-message');
    expect(message).toBe(
      'Cannot accept a message with a secret in it (expectedEnvironment): treat that value as leaked, and give its secretId instead',
    );
    expect(clean).toMatchObject({ ...GOOD, expectedEnvironment: '[removed]' });
  });

  it('names every field that has one', () =>
    expect(refused({ ...GOOD, ...WHERE, reference: 'rqsty-sk-canary' }).message).toContain(
      '(expectedEnvironment, reference)',
    ));

  it.each([['reference'], ['requestedBy'], ['reference', 'requestedBy']])(
    'is carried out without the words of a person: %s',
    (...fields) => {
      const body = Object.fromEntries(fields.map((field) => [field, 'rqsty-sk-canary']));
      const { request } = read({ ...GOOD, ...body });
      expect(request).toMatchObject({ ...GOOD, ...Object.fromEntries(fields.map((field) => [field, '[removed]'])) });
    },
  );

  it.each([
    ['an update', { ...UPDATE, settings: { readOnly: 1 } }],
    ['an expiry order', { ...GOOD, requestId: `expiry-${'0a'.repeat(32)}` }],
    ['an order that is not valid without them', { ...GOOD, operation: 'x' }],
    ['an order with a secret as the name of a field', { ...GOOD, 'rqsty-sk-x': 1 }],
  ])('is refused as a whole where it is %s', (_what, body) =>
    expect(refused({ ...body, reference: 'rqsty-sk-canary' }).code).toBe('secret-in-message'),
  );

  it('is refused where it is not a valid request without the value either', () => {
    expect(refused({ ...GOOD, apiSecret: 'x'.repeat(36) })).toMatchObject({
      code: 'secret-in-message',
      clean: undefined,
    });
    expect(refused({ 'rqsty-sk-canary': 1 })).toMatchObject({
      code: 'secret-in-message',
      fields: ['[removed]'],
      clean: undefined,
    });
  });
});

describe('a bus event', () => {
  const event = {
    'detail-type': 'Key Revocation Requested',
    id: ID,
    account: '123456789012',
    source: 'acme.secops',
    time: '2026-11-21T12:00:00Z',
    detail: GOOD,
  };

  it('fills in who asked, when, and the id', () =>
    expect(read(event)).toMatchObject({
      eventAt: Date.UTC(2026, 10, 21, 12),
      request: { ...GOOD, requestId: ID, requestedBy: '123456789012/acme.secops' },
    }));

  it('leaves what the request says of itself', () =>
    expect(read({ ...event, detail: { ...GOOD, requestId: 'mine', requestedBy: 'jane' } }).request).toMatchObject({
      requestId: 'mine',
      requestedBy: 'jane',
    }));

  it('may say less', () => {
    expect(read({ ...event, account: undefined, time: 'noon', id: '' })).toMatchObject({
      eventAt: undefined,
      request: { requestedBy: 'acme.secops' },
    });
    const bare = read({ 'detail-type': event['detail-type'], detail: GOOD });
    expect(Object.keys(bare.request)).not.toContain('requestedBy');
    expect(bare.eventAt).toBeUndefined();
  });

  it('is refused where its detail is no request', () =>
    expect(refused({ ...event, detail: { ...GOOD, reason: 'x' } })).toMatchObject({
      code: 'malformed',
      fields: ['requestId', 'requestedBy', ...Object.keys(GOOD), 'reason'],
    }));

  it.each(['dryRun', 'DRYRUN', 'target', 'settings', 'requestId', 'apiKeyId'])(
    'has no field of a request outside: %s',
    (field) =>
      expect(refused({ ...event, [field]: true })).toMatchObject({
        code: 'malformed',
        message: `Cannot tell which order is meant: ${field} stands outside detail. Every field of the request must stand inside`,
        fields: [...Object.keys(event), field],
      }),
  );

  it('with such a field repeats no name that looks like a secret', () => {
    const { fields } = refused({ ...event, dryRun: true, 'rqsty-sk-canary': 1 });
    expect(fields).toEqual([...Object.keys(event), 'dryRun', '[removed]']);
  });

  it('has a version of its own, and what else the bus gives it', () => {
    const more = { version: '0', region: 'eu-central-1', resources: ['arn:aws:events'], 'replay-name': 'r' };
    expect(read({ ...event, ...more }).request.version).toBe(1);
  });

  /** Every place outside a request, for one more field. */
  const PLACES: readonly ((order: object, field: object) => object)[] = [
    (order, field) => ({ ...event, detail: order, ...field }),
    (order, field) => ({ ...field, ...event, detail: order }),
    (order, field) => ({ ...order, detail: field }),
    (order, field) => ({ ...order, detail: { ...order, ...field } }),
    (order, field) => ({ request: order, ...field }),
  ];

  it('never becomes an order by a field outside of it: a refusal stays one, and so does a dry run', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...PLACES),
        fc.constantFrom(...requestForm(PROVIDERS).fields, 'source', 'account', 'x'),
        fc.constantFrom<unknown>(true, false, 'self', 1, GOOD, { dryRun: false }),
        fc.constantFrom({ ...GOOD, dryRun: true }, { ...GOOD, operation: 'x' }, { ...GOOD, target: undefined }),
        (place, field, value, order) => {
          const parsed = parse(place(order, { [field]: value }));
          expect(parsed.kind === 'refused' || parsed.request.dryRun).toBe(true);
        },
      ),
    ));

  it('is no event without a detail', () =>
    expect(refused({ ...event, detail: undefined }).message).toBe(`Cannot read provider: it must be one of ${NAMES}`));
});

const CANARY = /canary/;

it.each([
  ['with a target', GOOD],
  ['without a target', { ...GOOD, target: undefined }],
])('refuses what cannot be made a text as its provider, %s', (_what, body) =>
  expect(refused({ ...body, provider: { toString: null } })).toMatchObject({ code: 'malformed', provider: undefined }),
);

it('reads anything without throwing, and quotes no value', () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('canary', 'canary\n', ['canary'], { x: 'canary' }));
  const field = fc.constantFrom(
    'version',
    'target',
    'settings',
    'reason',
    'secretId',
    'requestId',
    'operation',
    'provider',
    'notBefore',
    'dryRun',
    'reference',
    'secretVersion',
  );
  fc.assert(
    fc.property(fc.constantFrom(GOOD, UPDATE, KALSHI), fc.dictionary(field, value), (base, changed) => {
      const parsed = parse({ ...base, ...changed });
      if (parsed.kind === 'request') return;
      expect(parsed.message).toMatch(/^Cannot .*[^.]$/);
      expect(parsed.message).not.toMatch(CANARY);
    }),
  );
});

it('reads any text without throwing', () =>
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(['request', 'refused']).toContain(parseRequest(PROVIDERS, body).kind);
    }),
  ));

it.each([
  ['{"provider":"kalshi"}', 'kalshi'],
  ['{"provider":"deribit"}', undefined],
  ['{"provider":["kalshi","bybit"]}', undefined],
  ['no JSON', undefined],
])('keeps the provider that %s names', (body, provider) => {
  expect(parseRequest(PROVIDERS, body)).toMatchObject({ kind: 'refused', provider });
});

describe('a locator', () => {
  const named = { apiKey: 'SUB', subMemberId: '7' };
  const targetOf = (target: unknown) => {
    const parsed = parse({ ...GOOD, target });
    return parsed.kind === 'request' ? parsed.request.target : parsed.message;
  };

  it.each([
    ['beside the key', named],
    ['under its own name', { apiKey: 'SUB', locator: { subMemberId: '7' } }],
  ])('is read %s as release 0.1.0 kept it', (_where, target) => expect(targetOf(target)).toEqual(named));

  it('stands beside a secret as well', () =>
    expect(targetOf({ secretId: 'key-revoker/a', locator: { subMemberId: '7' } })).toEqual({
      secretId: 'key-revoker/a',
      subMemberId: '7',
    }));

  it('is refused where it is said twice', () =>
    expect(targetOf({ ...named, locator: { subMemberId: '7' } })).toBe(
      'Cannot read target.locator: give subMemberId only once, beside the key or under locator',
    ));

  it.each([{ subMemberId: '7' }, { locator: { subMemberId: '7' } }, { locator: {} }])(
    'is refused where the provider has none: %j',
    (place) => expect(parse({ ...KALSHI, target: { apiKeyId: ID, ...place } }).kind).toBe('refused'),
  );

  it('of another provider stands beside a secret as release 0.1.0 took it, and is not used', () => {
    const target = { secretId: 'key-revoker/a', subMemberId: '7' };
    const parsed = parse({ ...KALSHI, target });
    if (parsed.kind === 'refused') throw new Error(parsed.message);
    expect(parsed.request.target).toEqual(target);
    expect(namedTarget(PROVIDERS, parsed.request).locator).toEqual({});
  });
});

it('names nothing of a provider that is not listed', () =>
  expect(namedTarget({}, { provider: 'kalshi', target: { apiKeyId: ID } })).toEqual({
    keyId: undefined,
    secret: undefined,
    locator: {},
  }));

describe('the form of a list of providers', () => {
  it('is made once', () => expect(requestForm(PROVIDERS)).toBe(requestForm(PROVIDERS)));

  it('knows every field that an order for one of them may have, and no other', () => {
    const ofAll = ['provider', 'operation', 'target', 'version', 'secretId', 'secretVersion', 'reason', 'requestId'];
    const also = ['requestedBy', 'reference', 'notBefore', 'expectedEnvironment', 'dryRun', 'look', 'locator'];
    const { kalshi, bybit } = PROVIDERS;
    expect(requestForm({ kalshi }).fields.toSorted()).toEqual([...ofAll, ...also, 'apiKeyId'].toSorted());
    const ofBybit = ['settings', ...(bybit.settings?.fields ?? []), 'apiKey', 'subMemberId'];
    expect(requestForm({ bybit }).fields.toSorted()).toEqual([...ofAll, ...also, ...ofBybit].toSorted());
  });
});

it('does not run without the rules between fields where a provider is listed under another name', () => {
  const listed = { other: PROVIDERS.kalshi };
  expect(() => parseRequest(listed, JSON.stringify(KALSHI))).toThrow(/^Cannot find kalshi/);
});
