import { constants, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { ApiKeysApi, Configuration } from 'kalshi-typescript';
import { describe, expect, it, vi } from 'vitest';
import { kalshi } from '../../../../functions/providers/kalshi/index.ts';
import { signForKalshi } from '../../../../functions/providers/kalshi/sign.ts';
import { NOW } from '../ask.ts';
import { THROWAWAY_PUBLIC_KEY } from '../throwaway-public-key.ts';

const apiKeyId = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const path = `/trade-api/v2/api_keys/${apiKeyId}`;
const request = { method: 'DELETE', changes: true, host: 'external-api.kalshi.com', path } as const;
const MESSAGE = `1700000000000DELETE${path}`;

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pemIn = (type: 'pkcs1' | 'pkcs8') => privateKey.export({ type, format: 'pem' }).toString();

/** The client's own idea of the same package's type. */
type Instance = NonNullable<ConstructorParameters<typeof ApiKeysApi>[2]>;

const isBy = (key: KeyObject, signature: string, message = MESSAGE, saltLength = 32): boolean => {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return verify('sha256', Buffer.from(message), { key, padding, saltLength }, Buffer.from(signature, 'base64'));
};

// RSA-PSS of Kalshi's own client, by the throwaway key.
const BY_THE_CLIENT = [
  'BHY8rEW7F5V7I0Xs78EgfI+ByHbGHlYp7JYZn6rH9b80uYch64Z/fG9Y0jL0RHLUsWXhbtJiGvtQLSMaaujvIRdiRYITfFCvKjFZ',
  'Fh6NxWwU2vQr4icUVwE+Bx5VHFQRisn0nltX0sB7RpM+cllNT0/e4EX3Exb+uLh2fog3hvPDnv/4Yayip4dNfK+qFOCRL1MipMP4',
  'tMCR+cNsFE9MoLNM86HWQJ5QviMMsbzeF+aAzKwEsQPswaOIqMpFgv/ZymjeCo71qfSSaF8Ts+9Zf7usagUiw7Q3X4rj0h9bZQ3+',
  '10m+m8GgrX3opnZ23fldIgcSgPlPZThBG63uYZUn3A==',
].join('');

describe('signForKalshi', () => {
  const made = (type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
    signForKalshi(kalshi.credential({ apiKeyId, privateKey: pemIn(type) }), request, NOW).headers.reveal();
  const signature = (type?: 'pkcs1' | 'pkcs8') => made(type)['KALSHI-ACCESS-SIGNATURE'] ?? '';

  it.each(['pkcs1', 'pkcs8'] as const)('signs with an RSA key in %s by PSS, its salt as long as the digest', (type) => {
    expect(isBy(publicKey, signature(type))).toBe(true);
    expect(signature(type)).toHaveLength(344);
    expect(signature(type)).not.toBe(signature(type));
  });

  it.each([
    ['the longest salt', MESSAGE, 222],
    ['another method', MESSAGE.replace('DELETE', 'GET'), 32],
    ['the path without its beginning', `1700000000000DELETE/api_keys/${apiKeyId}`, 32],
    ['a query', `${MESSAGE}?x=1`, 32],
    ['a body', `${MESSAGE}{}`, 32],
    ['the host', `1700000000000DELETEexternal-api.kalshi.com${path}`, 32],
    ['another instant', MESSAGE.replace('17', '18'), 32],
  ])('does not sign %s', (_what, message, saltLength) => {
    expect(isBy(publicKey, signature(), message, saltLength)).toBe(false);
  });

  it('puts instant, method and path in the order that the client signed', () => {
    const call = signForKalshi(kalshi.credential({ apiKeyId, privateKey: pemIn('pkcs8') }), request, NOW);
    const message = [call.headers.reveal()['KALSHI-ACCESS-TIMESTAMP'], call.method, call.path].join('');
    expect(isBy(createPublicKey(THROWAWAY_PUBLIC_KEY), BY_THE_CLIENT, message)).toBe(true);
    expect(isBy(createPublicKey(THROWAWAY_PUBLIC_KEY), BY_THE_CLIENT, `${message}?x=1`)).toBe(false);
  });

  it('counts every request of a key against one limit', () => {
    const credential = kalshi.credential({ apiKeyId, privateKey: pemIn('pkcs8') });
    const rates = [request, { ...request, method: 'GET', path: '/' } as const].map(
      (of) => signForKalshi(credential, of, NOW).rate,
    );
    expect(rates).toEqual(Array(2).fill({ of: `kalshi ${apiKeyId}`, most: 20, perMs: 1_000 }));
  });

  it('sends three headers and no body', () => {
    const call = signForKalshi(kalshi.credential({ apiKeyId, privateKey: pemIn('pkcs1') }), request, NOW);
    expect(Object.keys(call.headers.reveal()).sort()).toEqual([
      'KALSHI-ACCESS-KEY',
      'KALSHI-ACCESS-SIGNATURE',
      'KALSHI-ACCESS-TIMESTAMP',
    ]);
    expect(call).not.toHaveProperty('body');
  });

  it("sends what Kalshi's own client sends", async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    try {
      const configs: InternalAxiosRequestConfig[] = [];
      // An instance of its own, since the client hangs its signing onto the shared one for good.
      const own = axios.create({
        adapter: async (config) => {
          configs.push(config);
          return { data: '', status: 204, statusText: '', headers: {}, config };
        },
      });
      const configuration = new Configuration({ apiKey: apiKeyId, privateKeyPem: pemIn('pkcs1') });
      await new ApiKeysApi(configuration, undefined, own as unknown as Instance).deleteApiKey(apiKeyId);
      const [theirs] = configs;
      if (!theirs) throw new Error('the client sent nothing');
      const mine = made();
      expect([theirs.method?.toUpperCase(), theirs.url]).toEqual(['DELETE', `https://${request.host}${path}`]);
      for (const name of ['KALSHI-ACCESS-KEY', 'KALSHI-ACCESS-TIMESTAMP'])
        expect(mine[name]).toBe(theirs.headers.get(name));
      expect(isBy(publicKey, String(theirs.headers.get('KALSHI-ACCESS-SIGNATURE')))).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  // The seed of RFC 8032's first test.
  it('signs with an Ed25519 key', () => {
    const der = Buffer.from('MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g', 'base64');
    const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
    const call = signForKalshi(kalshi.credential({ apiKeyId, privateKey: pem.toString() }), request, NOW);
    expect(call.headers.reveal()['KALSHI-ACCESS-SIGNATURE']).toBe(
      'EQD5LGjmBB4FccxD3/lvVRCzUKp5u5FqvpeJKT3GdQgWtyo/h2dGLJwyyfaipGpBi93TjeRhLPWKI0Uhj9/ODw==',
    );
  });
});
