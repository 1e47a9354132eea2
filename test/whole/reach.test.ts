import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { kalshiUser, MASTER_KEY, master, requestyOrganisation, SUB_KEY, sub, uuid } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const carriedOut = async (request: unknown) => {
  await system().send(request);
  await system().settle();
  return system().receipts();
};

/** Environment by environment: its host, and the world of keys behind it. Written out, so that a wrong host in the code shows. */
const BYBIT = [
  ['mainnet', 'api.bybit.com', 'mainnet'],
  ['mainnet-bytick', 'api.bytick.com', 'mainnet'],
  ['testnet', 'api-testnet.bybit.com', 'testnet'],
  ['nl', 'api.bybit.nl', 'nl'],
  ['tr', 'api.bybit.tr', 'tr'],
  ['kz', 'api.bybit.kz', 'kz'],
  ['ae', 'api.bybit.ae', 'ae'],
  ['id', 'api.bybit.id', 'id'],
  ['ge', 'api.bybitgeorgia.ge', 'ge'],
  ['eu', 'api.bybit.eu', 'eu'],
  ['jp', 'api.manepa.jp', 'jp'],
  ['jp-testnet', 'api-testnet.manepa.jp', 'jp-testnet'],
  ['hk', 'api.spark-fintech.com', 'hk'],
  ['hk-testnet', 'api-testnet.spark-fintech.com', 'hk-testnet'],
] as const;
const KALSHI = [
  ['prod', 'external-api.kalshi.com', 'prod'],
  ['prod-elections', 'api.elections.kalshi.com', 'prod'],
  ['demo', 'external-api.demo.kalshi.co', 'demo'],
  ['demo-legacy', 'demo-api.kalshi.co', 'demo'],
] as const;
const REQUESTY = [
  ['prod', 'api-v2.requesty.ai', 'prod'],
  ['legacy', 'api.requesty.ai', 'prod'],
  ['eu', 'api-v2.eu.requesty.ai', 'eu'],
] as const;

describe('every environment is reached at its own host, and no other', () => {
  it.each(BYBIT)('bybit %s at %s', async (environment, host, world) => {
    const { secretId } = await master(system(), { world, environment });
    const [receipt] = await carriedOut({
      provider: 'bybit',
      operation: 'delete-master-key',
      secretId,
      target: 'self',
      expectedEnvironment: environment,
    });
    expect(system().bybit.isAlive(world, MASTER_KEY)).toBe(false);
    expect(new Set(system().bybit.record.map((exchange) => exchange.host))).toEqual(new Set([host]));
    expect(receipt).toMatchObject({ outcome: 'revoked', environment });
  });

  it.each(KALSHI)('kalshi %s at %s', async (environment, host, world) => {
    const { target, targetSecret } = await kalshiUser(system(), 'Ed25519', 0, world);
    await system().rotate(targetSecret, { ...(await secretValue(targetSecret)), environment });
    const [receipt] = await carriedOut({
      provider: 'kalshi',
      operation: 'delete-key',
      secretId: targetSecret,
      target: 'self',
      expectedEnvironment: environment,
    });
    expect(system().kalshi.isAlive(world, target)).toBe(false);
    expect(new Set(system().kalshi.record.map((exchange) => exchange.host))).toEqual(new Set([host]));
    expect(receipt).toMatchObject({ outcome: 'revoked', environment });
  });

  it.each(REQUESTY)('requesty %s at %s', async (environment, host, world) => {
    const id = uuid('e');
    const apiKey = 'rqsty-sk-of-an-environment';
    system().requesty.addOrganisation(world, {
      keys: [{ id, secret: apiKey, permissions: { manage: 'write', completions: 'none' } }],
    });
    const secretId = await system().store('key-revoker/requesty/own', { apiKey, environment });
    const [receipt] = await carriedOut({
      provider: 'requesty',
      operation: 'delete-key',
      secretId,
      target: 'self',
      expectedEnvironment: environment,
    });
    expect(system().requesty.isAlive(world, id)).toBe(false);
    expect(new Set(system().requesty.record.map((exchange) => exchange.host))).toEqual(new Set([host]));
    expect(receipt).toMatchObject({ outcome: 'revoked', environment });
  });
});

const secretValue = async (name: string): Promise<object> => {
  const { SecretString = '{}' } = await system().secrets.send(new GetSecretValueCommand({ SecretId: name }));
  return JSON.parse(SecretString);
};

