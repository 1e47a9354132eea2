import { constants, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../../infra/local/sandbox/index.ts';
import type { KalshiOptions, KalshiSandbox } from '../../../../infra/local/sandbox/kalshi/start-kalshi.ts';
import { type Asked, ask } from './ask.ts';
import { RECORDED_PUBLIC_KEY, rsaPair } from './throwaway-keys.ts';

const START = 1_700_000_000_000;
const ID = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const OTHER = '11111111-1111-1111-1111-111111111111';
const FOREIGN = '22222222-2222-2222-2222-222222222222';
const ABSENT = '33333333-3333-3333-3333-333333333333';
const KEYS = '/trade-api/v2/api_keys';
const { publicKey, privateKey } = rsaPair('pkcs1');
// RSASSA-PSS over `1700000000000DELETE/trade-api/v2/api_keys/a952…608c`, made by the official client with a throwaway key.
const RSA_SIGNATURE =
  'BHY8rEW7F5V7I0Xs78EgfI+ByHbGHlYp7JYZn6rH9b80uYch64Z/fG9Y0jL0RHLUsWXhbtJiGvtQLSMaaujvIRdiRYITfFCvKjFZFh6NxWwU2vQr4icUVwE+Bx5VHFQRisn0nltX0sB7RpM+cllNT0/e4EX3Exb+uLh2fog3hvPDnv/4Yayip4dNfK+qFOCRL1MipMP4tMCR+cNsFE9MoLNM86HWQJ5QviMMsbzeF+aAzKwEsQPswaOIqMpFgv/ZymjeCo71qfSSaF8Ts+9Zf7usagUiw7Q3X4rj0h9bZQ3+10m+m8GgrX3opnZ23fldIgcSgPlPZThBG63uYZUn3A==';
// The same message signed with the first test key of RFC 8032.
const ED_SEED = Buffer.from('MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g', 'base64');
const ED_SIGNATURE = 'EQD5LGjmBB4FccxD3/lvVRCzUKp5u5FqvpeJKT3GdQgWtyo/h2dGLJwyyfaipGpBi93TjeRhLPWKI0Uhj9/ODw==';

let now = START;
let kalshi: KalshiSandbox;
const restart = async (options: KalshiOptions = {}) => {
  await kalshi?.close();
  kalshi = await startSandbox('kalshi', { now: () => now, ...options });
};
beforeEach(() => {
  now = START;
  return restart();
});
afterEach(() => kalshi.close());

interface Spoilt extends Partial<Asked> {
  readonly key?: string;
  readonly at?: number;
  readonly salt?: number;
  readonly message?: string;
}
const send = async ({ key = ID, at = now, salt = 32, message, ...asked }: Spoilt = {}) => {
  const { method = 'GET', path = KEYS } = asked;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signed = Buffer.from(message ?? `${at}${method}${path.split('?')[0]}`);
  return ask(kalshi.url, {
    host: 'external-api.kalshi.com',
    method,
    path,
    ...asked,
    headers: {
      'KALSHI-ACCESS-KEY': key,
      'KALSHI-ACCESS-TIMESTAMP': String(at),
      'KALSHI-ACCESS-SIGNATURE': sign('sha256', signed, { key: privateKey, padding, saltLength: salt }).toString(
        'base64',
      ),
      ...asked.headers,
    },
  });
};
const remove = (id: string, more: Spoilt = {}) => send({ method: 'DELETE', path: `${KEYS}/${id}`, ...more });
const two = () => {
  kalshi.addAccount('prod', {
    userId: 'u',
    keys: [
      { apiKeyId: ID, publicKey },
      { apiKeyId: OTHER, publicKey, name: 'bot' },
    ],
  });
  kalshi.addAccount('prod', { keys: [{ apiKeyId: FOREIGN, publicKey }] });
};
const errorOf = ({ status, body }: { status: number; body: string }) => {
  const { code, details } = JSON.parse(body).error;
  return [status, code, details];
};

describe('signatures made by other tools', () => {
  const recorded = (signature: string, more: Partial<Asked> = {}) =>
    ask(kalshi.url, {
      host: 'external-api.kalshi.com',
      method: 'DELETE',
      path: `${KEYS}/${ID}`,
      ...more,
      headers: {
        'KALSHI-ACCESS-KEY': ID,
        'KALSHI-ACCESS-TIMESTAMP': String(START),
        'KALSHI-ACCESS-SIGNATURE': signature,
      },
    });
  const edPublicKey = createPublicKey(createPrivateKey({ key: ED_SEED, format: 'der', type: 'pkcs8' }))
    .export({ type: 'spki', format: 'pem' })
    .toString();

  it.each([
    ['RSA-PSS', RECORDED_PUBLIC_KEY, RSA_SIGNATURE],
    ['Ed25519', edPublicKey, ED_SIGNATURE],
  ])('takes a recorded %s signature for its own message only', async (_what, pem, signature) => {
    kalshi.addAccount('prod', {
      keys: [
        { apiKeyId: ID, publicKey: pem },
        { apiKeyId: OTHER, publicKey: pem },
      ],
    });
    expect(errorOf(await recorded(signature, { path: `${KEYS}/${OTHER}` }))[2]).toBe('INCORRECT_API_KEY_SIGNATURE');
    expect(errorOf(await recorded(signature, { path: KEYS, method: 'GET' }))[2]).toBe('INCORRECT_API_KEY_SIGNATURE');
    expect(errorOf(await recorded(`C${signature.slice(1)}`))[2]).toBe('INCORRECT_API_KEY_SIGNATURE');
    expect(kalshi.applied()).toEqual([]);
    expect(await recorded(signature)).toMatchObject({ status: 204, body: '' });
    expect(kalshi.applied()).toMatchObject([{ keyId: ID, kind: 'deleted', by: ID, world: 'prod' }]);
  });
});

describe('authentication', () => {
  const wrong = [401, 'authentication_error', 'INCORRECT_API_KEY_SIGNATURE'];
  const late = [401, 'header_timestamp_expired', undefined];
  const unknown = [401, 'authentication_error', 'NOT_FOUND'];
  it.each([
    ['a salt that is not 32 bytes', { salt: 222 }, wrong],
    ['a path without /trade-api/v2', { message: `${START}GET/api_keys` }, wrong],
    ['a signed query', { path: `${KEYS}?a=1`, message: `${START}GET${KEYS}?a=1` }, wrong],
    ['a method in lower case', { message: `${START}get${KEYS}` }, wrong],
    ['a timestamp 5,001 ms old', { at: START - 5_001 }, late],
    ['a timestamp 5,001 ms ahead', { at: START + 5_001 }, late],
    ['an unknown key', { key: ABSENT }, unknown],
    ['a key of the other environment', { host: 'external-api.demo.kalshi.co' }, unknown],
    [
      'an empty signature',
      { headers: { 'KALSHI-ACCESS-SIGNATURE': '' } },
      [401, 'signature_is_missing_from_headers', undefined],
    ],
  ])('refuses %s', async (_what, spoilt, error) => {
    two();
    expect(errorOf(await send(spoilt))).toEqual(error);
  });

  it.each([
    ['5 seconds old', { at: START - 5_000 }],
    ['5 seconds ahead', { at: START + 5_000 }],
    ['with a query that is not signed', { path: `${KEYS}?fcm_subtrader_id=x` }],
    ['at the other host', { host: 'api.elections.kalshi.com' }],
  ])('takes a request %s', async (_what, more) => {
    two();
    expect((await send(more)).status).toBe(200);
  });

  it.each([
    ['another host', { host: 'trading-api.kalshi.com' }],
    ['a path that is none', { path: '/trade-api/v2/account/api-keys' }],
    ['the short path', { path: '/api_keys' }],
    ['reading one key', { path: `${KEYS}/${ID}` }],
    ['deleting the list', { method: 'DELETE' }],
  ])('answers %s with a page', async (_what, more) => {
    two();
    const { status, body } = await send(more);
    expect(status).toBe(404);
    expect(body).toMatch(/^<html>/);
  });
});

describe('keys', () => {
  it('lists those of the user, with when the attestation lapses', async () => {
    two();
    kalshi.addAccount('prod', {
      userId: 'v',
      regionExpirationTs: 1_700_000_600,
      keys: [{ apiKeyId: ABSENT, publicKey, scopes: ['read'] }],
    });
    expect(JSON.parse((await send()).body)).toEqual({
      api_keys: [
        { api_key_id: ID, name: 'key', scopes: ['read', 'write'] },
        { api_key_id: OTHER, name: 'bot', scopes: ['read', 'write'] },
      ],
    });
    expect(JSON.parse((await send({ key: ABSENT })).body)).toEqual({
      api_keys: [{ api_key_id: ABSENT, name: 'key', scopes: ['read'] }],
      api_key_region_expiration_ts: 1_700_000_600,
    });
  });

  it('tells the binding of a key to a sub account', async () => {
    kalshi.addAccount('prod', {
      keys: [
        { apiKeyId: ID, publicKey },
        { apiKeyId: OTHER, publicKey, subaccount: 3 },
      ],
    });
    const { api_keys } = JSON.parse((await send()).body);
    expect(api_keys.map(({ subaccount }: { subaccount?: number }) => subaccount)).toEqual([undefined, 3]);
  });

  it('lists those of one trader when asked', async () => {
    const bound = { apiKeyId: OTHER, publicKey, fcmSubtraderId: 't' };
    kalshi.addAccount('prod', { keys: [{ apiKeyId: ID, publicKey }, bound] });
    const { body } = await send({ path: `${KEYS}?fcm_subtrader_id=t` });
    expect(JSON.parse(body).api_keys).toMatchObject([{ api_key_id: OTHER, fcm_subtrader_id: 't' }]);
  });

  it('deletes another key, and answers its second deletion with 404', async () => {
    two();
    const { status, body, headers } = await remove(OTHER.toUpperCase());
    expect([status, body, headers['content-length'], headers['content-type']]).toEqual([204, '', undefined, undefined]);
    expect(kalshi.isAlive('prod', OTHER)).toBe(false);
    expect(errorOf(await remove(OTHER))).toEqual([404, 'not_found', undefined]);
    expect(kalshi.applied()).toHaveLength(1);
    expect(errorOf(await send({ key: OTHER }))).toEqual([401, 'authentication_error', 'NOT_FOUND']);
  });

  it.each([
    ['a key of another user', FOREIGN, 404],
    ['an absent key', ABSENT, 404],
    ['an id that is none', 'abc', 400],
    ['an escaped path', '..%2Fusers', 400],
    ['a broken escape', '%E0%A4%A', 400],
  ])('does not delete %s', async (_what, id, status) => {
    two();
    expect((await remove(id)).status).toBe(status);
    expect(kalshi.applied()).toEqual([]);
  });

  it.each([
    ['a read-only key', { scopes: ['read'] }, 200, 403],
    ['a key with a child scope', { scopes: ['read', 'write::trade'] }, 200, 403],
    ['a key of a sub account', { subaccount: 3 }, 401, 403],
    ["a clearing member's key", { fcmSubtraderId: 't' }, 403, 403],
  ])('lets %s read or not, and delete nothing', async (_what, fields, read, deletion) => {
    kalshi.addAccount('prod', {
      userId: 'u',
      keys: [
        { apiKeyId: ID, publicKey, ...fields },
        { apiKeyId: OTHER, publicKey },
      ],
    });
    expect((await send()).status).toBe(read);
    expect((await remove(ID)).status).toBe(deletion);
    expect((await remove(OTHER)).status).toBe(deletion);
    expect(kalshi.applied()).toEqual([]);
  });

  it('lets a key of a sub account delete where that is the unconfirmed reading', async () => {
    await restart({ unconfirmed: { mayRestrictedDelete: true } });
    kalshi.addAccount('prod', { keys: [{ apiKeyId: ID, publicKey, subaccount: 3 }] });
    expect((await remove(ID)).status).toBe(204);
    expect(errorOf(await send())).toEqual([401, 'authentication_error', 'NOT_FOUND']);
  });

  it('reads the rest of what is unconfirmed as told', async () => {
    await restart({
      unconfirmed: { maySelfDelete: false, deniedStatus: 401, errorShape: 'flat', toleranceMs: 30_000 },
    });
    two();
    expect((await remove(ID)).status).toBe(401);
    const { status, body } = await remove(ABSENT, { at: START - 30_000 });
    expect([status, JSON.parse(body).code]).toEqual([404, 'not_found']);
  });

  it('forgets nothing by hand: removed, brought back, its scopes changed', async () => {
    two();
    kalshi.remove('prod', ID);
    expect((await send()).status).toBe(401);
    kalshi.revive('prod', ID);
    kalshi.patch('prod', ID, { scopes: ['read'] });
    expect((await remove(OTHER)).status).toBe(403);
    expect(kalshi.applied()).toEqual([]);
  });
});

describe('around the keys', () => {
  it('has the clock in the Date header of the status, for anyone', async () => {
    const heard = await ask(kalshi.url, { host: 'demo-api.kalshi.co', path: '/trade-api/v2/exchange/status' });
    expect(heard).toMatchObject({ status: 200, body: '{"exchange_active":true,"trading_active":true}' });
    expect(heard.headers['content-length']).toBe('46');
    expect(heard.headers.date).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
  });

  it('gives 20 requests of a full bucket, then 429 without a hint, then one more per 50 ms', async () => {
    two();
    for (let i = 0; i < 20; i++) expect((await send()).status).toBe(200);
    const over = await remove(OTHER);
    expect(over).toMatchObject({ status: 429, body: '{"error":"too many requests"}' });
    expect(Object.keys(over.headers).filter((name) => /retry|ratelimit/.test(name))).toEqual([]);
    expect(kalshi.isAlive('prod', OTHER)).toBe(true);
    expect((await send({ key: FOREIGN })).status).toBe(200);
    now += 50;
    expect((await remove(OTHER)).status).toBe(204);
    expect((await send()).status).toBe(429);
  });
});
