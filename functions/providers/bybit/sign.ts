import { createHash, createHmac, sign } from 'node:crypto';
import type { EpochMs } from '../../core/epoch.ts';
import type { Credential, HttpCall } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';

/** How long after its timestamp Bybit accepts a request, in milliseconds. */
export const RECEIVE_WINDOW_MS = 5_000;

/** Calls in a second, by account and endpoint: https://bybit-exchange.github.io/docs/v5/rate-limit */
const MOST = { GET: 10, POST: 5 };

/** One request before it is signed: a query for GET, a body for POST. */
export interface Unsigned {
  readonly host: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query?: string;
  readonly body?: string;
}

/** Lower-case hex for an HMAC key; base64 of RSASSA-PKCS1-v1_5 (not PSS) for an RSA key. */
const signatureOf = (message: string, { apiSecret, privateKey }: Readonly<Record<string, string>>): string =>
  privateKey === undefined
    ? createHmac('sha256', apiSecret ?? '')
        .update(message)
        .digest('hex')
    : sign('sha256', Buffer.from(message), privateKey).toString('base64');

/**
 * Signs timestamp, key, window and query or body, but not method, host or path.
 * https://bybit-exchange.github.io/docs/v5/guide#authentication
 */
export const signForBybit = ({ parts }: Credential, { host, path, query, body }: Unsigned, now: EpochMs): HttpCall => {
  const secret = parts.reveal();
  const { apiKey = '' } = secret;
  const timestamp = String(now);
  const window = String(RECEIVE_WINDOW_MS);
  const headers = {
    'X-BAPI-API-KEY': apiKey,
    'X-BAPI-TIMESTAMP': timestamp,
    'X-BAPI-RECV-WINDOW': window,
    'X-BAPI-SIGN-TYPE': '2',
    'X-BAPI-SIGN': signatureOf(`${timestamp}${apiKey}${window}${body ?? query ?? ''}`, secret),
    // Bybit answers a GET with an empty JSON body with 403. So a GET has no Content-Type.
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  return {
    method,
    changes: method === 'POST',
    provider: 'bybit',
    host,
    path: query ? `${path}?${query}` : path,
    headers: new Secret(headers),
    // The ledger counts under this name, also before Bybit has named the key.
    rate: {
      of: `bybit ${createHash('sha256').update(apiKey).digest('hex')} ${path}`,
      most: MOST[method],
      perMs: 1_000,
    },
    ...(body === undefined ? {} : { body }),
  };
};
