import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BybitOptions, BybitSandbox } from '../../../../../infra/local/sandbox/bybit/bybit-sandbox.ts';
import { startSandbox } from '../../../../../infra/local/sandbox/index.ts';
import { askBybit, type BybitAsked } from './ask-bybit.ts';

const START = 1_700_000_000_000;
let now = START;
let bybit: BybitSandbox;

const restart = async (options: BybitOptions = {}) => {
  await bybit?.close();
  bybit = await startSandbox('bybit', { now: () => now, ...options });
  bybit.addMaster('mainnet', { apiKey: 'MASTER', apiSecret: 's', userID: 1000 });
  bybit.addMaster('mainnet', { apiKey: 'MASTER2', apiSecret: 's', userID: 1000 });
  bybit.addSub('mainnet', { apiKey: 'SUB', apiSecret: 's', parent: 'MASTER', subMemberId: '2000' });
  bybit.addSub('mainnet', { apiKey: 'SUB2', apiSecret: 's', parent: 1000, subMemberId: '2000' });
  bybit.addMaster('mainnet', { apiKey: 'STRANGER', apiSecret: 's', userID: 5000 });
  bybit.addSub('mainnet', { apiKey: 'FOREIGN', apiSecret: 's', parent: 'STRANGER', subMemberId: '6000' });
  bybit.addSub('demo', { apiKey: 'DEMO', apiSecret: 's', parent: 'MASTER', subMemberId: '7000' });
};
beforeEach(() => {
  now = START;
  return restart();
});
afterEach(() => bybit.close());

const send = async (key: string, path: string, more: Partial<BybitAsked> = {}) => {
  const heard = await askBybit(bybit.url, { key, secret: 's', at: now, path, ...more });
  return { ...heard, ...(JSON.parse(heard.body) as { retCode: number; result: Record<string, unknown> }) };
};
const post = (key: string, endpoint: string, body: string, more: Partial<BybitAsked> = {}) =>
  send(key, `/v5/user/${endpoint}`, { method: 'POST', body, ...more });
const rows = async (path: string, key = 'MASTER') => {
  const { result } = await send(key, `/v5/user/${path}`);
  return { rows: result['result'] as Record<string, unknown>[], cursor: result['nextPageCursor'] as string };
};

