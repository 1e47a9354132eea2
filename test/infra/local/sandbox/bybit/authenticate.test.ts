import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BybitSandbox } from '../../../../../infra/local/sandbox/bybit/bybit-sandbox.ts';
import { startSandbox } from '../../../../../infra/local/sandbox/index.ts';
import { ask } from '../ask.ts';
import { RECORDED_PUBLIC_KEY, rsaPair } from '../throwaway-keys.ts';
import { askBybit } from './ask-bybit.ts';

const NOW = 1_700_000_000_000;
const KEY = 'AKexample0000000001';
const SECRET = 'SKexample00000000000000000000000000001';
const SUB_KEY = 'SUBKEYexample00001';
// A recorded RSASSA-PKCS1-v1_5 signature over `1700000000000AKexample00000000015000{}`.
const RSA_SIGNATURE =
  'I7LRaSuvk5T5aOTe3twXYHD3oBoANDBLSiKDdzLDvD5kYDoIUMDoTwc7j6gjxOGvjeF2UOr1Veg2jv3fv+sEZRWKxAIGf9b8m9h+Y0lVfT3rStZ0zK0sFMcJqV/vtLjtwQ0MlBKYX8+QhYnnzY3u6FFx/M1V8VFOBtTLXBi31jTYsCZ3wkDVbe7ROiKI1RGMOJta3E7qpaG5q1Oee4RlqlfD47/NrMLanAVo8wiNp8jqZoijRJExyODs059N7EE5YatK2fRdMxC8sxqJAVytQ/1MpnQPQvh5Xj5l1BT0K0bSUYxE1HGE23Uq7gOc6xNBxwEojGqXKjtarhXk6ElFMQ==';

let clock = NOW;
let bybit: BybitSandbox;
beforeEach(async () => {
  clock = NOW;
  bybit = await startSandbox('bybit', { now: () => clock });
});
afterEach(() => bybit.close());

const headers = (signature: string) => ({
  'X-BAPI-API-KEY': KEY,
  'X-BAPI-TIMESTAMP': String(NOW),
  'X-BAPI-SIGN': signature,
  'X-BAPI-RECV-WINDOW': '5000',
});
const json = { 'Content-Type': 'application/json' };
const retCode = (body: string) => JSON.parse(body).retCode;

describe('signatures made by other tools', () => {
  // printf '<ts><key>5000<content>' | openssl dgst -sha256 -hmac <secret>
  it.each([
    ['POST', '/v5/user/delete-api', '{}', 'ce185d9dbe5e02ad88fc03f084cafa7ab91521304d76518aa41f3c7844afd0c9'],
    [
      'POST',
      '/v5/user/delete-sub-api',
      `{"apikey":"${SUB_KEY}"}`,
      'e6e539dfded91b61e61cacad9fe0385c749966afba63968a53e378d972725fd3',
    ],
    [
      'POST',
      '/v5/user/delete-sub-api',
      `{"apikey": "${SUB_KEY}"}`,
      'd59bde71676b3251a527885dcffb91f1cb8588aa9f0b0e50a82c730439a23fb1',
    ],
    [
      'POST',
      '/v5/user/update-api',
      '{"readOnly":1,"permissions":{"Wallet":["AccountTransfer"]}}',
      '5a4e18bd0c0ed6cc8804c5b44265477b25648282318c74fa4eda7877142eccb2',
    ],
    ['GET', '/v5/user/query-api', '', 'b35fe4fa1af61adfc212d7d008564067271a98eaa8ebd9d2ad9f2ba32e12c235'],
    [
      'GET',
      '/v5/user/sub-apikeys',
      'subMemberId=100400345&limit=20',
      '2d3243564e8bab4bfa50a552a4d37fe452e347815b25b04c9bd4f6c36089a723',
    ],
  ])('takes %s %s with %s, but not with a digit changed or in capitals', async (method, path, content, signature) => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    bybit.addSub('mainnet', { apiKey: SUB_KEY, apiSecret: 'x', parent: KEY, subMemberId: '100400345' });
    const isGet = method === 'GET';
    const request = isGet ? { path: content ? `${path}?${content}` : path } : { path, method, body: content };
    const signed = (value: string) => ({ ...request, host: 'api.bybit.com', headers: { ...json, ...headers(value) } });
    const wrong = (signature.startsWith('0') ? '1' : '0') + signature.slice(1);
    expect(retCode((await ask(bybit.url, signed(wrong))).body)).toBe(10004);
    expect(retCode((await ask(bybit.url, signed(signature.toUpperCase()))).body)).toBe(10004);
    expect(bybit.applied()).toEqual([]);
    expect(retCode((await ask(bybit.url, signed(signature))).body)).toBe(0);
    expect(bybit.applied()).toHaveLength(isGet ? 0 : 1);
  });

  it('takes a recorded RSA signature', async () => {
    bybit.addMaster('mainnet', { apiKey: KEY, publicKey: RECORDED_PUBLIC_KEY });
    const request = { host: 'api.bybit.com', method: 'POST', path: '/v5/user/delete-api', body: '{}' };
    const heard = await ask(bybit.url, { ...request, headers: { ...json, ...headers(RSA_SIGNATURE) } });
    expect(retCode(heard.body)).toBe(0);
    expect(bybit.isAlive('mainnet', KEY)).toBe(false);
  });
});

