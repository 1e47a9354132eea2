import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { signForBybit, type Unsigned } from '../../../../functions/providers/bybit/sign.ts';
import { NOW } from '../ask.ts';
import { THROWAWAY_PUBLIC_KEY } from '../throwaway-public-key.ts';

const hmac = bybit.credential({ apiKey: 'AKexample0000000001', apiSecret: 'SKexample00000000000000000000000000001' });
const host = 'api.bybit.com';
// printf AKexample0000000001 | sha256sum
const HASHED = 'e963f71c3b3c10dc7d9c5eb0a1bdeecbf87e909f40321ada620ba285142bf912';

// RSASSA-PKCS1-v1_5 of another tool, by the throwaway key.
const BY_ANOTHER_TOOL = [
  'I7LRaSuvk5T5aOTe3twXYHD3oBoANDBLSiKDdzLDvD5kYDoIUMDoTwc7j6gjxOGvjeF2UOr1Veg2jv3fv+sEZRWKxAIGf9b8m9h+',
  'Y0lVfT3rStZ0zK0sFMcJqV/vtLjtwQ0MlBKYX8+QhYnnzY3u6FFx/M1V8VFOBtTLXBi31jTYsCZ3wkDVbe7ROiKI1RGMOJta3E7q',
  'paG5q1Oee4RlqlfD47/NrMLanAVo8wiNp8jqZoijRJExyODs059N7EE5YatK2fRdMxC8sxqJAVytQ/1MpnQPQvh5Xj5l1BT0K0bS',
  'UYxE1HGE23Uq7gOc6xNBxwEojGqXKjtarhXk6ElFMQ==',
].join('');

const signatureOf = (unsigned: Omit<Unsigned, 'host'>) =>
  signForBybit(hmac, { host, ...unsigned }, NOW).headers.reveal()['X-BAPI-SIGN'];

describe('signForBybit', () => {
  // Made by two client libraries and by Python's hmac alike.
  it.each([
    ['delete-api', { body: '{}' }, 'ce185d9dbe5e02ad88fc03f084cafa7ab91521304d76518aa41f3c7844afd0c9'],
    [
      'delete-sub-api',
      { body: '{"apikey":"SUBKEYexample00001"}' },
      'e6e539dfded91b61e61cacad9fe0385c749966afba63968a53e378d972725fd3',
    ],
    [
      'delete-sub-api',
      { body: '{"apikey": "SUBKEYexample00001"}' },
      'd59bde71676b3251a527885dcffb91f1cb8588aa9f0b0e50a82c730439a23fb1',
    ],
    [
      'update-api',
      { body: '{"readOnly":1,"permissions":{"Wallet":["AccountTransfer"]}}' },
      '5a4e18bd0c0ed6cc8804c5b44265477b25648282318c74fa4eda7877142eccb2',
    ],
    ['query-api', {}, 'b35fe4fa1af61adfc212d7d008564067271a98eaa8ebd9d2ad9f2ba32e12c235'],
    [
      'sub-apikeys',
      { query: 'subMemberId=100400345&limit=20' },
      '2d3243564e8bab4bfa50a552a4d37fe452e347815b25b04c9bd4f6c36089a723',
    ],
  ])('signs %s %j as every client does', (name, unsigned, expected) => {
    expect(signatureOf({ path: `/v5/user/${name}`, ...unsigned })).toBe(expected);
  });

  it('sends exactly the bytes that it signed, and a body as JSON', () => {
    const call = signForBybit(hmac, { host, path: '/v5/user/delete-api', body: '{}' }, NOW);
    expect({ ...call, headers: call.headers.reveal() }).toEqual({
      method: 'POST',
      changes: true,
      provider: 'bybit',
      host,
      path: '/v5/user/delete-api',
      body: '{}',
      rate: { of: `bybit ${HASHED} /v5/user/delete-api`, most: 5, perMs: 1_000 },
      headers: {
        'X-BAPI-API-KEY': 'AKexample0000000001',
        'X-BAPI-TIMESTAMP': '1700000000000',
        'X-BAPI-RECV-WINDOW': '5000',
        'X-BAPI-SIGN-TYPE': '2',
        'X-BAPI-SIGN': 'ce185d9dbe5e02ad88fc03f084cafa7ab91521304d76518aa41f3c7844afd0c9',
        'Content-Type': 'application/json',
      },
    });
  });

  it('sends a read with neither body nor content type', () => {
    const call = signForBybit(hmac, { host, path: '/v5/user/query-api' }, NOW);
    expect(call).not.toHaveProperty('body');
    expect(call.method).toBe('GET');
    expect(call.rate).toEqual({ of: `bybit ${HASHED} /v5/user/query-api`, most: 10, perMs: 1_000 });
    expect(call.headers.reveal()).not.toHaveProperty('Content-Type');
  });

  it.each(['pkcs1', 'pkcs8'] as const)('signs with an RSA key in %s by PKCS1-v1_5', (type) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    const rsa = bybit.credential({ apiKey: 'AKexample0000000001', privateKey: pem });
    const call = signForBybit(rsa, { host, path: '/v5/user/delete-api', body: '{}' }, NOW);
    const signature = Buffer.from(call.headers.reveal()['X-BAPI-SIGN'] ?? '', 'base64');
    const message = Buffer.from('1700000000000AKexample00000000015000{}');
    expect(
      verify('sha256', message, createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), signature),
    ).toBe(true);
  });

  it('puts timestamp, key, window and body in the order that another tool signed', () => {
    const { headers, body } = signForBybit(hmac, { host, path: '/v5/user/delete-api', body: '{}' }, NOW);
    const sent = headers.reveal();
    const parts = ['X-BAPI-TIMESTAMP', 'X-BAPI-API-KEY', 'X-BAPI-RECV-WINDOW'].map((name) => sent[name]);
    const message = Buffer.from([...parts, body].join(''));
    const signature = Buffer.from(BY_ANOTHER_TOOL, 'base64');
    expect(verify('sha256', message, THROWAWAY_PUBLIC_KEY, signature)).toBe(true);
  });
});