describe('delete-api and delete-sub-api', () => {
  it.each([
    ['a master deletes itself', 'MASTER', 'delete-api', '{}', 0, 'MASTER'],
    ['a master deletes itself whatever the body says', 'MASTER', 'delete-api', '{"apikey":"MASTER2"}', 0, 'MASTER'],
    ['a sub key cannot call delete-api', 'SUB', 'delete-api', '{}', 10005, undefined],
    ['a sub key deletes itself', 'SUB', 'delete-sub-api', '{}', 0, 'SUB'],
    ['a sub key may not name itself', 'SUB', 'delete-sub-api', '{"apikey":"SUB"}', 10001, undefined],
    ['a sub key may not name another', 'SUB', 'delete-sub-api', '{"apikey":"SUB2"}', 10001, undefined],
    ['a field that is not known is not looked at', 'SUB', 'delete-sub-api', '{"uid":"2000"}', 0, 'SUB'],
    ['an apikey of null is none', 'SUB', 'delete-sub-api', '{"apikey":null}', 0, 'SUB'],
    ['an empty apikey is none', 'SUB', 'delete-sub-api', '{"apikey":""}', 0, 'SUB'],
    ['an empty apikey names nobody', 'MASTER', 'delete-sub-api', '{"apikey":""}', 10001, undefined],
    ['an apikey that is no string', 'MASTER', 'delete-sub-api', '{"apikey":1}', 10001, undefined],
    ['a master deletes the key it names', 'MASTER', 'delete-sub-api', '{"apikey":"SUB2"}', 0, 'SUB2'],
    ['a master has to name a key', 'MASTER', 'delete-sub-api', '{}', 10001, undefined],
    ['a master cannot name itself', 'MASTER', 'delete-sub-api', '{"apikey":"MASTER"}', 10001, undefined],
    ['a master cannot name another master', 'MASTER', 'delete-sub-api', '{"apikey":"MASTER2"}', 10001, undefined],
    [
      'a master cannot name a key of another parent',
      'MASTER',
      'delete-sub-api',
      '{"apikey":"FOREIGN"}',
      500010,
      undefined,
    ],
    ['an unknown key', 'MASTER', 'delete-sub-api', '{"apikey":"NONE"}', 10001, undefined],
    ['a mainnet master deletes its demo key', 'MASTER', 'delete-sub-api', '{"apikey":"DEMO"}', 0, 'DEMO'],
    ['a body that is no JSON', 'MASTER', 'delete-api', '{', 10001, undefined],
    ['a body that is no object', 'MASTER', 'delete-api', '[]', 10001, undefined],
  ])('%s', async (_what, signer, endpoint, body, code, dead) => {
    expect((await post(signer, endpoint, body)).retCode).toBe(code);
    const changes = bybit.applied().map(({ keyId, kind, by, at }) => ({ keyId, kind, by, at }));
    expect(changes).toEqual(dead ? [{ keyId: dead, kind: 'deleted', by: signer, at: START }] : []);
    if (dead) expect(bybit.isAlive(dead === 'DEMO' ? 'demo' : 'mainnet', dead)).toBe(false);
  });

  it('deletes once', async () => {
    expect((await post('MASTER', 'delete-sub-api', '{"apikey":"SUB"}')).result).toEqual({});
    expect((await post('MASTER', 'delete-sub-api', '{"apikey":"SUB"}')).retCode).toBe(10001);
    expect((await post('SUB', 'delete-sub-api', '{}')).retCode).toBe(10003);
    expect(bybit.applied()).toHaveLength(1);
  });

  it.each([
    ['MASTER', 'delete-api', ['AccountTransfer'], 0],
    ['MASTER', 'delete-api', ['SubMemberTransfer'], 0],
    ['MASTER', 'delete-api', ['Withdraw'], 0],
    ['MASTER', 'delete-api', [], 10005],
    ['MASTER', 'update-api', [], 10005],
    ['SUB', 'delete-sub-api', ['AccountTransfer'], 0],
    ['SUB', 'delete-sub-api', ['SubMemberTransferList'], 0],
    ['SUB', 'delete-sub-api', ['Withdraw'], 10005],
    ['SUB', 'update-sub-api', [], 10005],
  ])('lets %s call %s with Wallet %j: %i', async (signer, endpoint, wallet, code) => {
    bybit.patch('mainnet', signer, { permissions: { Wallet: wallet, Spot: ['SpotTrade'] } });
    expect((await post(signer, endpoint, '{}')).retCode).toBe(code);
  });

  it('wants the content type of JSON', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    expect((await post('MASTER', 'delete-api', '{}', { headers })).retCode).toBe(10001);
  });

  it('deletes an expired sub key for its master, not for itself', async () => {
    bybit.addSub('mainnet', { apiKey: 'OLD', apiSecret: 's', parent: 'MASTER', subMemberId: '2000', expired: true });
    expect((await post('OLD', 'delete-sub-api', '{}')).retCode).toBe(33004);
    expect((await post('MASTER', 'delete-sub-api', '{"apikey":"OLD"}')).retCode).toBe(0);
  });

  it('takes no change on the demo host', async () => {
    expect((await post('DEMO', 'delete-sub-api', '{}', { host: 'api-demo.bybit.com' })).retCode).toBe(10032);
    expect((await send('DEMO', '/v5/user/query-api', { host: 'api-demo.bybit.com' })).retCode).toBe(0);
  });
});

describe('a deletion that comes late', () => {
  it.each([
    [4_000, '5000', true],
    [5_000, '5000', true],
    [5_001, '5000', false],
    [9_000, '10000', true],
  ])('by %i ms in a window of %s: applied %s', async (ms, window, isApplied) => {
    bybit.faults.script({ match: { method: 'POST' }, fault: { kind: 'late', ms } });
    await expect(post('SUB', 'delete-sub-api', '{}', { window })).rejects.toThrow();
    now += 20_000;
    expect(bybit.isAlive('mainnet', 'SUB')).toBe(!isApplied);
    expect(bybit.applied().map(({ at }) => at)).toEqual(isApplied ? [START + ms] : []);
  });

  it('is not made by a key that died meanwhile', async () => {
    bybit.faults.script({ match: { method: 'POST' }, fault: { kind: 'late', ms: 3_000 } });
    await expect(post('MASTER', 'delete-sub-api', '{"apikey":"SUB"}')).rejects.toThrow();
    expect((await post('MASTER', 'delete-api', '{}')).retCode).toBe(0);
    now += 20_000;
    expect(bybit.isAlive('mainnet', 'SUB')).toBe(true);
  });
});

