import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { EpochMs } from '../../core/epoch.ts';
import type { Credential, HttpCall } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';

/** The salt is as long as the digest, 32 bytes, as in Kalshi's own client. */
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/**
 * The lowest tier: 200 tokens a second. Each request costs 10.
 * https://docs.kalshi.com/getting_started/rate_limits
 */
const RATE = { most: 20, perMs: 1_000 };

const signatureOf = (message: Buffer, key: KeyObject): Buffer =>
  key.asymmetricKeyType === 'ed25519' ? sign(null, message, key) : sign('sha256', message, { key, ...PSS });

/**
 * Signs timestamp, method and the whole path, but not host, query or body. No request here has a query or a body.
 * https://docs.kalshi.com/getting_started/quick_start_authenticated_requests
 */
export const signForKalshi = (
  { parts }: Credential,
  { method, changes, host, path }: Pick<HttpCall, 'method' | 'changes' | 'host' | 'path'>,
  now: EpochMs,
): HttpCall => {
  const { apiKeyId = '', privateKey = '' } = parts.reveal();
  const timestamp = String(now);
  const signature = signatureOf(Buffer.from(`${timestamp}${method}${path}`), createPrivateKey(privateKey));
  const headers = {
    'KALSHI-ACCESS-KEY': apiKeyId,
    'KALSHI-ACCESS-TIMESTAMP': timestamp,
    'KALSHI-ACCESS-SIGNATURE': signature.toString('base64'),
  };
  const rate = { of: `kalshi ${apiKeyId}`, ...RATE };
  return { method, changes, provider: 'kalshi', host, path, headers: new Secret(headers), rate };
};
