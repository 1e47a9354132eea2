import { constants, createPrivateKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { kalshi } from '../../../../functions/providers/kalshi/index.ts';
import { signed } from '../../../../functions/providers/kalshi/sign.ts';
import { NOW } from '../ask.ts';

const apiKeyId = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const request = {
  method: 'DELETE',
  host: 'external-api.kalshi.com',
  path: `/trade-api/v2/api_keys/${apiKeyId}`,
} as const;
const MESSAGE = `1700000000000DELETE/trade-api/v2/api_keys/${apiKeyId}`;

describe('signed', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

  it.each(['pkcs1', 'pkcs8'] as const)('signs with an RSA key in %s by PSS, its salt as long as the digest', (type) => {
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    const call = signed(kalshi.credential({ apiKeyId, privateKey: pem }), request, NOW);
    const headers = call.headers.reveal();
    const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING };
    const signature = Buffer.from(headers['KALSHI-ACCESS-SIGNATURE'] ?? '', 'base64');
    const isBy = (message: string, saltLength: number) =>
      verify('sha256', Buffer.from(message), { ...pss, saltLength }, signature);
    expect(isBy(MESSAGE, 32)).toBe(true);
    expect(isBy(MESSAGE, 222)).toBe(false);
    expect(headers).toMatchObject({ 'KALSHI-ACCESS-KEY': apiKeyId, 'KALSHI-ACCESS-TIMESTAMP': '1700000000000' });
    expect(call).not.toHaveProperty('body');
  });

  // The seed of RFC 8032's first test.
  it('signs with an Ed25519 key', () => {
    const der = Buffer.from('MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g', 'base64');
    const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
    const call = signed(kalshi.credential({ apiKeyId, privateKey: pem.toString() }), request, NOW);
    expect(call.headers.reveal()['KALSHI-ACCESS-SIGNATURE']).toBe(
      'EQD5LGjmBB4FccxD3/lvVRCzUKp5u5FqvpeJKT3GdQgWtyo/h2dGLJwyyfaipGpBi93TjeRhLPWKI0Uhj9/ODw==',
    );
  });
});