describe('codes that are unconfirmed', () => {
  it.each([
    [{ unknownKey: 141004 }, 'MASTER', '{"apikey":"NONE"}', 141004],
    [{ unknownKey: 0 }, 'MASTER', '{"apikey":"NONE"}', 0],
    [{ foreignSub: 141004 }, 'MASTER', '{"apikey":"FOREIGN"}', 141004],
    [{ apikeyRule: 10005 }, 'MASTER', '{}', 10005],
    [{ apikeyRule: 10005 }, 'SUB', '{"apikey":"SUB"}', 10005],
  ])('are %j on demand', async (unconfirmed, signer, body, code) => {
    await restart({ unconfirmed });
    expect((await post(signer, 'delete-sub-api', body)).retCode).toBe(code);
    expect(bybit.applied()).toEqual([]);
  });
});

describe('a deletion and readings that are behind', () => {
  it('lists a dead key once more, and lets a dead key answer once more', async () => {
    expect((await post('MASTER', 'delete-sub-api', '{"apikey":"SUB"}')).retCode).toBe(0);
    bybit.faults.script({ match: { method: 'GET' }, fault: { kind: 'stale' }, times: 2 });
    const names = async () => (await rows('sub-apikeys?subMemberId=2000')).rows.map((row) => row['apiKey']);
    expect(await names()).toEqual(['SUB', 'SUB2']);
    expect((await send('SUB', '/v5/user/query-api')).retCode).toBe(0);
    expect(await names()).toEqual(['SUB2']);
    expect((await send('SUB', '/v5/user/query-api')).retCode).toBe(10003);
  });

  it('shows an updated key as it was', async () => {
    await post('SUB', 'update-sub-api', '{"readOnly":1}');
    bybit.faults.script({ match: { keyId: 'SUB' }, fault: { kind: 'stale' } });
    expect((await send('SUB', '/v5/user/query-api')).result).toMatchObject({ readOnly: 0 });
    expect((await send('SUB', '/v5/user/query-api')).result).toMatchObject({ readOnly: 1 });
  });
});

