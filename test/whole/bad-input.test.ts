import { generateKeyPairSync } from 'node:crypto';
import { DeleteSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { MASTER_KEY, master, requestyOrganisation, SUB_KEY, sub, uuid } from './system/orders.ts';
import { START, type System, type SystemOptions, systemForEachTest } from './system/system.ts';

const NEVER = 'neverquote-2f8c1a77';

const carriedOut = async (system: System, request: unknown) => {
  await system.send(request);
  await system.settle();
  return system.receipts();
};

const callsIn = (system: System): number =>
  [system.bybit, system.kalshi, system.requesty].flatMap(({ record }) =>
    record.filter(({ method }) => method !== 'GET'),
  ).length;

/** What every refusal owes: one receipt that quotes nothing, one stuck copy, and no call. */
const refusedOnce = async (system: System, ending: string) => {
  const [receipt, ...more] = system.receipts();
  expect(more).toEqual([]);
  expect([receipt?.outcome, receipt?.code].join('/')).toBe(ending);
  expect(receipt).toMatchObject({ final: true, calls: 0 });
  expect(receipt?.message).toMatch(/^\w.{20,}[^.]$/s);
  expect(receipt?.message).not.toContain(NEVER);
  const [copy, ...others] = await system.stuck();
  expect(others).toEqual([]);
  const { attempt, requestId, receiptId, outcome, code, message } = receipt ?? {};
  expect(copy?.attributes).toMatchObject({ requestId, attempt: String(attempt), outcome, code, message });
  expect(receiptId).toBe(`${requestId}#${attempt}`);
  expect(callsIn(system)).toBe(0);
  expect(await system.waiting()).toEqual([]);
  return { receipt, copy };
};

const self = (secretId: string, fields: object = {}) => ({
  provider: 'bybit',
  operation: 'delete-master-key',
  secretId,
  target: 'self',
  ...fields,
});
const update = (secretId: string, settings: unknown) => ({
  provider: 'bybit',
  operation: 'update-master-key',
  secretId,
  target: 'self',
  ...(settings === undefined ? {} : { settings }),
});
const NAME = 'key-revoker/bybit/none';
const kalshiTarget = (apiKeyId: unknown) => ({
  provider: 'kalshi',
  operation: 'delete-key',
  secretId: NAME,
  target: { apiKeyId },
});

/** Bodies that are not valid requests: what is said of them. */
const BODIES: readonly (readonly [string, unknown, string, string | RegExp])[] = [
  ['no JSON', `{"secretId": "${NEVER}`, 'malformed', 'Cannot read the body: it must be a JSON object'],
  ['a text', JSON.stringify(NEVER), 'malformed', 'Cannot read the body: it must be a JSON object; it is a text'],
  ['null', 'null', 'malformed', 'Cannot read the body: it must be a JSON object; it is null'],
  ['an array', [self(NAME)], 'malformed', 'Cannot act on a list of requests: send each in a message of its own'],
  [
    '256 KB',
    { ...self(NAME), reference: 'a b'.repeat(87_000) },
    'malformed',
    /Cannot read the body: it must have at most 16384 characters; it has \d+/,
  ],
  ['an empty object', {}, 'malformed', /provider/],
  ['an unknown provider', { ...self(NAME), provider: NEVER }, 'malformed', /provider/],
  ['an unknown operation', { ...self(NAME), operation: NEVER }, 'malformed', /operation/],
  ['an operation of another provider', { ...self(NAME), operation: 'delete-key' }, 'malformed', /operation/],
  [
    'an unknown field',
    { ...self(NAME), secretID: NEVER },
    'malformed',
    /"secretID"; the nearest known field is secretId/,
  ],
  ['a host', { ...self(NAME), host: NEVER }, 'malformed', /host/],
  ['no secretId', { ...self(NAME), secretId: undefined }, 'malformed', /secretId/],
  ['a number as secretId', { ...self(NAME), secretId: 7 }, 'malformed', /secretId/],
  ['another version', { ...self(NAME), version: 2 }, 'malformed', /version/],
  ['an unknown reason', { ...self(NAME), reason: NEVER }, 'malformed', /reason/],
  ['a date without a zone', { ...self(NAME), notBefore: '2026-11-20T10:00:00' }, 'malformed', /notBefore.*RFC 3339/],
  ['a date that does not exist', { ...self(NAME), notBefore: '2026-11-31T10:00:00Z' }, 'malformed', /notBefore/],
  ['a request id with a #', { ...self(NAME), requestId: 'a#plan' }, 'malformed', /requestId/],
  ['an empty request id', { ...self(NAME), requestId: '' }, 'malformed', /requestId/],
  ['a target that is a text', { ...self(NAME), target: NEVER }, 'malformed', /target/],
  ['a target without a key', { ...self(NAME), target: {} }, 'malformed', /target/],
  ['no target', { ...self(NAME), target: undefined }, 'target-missing', /give "self" or an object/],
  ['settings with a delete', { ...self(NAME), settings: { readOnly: 1 } }, 'malformed', /settings/],
  ['no settings with an update', update(NAME, undefined), 'malformed', /settings/],
  ['empty settings', update(NAME, {}), 'malformed', /settings/],
  ['settings that ask nothing', update(NAME, { readOnly: null }), 'malformed', /settings/],
  ['an unknown setting', update(NAME, { readonly: 1 }), 'malformed', /"readonly"; the nearest known field is readOnly/],
  ['readOnly 2', update(NAME, { readOnly: 2 }), 'malformed', /readOnly/],
  ['rotated without a version', self(NAME, { reason: 'rotated' }), 'malformed', /secretVersion/],
  ['an id that is a word', kalshiTarget('self'), 'malformed', /8-4-4-4-12/],
  ['an empty id', kalshiTarget(''), 'malformed', /8-4-4-4-12/],
  ['an id that climbs', kalshiTarget('../portfolio'), 'malformed', /8-4-4-4-12/],
  ['an id that climbs in code', kalshiTarget(`${uuid('a').slice(0, 33)}%2f`), 'malformed', /8-4-4-4-12/],
  ['an id with more behind it', kalshiTarget(`${uuid('a')}/x`), 'malformed', /8-4-4-4-12/],
  ['an id with a line behind it', kalshiTarget(`${uuid('a')}\n`), 'malformed', /8-4-4-4-12/],
  ['a Bybit id with a quote', { ...self(NAME), target: { apiKey: 'A","x":"' } }, 'malformed', /target\.apiKey/],
  [
    'a sub account that is a number',
    { ...self(NAME), target: { apiKey: SUB_KEY, subMemberId: 100400345 } },
    'malformed',
    /subMemberId/,
  ],
  [
    'the event of a bus without a request in it',
    { 'detail-type': 'Key Revocation Requested', detail: { hello: NEVER }, id: 'event-1' },
    'malformed',
    /provider/,
  ],
];

describe('a body that is not a valid request', () => {
  const system = systemForEachTest();

  it.each(BODIES)('(%s) is refused with what it must be, and leaves a stub', async (_what, body, code, says) => {
    await carriedOut(system(), body);
    const { receipt, copy } = await refusedOnce(system(), `refused/${code}`);
    expect(receipt?.message).toMatch(says);
    const stub = JSON.parse(copy?.body ?? '');
    const { requestId, ...others } = stub;
    expect(requestId).toBe(receipt?.request.id);
    expect(Object.keys(others).sort()).toEqual(['at', 'code', 'digest', 'fields', 'length', 'messageId', 'sender']);
    expect(stub).toMatchObject({ messageId: receipt?.requestId, code, sender: '000000000000' });
    expect(stub.length).toBe((typeof body === 'string' ? body : JSON.stringify(body)).length);
    expect(copy?.body).not.toContain(NEVER);
  });
});

describe('a secret in a message', () => {
  const system = systemForEachTest();
  const SECRETS: readonly (readonly [string, string])[] = [
    ['a private key', '-----BEGIN PRIVATE KEY----- MIIEvQIBADANBg'],
    ['a Requesty key', 'rqsty-sk-inamessage'],
    ['a password in a URL', 'see https://desk:hunter2hunter2@tickets.example/1'],
    ['a long unbroken text', 'k3JzQ8vYx0ZtW1uB7nM4pLcR6sDfGhJ2'],
  ];

  const guard = (secret: string): void => {
    for (const word of secret.split(' ').filter((part) => part.length > 12)) system().canaries.guard(word);
  };

  it.each(SECRETS)('(%s) is taken out of a person’s words, and the delete is carried out', async (_what, secret) => {
    const { secretId } = await master(system());
    guard(secret);
    await carriedOut(system(), self(secretId, { reference: secret, requestId: 'leaky' }));
    const [receipt] = system().receipts();
    expect(receipt).toMatchObject({ outcome: 'revoked', request: { reference: '[removed]' } });
    expect(receipt?.message).toContain('What looked like a secret was removed from reference');
    expect(system().bybit.isAlive('mainnet', MASTER_KEY)).toBe(false);
  });

  it.each(SECRETS)('(%s) is taken out of an update, the rest can be sent again', async (_what, secret) => {
    const { secretId } = await master(system());
    guard(secret);
    const update = { operation: 'update-master-key', settings: { readOnly: 1 }, reference: secret };
    await carriedOut(system(), self(secretId, { ...update, requestId: 'leaky' }));
    const { copy } = await refusedOnce(system(), 'refused/secret-in-message');
    expect(JSON.parse(copy?.body ?? '')).toMatchObject({ secretId, target: 'self', reference: '[removed]' });
    if (copy) await system().redrive(copy);
    await system().settle();
    expect(system().receipts()[1]).toMatchObject({ outcome: 'restricted', attempt: 2 });
  });

  it('takes an ARN and a ticket’s address for what they are', async () => {
    const { secretId } = await master(system());
    const requestedBy = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_SecurityOperations_0123456789abcdef/ana';
    const reference = 'https://tickets.example/browse/INC-2041';
    await carriedOut(system(), self(secretId, { requestedBy, reference }));
    expect(system().receipts()).toMatchObject([{ outcome: 'revoked', request: { requestedBy, reference } }]);
  });
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const encrypted = rsa.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const K = { apiKeyId: uuid('b') };
const B = { apiKey: MASTER_KEY };

/** What a secret may hold in place of a credential. */
const CREDENTIALS: readonly (readonly [string, 'bybit' | 'kalshi' | 'requesty', unknown, RegExp])[] = [
  ['text', 'bybit', `${NEVER}`, /it must be a JSON object/],
  ['a JSON text', 'bybit', JSON.stringify(NEVER), /it must be a JSON object/],
  ['an array', 'kalshi', `["${NEVER}"]`, /it must be a JSON object/],
  ['nothing in it', 'requesty', {}, /apiKey/],
  ['Kalshi’s shape', 'bybit', { ...K, privateKey: pkcs8 }, /apiKey/],
  ['Bybit’s shape', 'kalshi', { ...B, apiSecret: NEVER }, /apiKeyId/],
  ['Bybit’s shape', 'requesty', { ...B, apiSecret: NEVER }, /it has an unknown field/],
  ['neither secret', 'bybit', { ...B }, /exactly one of apiSecret .* and privateKey/],
  ['both secrets', 'bybit', { ...B, apiSecret: NEVER, privateKey: pkcs8 }, /exactly one of/],
  [
    'an unknown field',
    'bybit',
    { ...B, apiSecret: NEVER, apisecret: NEVER },
    /an unknown field; perhaps apiSecret was meant/,
  ],
  ['an unknown environment', 'bybit', { ...B, apiSecret: NEVER, environment: 'moon' }, /environment/],
  ['white space around its secret', 'bybit', { ...B, apiSecret: `${NEVER} ` }, /apiSecret/],
  ['white space around its id', 'kalshi', { apiKeyId: ` ${uuid('b')}`, privateKey: pkcs8 }, /apiKeyId/],
  ['an id of another form', 'kalshi', { apiKeyId: 'key-1', privateKey: pkcs8 }, /apiKeyId/],
  ['a PEM cut short', 'kalshi', { ...K, privateKey: pkcs8.slice(0, 400) }, /privateKey: it is damaged/],
  ['an encrypted PEM', 'kalshi', { ...K, privateKey: encrypted }, /encrypted/],
  ['a public key', 'kalshi', { ...K, privateKey: publicPem }, /public key/],
  ['a key of another kind', 'kalshi', { ...K, privateKey: elliptic }, /its type is ec/],
  ['a key of another kind', 'bybit', { ...B, privateKey: elliptic }, /its type is ec/],
];

describe('a secret that holds no credential', () => {
  const system = systemForEachTest();

  it.each(CREDENTIALS)(
    'but %s (%s) is refused, and the redrive works once it is fixed',
    async (_w, provider, bad, says) => {
      const parts = {
        bybit: async () => ({
          ...(await master(system())),
          good: { ...B, apiSecret: `hmac-of-${MASTER_KEY}-0123456789` },
        }),
        kalshi: async () => {
          const publicKey = publicPem;
          system().kalshi.addAccount('prod', { keys: [{ apiKeyId: uuid('b'), publicKey }] });
          const good = { ...K, privateKey: pkcs8 };
          return { secretId: await system().store('key-revoker/kalshi/own', good), good };
        },
        requesty: async () => {
          const { targetSecret } = await requestyOrganisation(system());
          return { secretId: targetSecret, good: { apiKey: `rqsty-sk-of-${uuid('d')}` } };
        },
      };
      const { secretId, good } = await parts[provider]();
      await system().rotate(secretId, bad);
      const operation = provider === 'bybit' ? 'delete-master-key' : 'delete-key';
      await carriedOut(system(), { provider, operation, secretId, target: 'self', requestId: 'one' });
      const { receipt, copy } = await refusedOnce(system(), 'refused/credential-unreadable');
      expect(receipt?.message).toMatch(says);
      await system().rotate(secretId, good);
      if (copy) await system().redrive(copy);
      await system().settle();
      expect(system().receipts()[1]).toMatchObject({ receiptId: 'one#2', outcome: 'revoked' });
    },
  );

  it('but bytes is refused', async () => {
    const { secretId } = await master(system());
    const bytes = { SecretId: secretId, SecretBinary: Buffer.from(NEVER) };
    await system().secrets.send(new PutSecretValueCommand(bytes));
    await carriedOut(system(), self(secretId));
    const { receipt } = await refusedOnce(system(), 'refused/credential-unreadable');
    expect(receipt?.message).toContain('binary');
  });

  it('because there is none is stuck', async () => {
    await carriedOut(system(), self(NAME));
    await refusedOnce(system(), 'stuck/credential-missing');
  });

  it('because it is scheduled for deletion is stuck, with the date until which it can be restored', async () => {
    const { secretId } = await master(system());
    await system().secrets.send(new DeleteSecretCommand({ SecretId: secretId, RecoveryWindowInDays: 7 }));
    await carriedOut(system(), self(secretId));
    const { receipt } = await refusedOnce(system(), 'stuck/credential-missing');
    expect(receipt?.message).toContain('2026-11-27');
  });

  it('of that version is stuck', async () => {
    const { secretId } = await master(system());
    await carriedOut(system(), self(secretId, { secretVersion: 'AWSPREVIOUS' }));
    await refusedOnce(system(), 'stuck/credential-missing');
  });
});

interface Order {
  readonly what: string;
  readonly ending: string;
  readonly request: (system: System) => Promise<unknown>;
}

const widened = (settings: unknown) => async (system: System) => {
  const { secretId } = await master(system);
  system.bybit.patch('mainnet', MASTER_KEY, { readOnly: 1, ips: ['127.0.0.1'] });
  return update(secretId, settings);
};

/** Requests that a rule of ours refuses, with the world that they meet. */
const ORDERS: readonly Order[] = [
  {
    what: 'a secret outside the prefix',
    ending: 'refused/outside-prefix',
    request: async (system) => {
      await system.store('elsewhere/bybit/key', { apiKey: 'X', apiSecret: NEVER });
      return self('elsewhere/bybit/key');
    },
  },
  {
    what: 'a secret outside the prefix, by its ARN',
    ending: 'refused/outside-prefix',
    request: async () => self('arn:aws:secretsmanager:us-east-1:000000000000:secret:elsewhere/x-AbCdEf'),
  },
  {
    what: 'a target outside the prefix',
    ending: 'refused/outside-prefix',
    request: async (system) => {
      const { secretId } = await master(system);
      return { ...self(secretId), operation: 'delete-sub-key', target: { secretId: 'elsewhere/key' } };
    },
  },
  {
    what: 'another key as the target where only self is possible',
    ending: 'refused/target-mismatch',
    request: async (system) => self((await master(system)).secretId, { target: { apiKey: 'ANOTHERexample00001' } }),
  },
  {
    what: 'another environment than expected',
    ending: 'refused/environment-mismatch',
    request: async (system) => self((await master(system)).secretId, { expectedEnvironment: 'testnet' }),
  },
  {
    what: 'a sub key for a master key’s operation',
    ending: 'refused/wrong-signer',
    request: async (system) => {
      const { apiKey } = await master(system);
      return self((await sub(system, apiKey)).secretId);
    },
  },
  {
    what: 'a master key for a sub key’s operation',
    ending: 'refused/wrong-signer',
    request: async (system) => self((await master(system)).secretId, { operation: 'delete-sub-key' }),
  },
  {
    what: 'a sub key as another’s signer',
    ending: 'refused/wrong-signer',
    request: async (system) => {
      const { apiKey } = await master(system);
      const { secretId } = await sub(system, apiKey);
      const other = await sub(system, apiKey, { n: 1 });
      return self(secretId, {
        operation: 'delete-sub-key',
        target: { apiKey: other.apiKey, subMemberId: other.subMemberId },
      });
    },
  },
  { what: 'readOnly 1 to 0', ending: 'refused/would-widen', request: widened({ readOnly: 0 }) },
  { what: 'addresses outside the binding', ending: 'refused/would-widen', request: widened({ ips: ['10.0.0.9'] }) },
  { what: 'every address', ending: 'refused/would-widen', request: widened({ ips: '*' }) },
  {
    what: 'no transfer permission left',
    ending: 'refused/would-become-undeletable',
    request: async (system) => update((await master(system)).secretId, { permissions: { Spot: ['SpotTrade'] } }),
  },
  {
    what: 'a time after the queue forgets',
    ending: 'refused/too-far',
    request: async () => self(NAME, { notBefore: new Date(START + 12.1 * 86_400_000).toISOString() }),
  },
];

describe('a request that a rule refuses', () => {
  const system = systemForEachTest();

  it.each(ORDERS)('$what', async ({ ending, request }) => {
    const body = await request(system());
    await carriedOut(system(), body);
    const { receipt, copy } = await refusedOnce(system(), ending);
    expect(JSON.parse(copy?.body ?? '')).toMatchObject({ ...(body as object), requestId: receipt?.requestId });
  });

  it('a foreign sub key is of the wrong account', async () => {
    const { secretId } = await master(system());
    const other = await master(system(), { n: 1 });
    const target = await sub(system(), other.apiKey, { n: 1 });
    await carriedOut(system(), self(secretId, { operation: 'delete-sub-key', target: { secretId: target.secretId } }));
    await refusedOnce(system(), 'stuck/wrong-account');
  });

  it('the body of a redrive may not become another request', async () => {
    const { secretId } = await master(system());
    await carriedOut(system(), self(secretId, { expectedEnvironment: 'testnet', requestId: 'one' }));
    const [copy] = await system().stuck();
    const body = JSON.stringify({ ...JSON.parse(copy?.body ?? ''), expectedEnvironment: 'mainnet' });
    if (copy) await system().redrive({ ...copy, body });
    await system().settle();
    expect(system().receipts()[1]).toMatchObject({ outcome: 'refused', code: 'request-id-reused' });
  });
});

describe('where a provider is switched off', () => {
  const options: SystemOptions = { environment: { PROVIDERS: 'kalshi,requesty' } };
  const system = systemForEachTest(options);

  it('a request for it is refused', async () => {
    await carriedOut(system(), self((await master(system())).secretId));
    await refusedOnce(system(), 'refused/provider-off');
    expect(system().bybit.record).toEqual([]);
  });
});

describe('where the addresses that we call from are known', () => {
  const system = systemForEachTest({ environment: { EGRESS_ADDRESSES: '127.0.0.1' } });

  it('a key that signs for itself is not bound away from them', async () => {
    const { apiKey } = await master(system());
    const { secretId } = await sub(system(), apiKey);
    await carriedOut(system(), { ...update(secretId, { ips: ['10.1.2.3'] }), operation: 'update-sub-key' });
    await refusedOnce(system(), 'refused/would-blind');
  });
});

describe('one key in two secrets', () => {
  const system = systemForEachTest();

  it('tells no key’s environment from a second secret that holds the same key', async () => {
    const { bybit, store, send, settle, receipts } = system();
    const key = { apiKey: 'TWICEexample000001', apiSecret: 'of-this-test-0123456789-0123456789-01' };
    bybit.addMaster('mainnet', { ...key, permissions: { Wallet: ['AccountTransfer'] } });
    const secretId = await store('key-revoker/bybit/once', key);
    const other = await store('key-revoker/bybit/twice', { ...key, environment: 'testnet' });
    await send({
      provider: 'bybit',
      operation: 'delete-master-key',
      secretId,
      target: { secretId: other },
      expectedEnvironment: 'testnet',
    });
    await settle();
    expect(receipts().map(({ outcome, code }) => [outcome, code])).toEqual([['refused', 'environment-mismatch']]);
    expect(bybit.applied()).toEqual([]);
  });
});