describe('a sub key whose sub account nobody named', () => {
  it('is found beyond the first hundred sub accounts and the first twenty keys of its own', async () => {
    const { secretId, apiKey } = await master(system());
    for (let n = 0; n < 130; n += 1)
      system().bybit.addSubMember('mainnet', { parent: apiKey, subMemberId: String(300_000_000 + n) });
    for (let n = 0; n < 25; n += 1)
      system().bybit.addSub('mainnet', {
        parent: apiKey,
        subMemberId: '300000120',
        apiKey: `OTHERexample00000${n}`,
        apiSecret: `other-secret-${n}`,
      });
    const last = { parent: apiKey, subMemberId: '300000120', apiKey: SUB_KEY, apiSecret: 'the-last-one-secret' };
    system().bybit.addSub('mainnet', last);
    const [receipt] = await carriedOut({
      provider: 'bybit',
      operation: 'delete-sub-key',
      secretId,
      target: { apiKey: SUB_KEY },
    });
    expect(system().bybit.applied()).toMatchObject([{ keyId: SUB_KEY, by: apiKey }]);
    expect(receipt).toMatchObject({ outcome: 'revoked', key: { subMemberId: '300000120' } });
  });

  it('is looked for after the call where every second counts', async () => {
    const { secretId, apiKey } = await master(system());
    await sub(system(), apiKey);
    const request = { provider: 'bybit', operation: 'delete-sub-key', secretId, target: { apiKey: SUB_KEY } };
    const receipts = await carriedOut({ ...request, reason: 'leaked' });
    expect(system().bybit.isAlive('mainnet', SUB_KEY)).toBe(false);
    expect(receipts).toMatchObject([{ outcome: 'stuck', code: 'unproven', keyState: 'unknown' }]);
    expect(receipts[0]?.message).toContain('1 sub accounts with 0 keys');
  });
});

describe('a demo key', () => {
  it('is deleted by its production master and proved by itself', async () => {
    const { secretId, apiKey } = await master(system());
    const target = await sub(system(), apiKey, { world: 'demo', environment: 'demo' });
    const [receipt] = await carriedOut({
      provider: 'bybit',
      operation: 'delete-sub-key',
      secretId,
      target: { secretId: target.secretId },
      expectedEnvironment: 'demo',
    });
    expect(system().bybit.applied()).toMatchObject([{ world: 'demo', keyId: SUB_KEY, host: 'api.bybit.com' }]);
    expect(receipt).toMatchObject({ outcome: 'revoked', environment: 'demo' });
  });

  it('cannot sign for itself', async () => {
    const { apiKey } = await master(system());
    const { secretId } = await sub(system(), apiKey, { world: 'demo', environment: 'demo' });
    const [receipt] = await carriedOut({ provider: 'bybit', operation: 'delete-sub-key', secretId, target: 'self' });
    expect(receipt).toMatchObject({ outcome: 'refused', code: 'wrong-signer' });
    expect(system().bybit.isAlive('demo', SUB_KEY)).toBe(true);
  });
});

describe('the version of a secret', () => {
  it('AWSPREVIOUS reaches the key that a rotation left behind', async () => {
    const { secretId } = await master(system());
    const fresh = { apiKey: 'MASTERexample000099', apiSecret: 'fresh-secret-0123456789' };
    system().bybit.addMaster('mainnet', fresh);
    await system().rotate(secretId, fresh);
    const [receipt] = await carriedOut({
      provider: 'bybit',
      operation: 'delete-master-key',
      secretId,
      secretVersion: 'AWSPREVIOUS',
      target: 'self',
      reason: 'rotated',
    });
    expect(system().bybit.applied()).toMatchObject([{ keyId: MASTER_KEY }]);
    expect(receipt).toMatchObject({ outcome: 'revoked', key: { id: 'MAST…0001' } });
  });

  it('is that of its id, whatever its stage', async () => {
    const { secretId } = await master(system());
    const versions = [];
    for (const n of [1, 2]) {
      const next = { apiKey: `MASTERexample00009${n}`, apiSecret: `next-secret-${n}-0123456789` };
      system().bybit.addMaster('mainnet', next);
      versions.push(await system().rotate(secretId, next));
    }
    await system().rotate(secretId, { apiKey: 'MASTERexample000097', apiSecret: 'last-secret-0123456789' });
    const [receipt] = await carriedOut({
      provider: 'bybit',
      operation: 'delete-master-key',
      secretId,
      secretVersion: versions[1],
      target: 'self',
      reason: 'rotated',
    });
    expect(system().bybit.applied()).toMatchObject([{ keyId: 'MASTERexample000092' }]);
    expect(receipt).toMatchObject({ outcome: 'revoked', signer: { secretVersion: versions[1] } });
  });

  it('of the target may be named beside the signer’s', async () => {
    const { managingSecret, targetSecret } = await requestyOrganisation(system());
    const other = uuid('f');
    const apiKey = 'rqsty-sk-of-the-other';
    system().requesty.addOrganisation('prod', {
      organisation: 'organisation-1',
      keys: [{ id: other, secret: apiKey }],
    });
    await system().rotate(targetSecret, { apiKey });
    const [receipt] = await carriedOut({
      provider: 'requesty',
      operation: 'delete-key',
      secretId: managingSecret,
      target: { secretId: targetSecret, secretVersion: 'AWSPREVIOUS' },
    });
    expect(system().requesty.applied()).toMatchObject([{ keyId: uuid('d') }]);
    expect(system().requesty.isAlive('prod', other)).toBe(true);
    expect(receipt).toMatchObject({ outcome: 'revoked' });
  });
});