describe('update-api and update-sub-api', () => {
  const all = { Wallet: ['AccountTransfer', 'Withdraw'], Spot: ['SpotTrade'], FiatP2P: ['Advertising'] };
  it.each([
    ['ips of a master', 'MASTER', 'update-api', { readOnly: 0, ips: '*' }, 141019],
    [
      'a group that is closed, taken away',
      'MASTER',
      'update-api',
      { readOnly: 0, permissions: { FiatP2P: [] } },
      141020,
    ],
    [
      'a group that is closed, taken from a key that becomes readable only',
      'MASTER',
      'update-api',
      { readOnly: 1, permissions: { FiatP2P: [] } },
      141020,
    ],
    [
      'a group that is closed, left as it is',
      'MASTER',
      'update-api',
      { readOnly: 0, permissions: { FiatP2P: ['Advertising'] } },
      0,
    ],
    [
      'a name that is not in the group',
      'MASTER',
      'update-api',
      { readOnly: 0, permissions: { Spot: ['Order'] } },
      10001,
    ],
    ['a group that is no array', 'MASTER', 'update-api', { readOnly: 0, permissions: { Spot: 'SpotTrade' } }, 10001],
    [
      'Affiliate beside others',
      'MASTER',
      'update-api',
      { readOnly: 0, permissions: { Affiliate: ['Affiliate'] } },
      10001,
    ],
    ['permissions that are no object', 'MASTER', 'update-api', { readOnly: 0, permissions: [] }, 10001],
    ['readOnly 2', 'MASTER', 'update-api', { readOnly: 2 }, 10001],
    ['a sub key calling update-api', 'SUB', 'update-api', { readOnly: 1 }, 10005],
    [
      'a group that sub keys cannot have',
      'SUB',
      'update-sub-api',
      { readOnly: 0, permissions: { BlockTrade: ['BlockTrade'] } },
      10001,
    ],
    ['a sub key that names itself', 'SUB', 'update-sub-api', { apikey: 'SUB', readOnly: 1 }, 10001],
    ['a master that names nobody', 'MASTER', 'update-sub-api', { readOnly: 1 }, 10001],
    ['addresses that are no strings', 'SUB', 'update-sub-api', { readOnly: 1, ips: [1] }, 10001],
  ])('answers %s', async (_what, signer, endpoint, body, code) => {
    if (signer === 'MASTER') bybit.patch('mainnet', signer, { permissions: all });
    expect((await post(signer, endpoint, JSON.stringify(body))).retCode).toBe(code);
    expect(bybit.applied()).toHaveLength(code === 0 ? 1 : 0);
  });

  it.each([
    [
      'a closed group given to a read-only key that stays one',
      1,
      { readOnly: 1, permissions: { FiatP2P: ['FiatP2POrder'] } },
      0,
    ],
    [
      'a closed group given to a read-only key that becomes writable',
      1,
      { readOnly: 0, permissions: { FiatP2P: ['FiatP2POrder'] } },
      141020,
    ],
    [
      'a closed group given to a writable key',
      0,
      { readOnly: 0, permissions: { FiatBitPay: ['FaitPayOrder'] } },
      141020,
    ],
    [
      'a closed group given to a writable key that becomes read-only',
      0,
      { readOnly: 1, permissions: { FiatConvertBroker: ['FiatConvertBrokerOrder'] } },
      141020,
    ],
    [
      'Affiliate only',
      0,
      {
        readOnly: 0,
        permissions: { Affiliate: ['Affiliate'], Wallet: [], ContractTrade: [], Spot: [], Options: [], Exchange: [] },
      },
      0,
    ],
    [
      'deprecated groups',
      0,
      { readOnly: 0, permissions: { NFT: ['NFTQueryProductList'], CopyTrading: ['CopyTrading'] } },
      0,
    ],
    ['groups of no known name', 0, { readOnly: 0, permissions: { Nonsense: ['x'] } }, 0],
    ['null for a group', 0, { readOnly: 0, permissions: { Spot: null } }, 0],
    ['null for all permissions', 0, { readOnly: 0, permissions: null }, 0],
  ])('answers %s', async (_what, readOnly, body, code) => {
    bybit.patch('mainnet', 'MASTER', { readOnly: readOnly as 0 | 1 });
    expect((await post('MASTER', 'update-api', JSON.stringify(body))).retCode).toBe(code);
    const { permissions } = (await send('MASTER', '/v5/user/query-api')).result as {
      permissions: Record<string, unknown>;
    };
    expect(permissions).toMatchObject({
      NFT: [],
      CopyTrading: [],
      Spot: 'Affiliate' in (body.permissions ?? {}) ? [] : ['SpotTrade'],
    });
  });

  it('neither gives nor takes what only replies show', async () => {
    bybit.patch('mainnet', 'MASTER', {
      permissions: { Wallet: ['AccountTransfer', 'Withdraw'], FiatGlobalPay: ['FiatGlobalPayOrder'] },
    });
    await post('MASTER', 'update-api', '{"readOnly":0,"permissions":{"Wallet":[],"FiatGlobalPay":[]}}');
    expect(bybit.key('mainnet', 'MASTER').permissions).toMatchObject({
      Wallet: ['Withdraw'],
      FiatGlobalPay: ['FiatGlobalPayOrder'],
    });
  });

  it('keeps Withdraw and the groups that are not named, and returns the full record', async () => {
    bybit.patch('mainnet', 'MASTER', { permissions: all, readOnly: 1 });
    const { result } = await post(
      'MASTER',
      'update-api',
      '{"permissions":{"Wallet":["SubMemberTransfer","Withdraw"]}}',
    );
    expect(result).toMatchObject({ apiKey: 'MASTER', readOnly: 0, secret: '', ips: ['*'] });
    expect(result['permissions']).toMatchObject({
      Wallet: ['SubMemberTransfer', 'Withdraw'],
      Spot: ['SpotTrade'],
      NFT: [],
    });
    const [change] = bybit.applied();
    expect(change?.before).toMatchObject({ readOnly: 1, permissions: all });
    expect(change?.after).toMatchObject({ readOnly: 0 });
    expect(bybit.key('mainnet', 'MASTER')).toMatchObject({ readOnly: 0 });
  });

  it('does not give Withdraw', async () => {
    await post('MASTER', 'update-api', '{"readOnly":0,"permissions":{"Wallet":["AccountTransfer","Withdraw"]}}');
    expect(bybit.key('mainnet', 'MASTER').permissions['Wallet']).toEqual(['AccountTransfer']);
  });

  it.each([
    ['{"readOnly":1}', ['*']],
    ['{"readOnly":1,"ips":null}', ['*']],
    ['{"readOnly":1,"ips":"*"}', ['*']],
    ['{"readOnly":1,"ips":""}', ['*']],
    ['{"readOnly":1,"ips":"192.0.2.7,192.0.2.8"}', ['192.0.2.7', '192.0.2.8']],
    ['{"readOnly":1,"ips":["192.0.2.7"]}', ['192.0.2.7']],
  ])('binds a sub key by %s to %j', async (body, ips) => {
    bybit.patch('mainnet', 'SUB', { ips: ['127.0.0.1'] });
    expect((await post('SUB', 'update-sub-api', body)).result).toMatchObject({ ips, readOnly: 1 });
  });

  it('counts the expiry again only when the binding changes', async () => {
    now += 10 * 86_400_000;
    const left = async (body: string) => {
      await post('SUB', 'update-sub-api', body);
      return (await send('SUB', '/v5/user/query-api')).result['deadlineDay'];
    };
    expect(await left('{"readOnly":1}')).toBe(80);
    expect(await left('{"readOnly":1,"ips":"127.0.0.1"}')).toBe(-2);
    expect(await left('{"readOnly":1}')).toBe(90);
  });

  it.each([
    [
      'MASTER',
      'update-api',
      {
        ContractTrade: ['Order', 'Position'],
        Spot: ['SpotTrade'],
        Wallet: ['AccountTransfer', 'SubMemberTransfer'],
        Options: ['OptionsTrade'],
        Derivatives: ['DerivativesTrade'],
        Exchange: ['ExchangeHistory'],
        Earn: ['Earn'],
        FiatP2P: ['FiatP2POrder', 'Advertising'],
        FiatBitPay: ['FaitPayOrder'],
        FiatConvertBroker: ['FiatConvertBrokerOrder'],
        BitCard: ['BitCard'],
        ByXPost: ['ByXPost'],
        BlockTrade: ['BlockTrade'],
      },
    ],
    [
      'SUB',
      'update-sub-api',
      {
        ContractTrade: ['Order', 'Position'],
        Spot: ['SpotTrade'],
        Wallet: ['AccountTransfer', 'SubMemberTransferList'],
        Options: ['OptionsTrade'],
        Derivatives: ['DerivativesTrade'],
        Exchange: ['ExchangeHistory'],
        Earn: ['Earn'],
      },
    ],
  ])('gives %s by %s every documented permission', async (key, endpoint, permissions) => {
    bybit.patch('mainnet', key, { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } });
    const { result } = await post(key, endpoint, JSON.stringify({ readOnly: 1, permissions }));
    expect(result['permissions']).toMatchObject(permissions);
    expect(Object.keys(result['permissions'] as object)).toHaveLength(17);
  });

  it('changes only the sub key that the master names', async () => {
    await post('MASTER', 'update-sub-api', '{"apikey":"SUB2","readOnly":1,"permissions":{"Spot":[]}}');
    expect(bybit.key('mainnet', 'SUB2')).toMatchObject({ readOnly: 1, permissions: { Spot: [] } });
    expect(bybit.key('mainnet', 'SUB')).toMatchObject({ readOnly: 0, permissions: { Spot: ['SpotTrade'] } });
  });

  it.each([
    [{ groupsOmitted: 'wiped' } as const, 0, { permissions: { Spot: [], Wallet: ['AccountTransfer'] } }],
    [{ readOnlyOmitted: 'kept' } as const, 0, { readOnly: 1 }],
    [{ ipsOmitted: 'kept' } as const, 0, { ips: ['127.0.0.1'] }],
    [{ mayReadOnlyManage: false }, 10005, { readOnly: 1 }],
  ])('reads what is unconfirmed as %j', async (unconfirmed, code, after) => {
    await restart({ unconfirmed });
    bybit.patch('mainnet', 'SUB', { readOnly: 1, ips: ['127.0.0.1'] });
    const { retCode } = await post('SUB', 'update-sub-api', '{"permissions":{"Wallet":["AccountTransfer"]}}');
    expect(retCode).toBe(code);
    expect(bybit.key('mainnet', 'SUB')).toMatchObject(after);
  });
});