describe('refusals', () => {
  const query = { key: KEY, secret: SECRET, at: NOW, path: '/v5/user/query-api' };

  it.each([
    ['a timestamp at the old end of the window', { at: NOW - 5_000 }, 0],
    ['a timestamp past the old end', { at: NOW - 5_001 }, 10002],
    ['a timestamp past a window of its own', { at: NOW - 1_001, window: '1000' }, 10002],
    ['a timestamp just under a second ahead', { at: NOW + 999 }, 0],
    ['a timestamp a second ahead, in a wide window', { at: NOW + 1_000, window: '60000' }, 10002],
    ['a window that is no number', { window: 'x' }, 10002],
    ['an unknown key', { key: 'AKunknown' }, 10003],
    ['a wrong secret', { secret: 'other' }, 10004],
    ['a key of another environment', { host: 'api-testnet.bybit.com' }, 10003],
    ['a regional host', { host: 'api.bybit.kz' }, 10003],
    ['the other mainnet host', { host: 'api.bytick.com' }, 0],
    ['a host with a port and capitals', { host: 'API.bybit.com:443' }, 0],
  ])('reads %s as it should', async (_what, spoilt, code) => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    const heard = await askBybit(bybit.url, { ...query, ...spoilt });
    expect(heard.status).toBe(200);
    expect(retCode(heard.body)).toBe(code);
  });

  it('names both clocks in a 10002', async () => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    const { body } = await askBybit(bybit.url, { ...query, at: NOW - 9_000 });
    expect(JSON.parse(body)).toMatchObject({ time: NOW });
    expect(JSON.parse(body).retMsg).toContain(`req_timestamp[${NOW - 9_000}],server_timestamp[${NOW}]`);
  });

  // printf '1700000000000AKexample00000000015000' and '1700000000000AKexample0000000001' | openssl dgst -sha256 -hmac <secret>
  it.each([
    ['5000', 'b35fe4fa1af61adfc212d7d008564067271a98eaa8ebd9d2ad9f2ba32e12c235'],
    ['nothing', '1a78c29aa9554cced8cf7d2e746b1109ef48b4301b46f0b270dcc1d44350c659'],
  ])('takes a request without a window that signs %s, for 5 seconds', async (_what, signature) => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    const { 'X-BAPI-RECV-WINDOW': _none, ...rest } = headers(signature);
    const asked = { host: 'api.bybit.com', path: '/v5/user/query-api', headers: rest };
    clock = NOW + 5_000;
    expect(retCode((await ask(bybit.url, asked)).body)).toBe(0);
    clock = NOW + 5_001;
    expect(retCode((await ask(bybit.url, asked)).body)).toBe(10002);
  });

  it('says what is wrong, with what was signed', async () => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    bybit.addMaster('mainnet', { apiKey: 'OLD', apiSecret: SECRET, expired: true });
    const message = async (spoilt: object) =>
      JSON.parse((await askBybit(bybit.url, { ...query, ...spoilt })).body).retMsg;
    expect(await message({ secret: 'other' })).toBe(`error sign! origin_string[${NOW}${KEY}5000]`);
    expect(await message({ key: 'OLD' })).toBe('Your api key has expired.');
    expect(await message({ key: 'NONE' })).toBe('API key is invalid.');
    expect(await message({ method: 'POST', path: '/v5/user/update-api', body: '{"ips":"*"}' })).toContain(
      'IP whitelist',
    );
    expect(await message({})).toBe('');
  });

  it.each(['X-BAPI-API-KEY', 'X-BAPI-TIMESTAMP', 'X-BAPI-SIGN'])(
    'answers 401 without JSON when %s is missing',
    async (name) => {
      const { [name]: _gone, ...rest }: Record<string, string> = headers('00');
      const heard = await ask(bybit.url, { host: 'api.bybit.com', path: '/v5/user/query-api', headers: rest });
      expect(heard).toMatchObject({ status: 401, body: '' });
    },
  );

  it.each([
    ['a GET with a body', { method: 'GET', path: '/v5/user/query-api', body: '{}' }, 403],
    ['a wrong method', { method: 'GET', path: '/v5/user/delete-api' }, 400],
    ['an unknown path', { method: 'POST', path: '/v5/user/delete-api-key', body: '{}' }, 404],
    ['an unknown host', { host: 'api.example.com', path: '/v5/user/query-api' }, 404],
  ])('answers %s with a page', async (_what, request, status) => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    const heard = await askBybit(bybit.url, { ...query, ...request });
    expect(heard.status).toBe(status);
    expect(heard.body).toMatch(/^<html>/i);
    expect(bybit.applied()).toEqual([]);
  });

  it('answers a dead key like one that never was', async () => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET });
    bybit.remove('mainnet', KEY);
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(10003);
    bybit.revive('mainnet', KEY);
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(0);
  });

  it('tells an expired key so until it is renewed', async () => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET, expired: true });
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(33004);
    bybit.renew('mainnet', KEY);
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(0);
    bybit.expire('mainnet', KEY);
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(33004);
  });

  it('holds a bound key to its addresses', async () => {
    bybit.addMaster('mainnet', { apiKey: KEY, apiSecret: SECRET, ips: ['192.0.2.1', '192.0.2.2'] });
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(10010);
    bybit.moveTo('192.0.2.2');
    expect(retCode((await askBybit(bybit.url, query)).body)).toBe(0);
  });

  it('holds an RSA key to its own private half', async () => {
    const { publicKey, privateKey } = rsaPair('pkcs1');
    bybit.addMaster('mainnet', { apiKey: KEY, publicKey });
    expect(retCode((await askBybit(bybit.url, { ...query, privateKey })).body)).toBe(0);
    expect(retCode((await askBybit(bybit.url, { ...query, privateKey: rsaPair().privateKey })).body)).toBe(10004);
  });
});