describe('reading', () => {
  it('shows a master, a sub and an RSA key what they are', async () => {
    expect((await send('MASTER', '/v5/user/query-api')).result).toMatchObject({
      apiKey: 'MASTER',
      isMaster: true,
      parentUid: '0',
      userID: 1000,
      readOnly: 0,
      ips: ['*'],
      rsaPublicKey: '',
      permissions: { Wallet: ['AccountTransfer', 'SubMemberTransfer'], CopyTrading: [], NFT: [] },
      createdAt: '2023-11-14T22:13:20Z',
      expiredAt: '2024-02-12T22:13:20Z',
      deadlineDay: 90,
      type: 1,
    });
    expect((await send('SUB', '/v5/user/query-api')).result).toMatchObject({
      isMaster: false,
      parentUid: '1000',
      userID: 2000,
    });
  });

  it('shows a bound key as never expiring', async () => {
    bybit.patch('mainnet', 'SUB', { ips: ['127.0.0.1'] });
    const { result } = await send('SUB', '/v5/user/query-api');
    expect(result).toMatchObject({ deadlineDay: -2, expiredAt: '1970-01-01T00:00:00Z' });
    now += 91 * 86_400_000;
    expect((await send('SUB', '/v5/user/query-api')).retCode).toBe(0);
    expect((await send('SUB2', '/v5/user/query-api')).retCode).toBe(33004);
  });

  it('pages through sub keys, and a key that dies between two pages hides no other', async () => {
    for (let i = 1; i <= 4; i++) {
      bybit.addSub('mainnet', { apiKey: `MORE${i}`, apiSecret: 's', parent: 1000, subMemberId: '2000' });
    }
    const first = await rows('sub-apikeys?subMemberId=2000&limit=3');
    expect(first.rows.map((row) => row['apiKey'])).toEqual(['SUB', 'SUB2', 'MORE1']);
    bybit.remove('mainnet', 'SUB');
    const second = await rows(`sub-apikeys?subMemberId=2000&limit=3&cursor=${first.cursor}`);
    expect(second).toMatchObject({ rows: [{ apiKey: 'MORE2' }, { apiKey: 'MORE3' }, { apiKey: 'MORE4' }], cursor: '' });
  });

  it('shows rows with a boolean readOnly, a status and no secret', async () => {
    const day = 86_400_000;
    bybit.addSub('mainnet', { apiKey: 'OLD', apiSecret: 's', parent: 1000, subMemberId: '2000', expired: true });
    bybit.patch('mainnet', 'SUB', { ips: ['127.0.0.1'], readOnly: 1 });
    const { rows: found } = await rows('sub-apikeys?subMemberId=2000');
    expect(found.map(({ readOnly, status, secret, flag }) => ({ readOnly, status, secret, flag }))).toEqual([
      { readOnly: true, status: 1, secret: '******', flag: 'hmac' },
      { readOnly: false, status: 3, secret: '******', flag: 'hmac' },
      { readOnly: false, status: 2, secret: '******', flag: 'hmac' },
    ]);
    const second = async () => (await rows('sub-apikeys?subMemberId=2000')).rows[1];
    now = START + 83 * day;
    expect(await second()).toMatchObject({ status: 3, deadlineDay: 7 });
    now += 1;
    expect(await second()).toMatchObject({ status: 4, deadlineDay: 7 });
    now = START + 90 * day - 1;
    bybit.renew('mainnet', 'MASTER');
    expect((await send('SUB2', '/v5/user/query-api')).retCode).toBe(0);
    now += 1;
    expect((await send('SUB2', '/v5/user/query-api')).retCode).toBe(33004);
    expect(await second()).toMatchObject({ status: 2, deadlineDay: 0 });
  });

  it.each([
    ['a sub key', 'SUB', 'sub-apikeys?subMemberId=2000', 10005],
    ['no sub account', 'MASTER', 'sub-apikeys', 10001],
    ['limit 0', 'MASTER', 'sub-apikeys?subMemberId=2000&limit=0', 10001],
    ['limit 21', 'MASTER', 'sub-apikeys?subMemberId=2000&limit=21', 10001],
    ['an unknown sub account', 'MASTER', 'sub-apikeys?subMemberId=9999', 10001],
    ['a foreign sub account', 'MASTER', 'sub-apikeys?subMemberId=6000', 500010],
    ['a demo account', 'MASTER', 'sub-apikeys?subMemberId=7000', 10001],
    ['a sub key asking for accounts', 'SUB', 'query-sub-members', 10005],
    ['a sub key asking for a page of accounts', 'SUB', 'submembers', 10005],
    ['a page of 101', 'MASTER', 'submembers?pageSize=101', 10001],
  ])('refuses %s', async (_what, key, path, code) => {
    expect((await send(key, `/v5/user/${path}`)).retCode).toBe(code);
  });

  it.each([
    [false, false, '1000'],
    [true, true, '0'],
  ])(
    'calls a demo key a master where that is the unconfirmed reading: %s',
    async (isDemoShownAsMaster, isMaster, parentUid) => {
      await restart({ unconfirmed: { isDemoShownAsMaster } });
      const { result } = await send('DEMO', '/v5/user/query-api', { host: 'api-demo.bybit.com' });
      expect(result).toMatchObject({ isMaster, parentUid, userID: 7000 });
    },
  );

  it('lists demo keys and bare, inverted rows where those are the unconfirmed readings', async () => {
    await restart({ unconfirmed: { isDemoListed: true, areRowsBare: true, rowReadOnlyMeans: 'writable' } });
    const { rows: found } = await rows('sub-apikeys?subMemberId=7000');
    expect(found).toMatchObject([{ apiKey: 'DEMO', readOnly: true }]);
    expect(found[0]).not.toHaveProperty('permissions');
  });

  it('lists sub accounts, also one whose keys are gone, whole and by pages', async () => {
    bybit.addSubMember('mainnet', { parent: 1000, subMemberId: '2001' });
    bybit.remove('mainnet', 'SUB');
    const uids = async (path: string) => {
      const { result } = await send('MASTER', `/v5/user/${path}`);
      return [(result['subMembers'] as { uid: string }[]).map(({ uid }) => uid), result['nextCursor']];
    };
    expect(await uids('query-sub-members')).toEqual([['2000', '2001'], undefined]);
    expect(await uids('submembers?pageSize=1')).toEqual([['2000'], '2000']);
    expect(await uids('submembers?pageSize=1&nextCursor=2000')).toEqual([['2001'], '0']);
  });

  it('tells the time to anyone', async () => {
    const heard = await send('NOBODY', '/v5/market/time');
    expect(heard).toMatchObject({ retCode: 0, result: { timeSecond: '1700000000', timeNano: '1700000000000000000' } });
    expect(heard.headers.date).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
  });
});

it('keeps every environment to itself', async () => {
  bybit.addMaster('testnet', { apiKey: 'MASTER', apiSecret: 's', userID: 1000 });
  bybit.addSub('testnet', { apiKey: 'SUB', apiSecret: 's', parent: 'MASTER', subMemberId: '2000' });
  bybit.addSub('testnet', { apiKey: 'ONLY', apiSecret: 's', parent: 'MASTER', subMemberId: '2000' });
  const host = 'api-testnet.bybit.com';
  expect((await post('MASTER', 'delete-sub-api', '{"apikey":"ONLY"}')).retCode).toBe(10001);
  expect((await post('MASTER', 'delete-sub-api', '{"apikey":"DEMO"}', { host })).retCode).toBe(10001);
  expect((await post('MASTER', 'delete-sub-api', '{"apikey":"SUB"}', { host })).retCode).toBe(0);
  expect(bybit.applied()).toMatchObject([{ world: 'testnet', host, keyId: 'SUB' }]);
  expect([bybit.isAlive('mainnet', 'SUB'), bybit.isAlive('testnet', 'SUB')]).toEqual([true, false]);
});

it('says through which host a demo key was deleted', async () => {
  await post('MASTER', 'delete-sub-api', '{"apikey":"DEMO"}', { host: 'api.bytick.com' });
  expect(bybit.applied()).toMatchObject([{ world: 'demo', host: 'api.bytick.com', keyId: 'DEMO', by: 'MASTER' }]);
});

it('wants either a secret or a public key, and a real one', () => {
  const seed = { apiKey: 'NEW', parent: 1000, subMemberId: '2000' };
  expect(() => bybit.addSub('mainnet', seed)).toThrow('Cannot add key NEW, wanted either apiSecret or publicKey');
  expect(() => bybit.addSub('mainnet', { ...seed, publicKey: 'none' })).toThrow();
  expect(() => bybit.addSub('mainnet', { ...seed, apiSecret: 's', parent: 'NONE', subMemberId: '1' })).toThrow('NONE');
});

describe('limits', () => {
  it.each([
    ['delete-api', 'POST', '5'],
    ['delete-sub-api', 'POST', '5'],
    ['update-api', 'POST', '5'],
    ['update-sub-api', 'POST', '5'],
    ['query-api', 'GET', '10'],
    ['sub-apikeys', 'GET', '10'],
    ['query-sub-members', 'GET', '10'],
    ['submembers', 'GET', '10'],
  ])('of %s by %s are %s a second', async (endpoint, method, cap) => {
    const body = method === 'POST' ? { body: '{}' } : {};
    const { headers } = await send('MASTER', `/v5/user/${endpoint}`, { method, ...body });
    expect(headers['x-bapi-limit']).toBe(cap);
    expect(headers['x-bapi-limit-reset-timestamp']).toBe(String(START));
  });

  it('can be lifted', async () => {
    await restart({ isLimited: false });
    for (let i = 0; i < 12; i++) expect((await send('MASTER', '/v5/user/query-api')).retCode).toBe(0);
  });

  it('holds one account to 5 mutations a second per endpoint, and says when it ends', async () => {
    for (let left = 4; left >= 0; left--) {
      const { headers } = await post('MASTER', 'delete-sub-api', '{}');
      expect(headers['x-bapi-limit-status']).toBe(String(left));
    }
    now += 400;
    const over = await post('MASTER2', 'delete-sub-api', '{"apikey":"SUB"}');
    expect(over.retCode).toBe(10006);
    expect(over.headers).toMatchObject({ 'x-bapi-limit': '5', 'x-bapi-limit-reset-timestamp': String(START + 1000) });
    expect((await post('STRANGER', 'delete-sub-api', '{"apikey":"FOREIGN"}')).retCode).toBe(0);
    expect((await send('MASTER', '/v5/user/query-api')).headers['x-bapi-limit']).toBe('10');
    expect(bybit.isAlive('mainnet', 'SUB')).toBe(true);
    now = START + 1000;
    expect((await post('MASTER2', 'delete-sub-api', '{"apikey":"SUB"}')).retCode).toBe(0);
  });

  const time = () => askBybit(bybit.url, { key: 'MASTER', secret: 's', at: now, path: '/v5/market/time' });

  it.each([
    [4_999, 403],
    [5_000, 200],
  ])('of an address are 600 requests in 5 seconds: the next one %i ms after them gets %i', async (ms, status) => {
    for (let i = 0; i < 600; i++) expect((await time()).status).toBe(200);
    now += ms;
    expect((await time()).status).toBe(status);
  });

  it('shut an address out for ten minutes', async () => {
    for (let i = 0; i < 600; i++) await time();
    expect(await time()).toMatchObject({ status: 403, body: 'access too frequent' });
    now += 599_999;
    expect((await time()).status).toBe(403);
    now += 1;
    expect((await time()).status).toBe(200);
  });
});
