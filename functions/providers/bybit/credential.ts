import * as z from 'zod';
import type { Credential } from '../../core/provider.ts';
import { isNotKnownToken } from '../../core/request/secret-scan.ts';
import { Secret } from '../../core/secret.ts';
import { readPrivateKey } from '../private-key.ts';
import { hiddenText, NOT_OURS, parseCredential, unreadable } from '../unreadable.ts';
import { ENVIRONMENTS } from './environments.ts';

/** An identifier. It goes into a JSON body, so it must not hold characters that could change the body. */
export const BybitKey = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'it must be 1 to 128 letters, digits, - and _');

/** As it stands in the secret. */
export const Shape = z
  .strictObject({
    // It is sent to every host of Bybit, and kept.
    apiKey: BybitKey.refine(isNotKnownToken, NOT_OURS),
    apiSecret: hiddenText.optional(),
    privateKey: z.string('it must be a string').optional(),
    environment: z.enum(Object.keys(ENVIRONMENTS)).default('mainnet'),
  })
  .meta({ oneOf: [{ required: ['apiSecret'] }, { required: ['privateKey'] }] });

/** Identifiers have 18 characters on Bybit's pages, and their secrets 36. No page says that they always do. */
const SHORTEST_IDENTIFIER = 16;

/** Whether the lengths tell an identifier from its secret. A private key tells by its form. If they do not, Bybit has to name the key. */
const isTold = (apiKey: string, apiSecret: string | undefined): boolean =>
  apiSecret === undefined || (apiKey.length >= SHORTEST_IDENTIFIER && apiSecret.length >= 2 * apiKey.length);

/**
 * `{ apiKey, apiSecret | privateKey, environment? }`: an HMAC secret, or an RSA key in PEM (PKCS#1 or PKCS#8).
 *
 * @throws Fault `refused/credential-unreadable`
 */
export const credential = (value: unknown): Credential => {
  const { apiKey, apiSecret, privateKey, environment } = parseCredential(Shape, value);
  if ((apiSecret === undefined) === (privateKey === undefined))
    throw unreadable('it must have exactly one of apiSecret (HMAC) and privateKey (RSA)');
  // The identifier goes into the ledger, into receipts and over the wire: a secret in its place would leak.
  if (apiKey === apiSecret) throw unreadable('apiKey and apiSecret are the same text');
  if (apiSecret !== undefined && apiKey.length > apiSecret.length)
    throw unreadable('apiKey is longer than apiSecret: perhaps they are swapped');
  const secret: Readonly<Record<string, string>> =
    privateKey === undefined
      ? { apiSecret: apiSecret ?? '' }
      : { privateKey: readPrivateKey(privateKey, ['rsa'], 'an RSA private key in PEM, PKCS#1 or PKCS#8') };
  const parts = new Secret({ apiKey, ...secret });
  return isTold(apiKey, apiSecret)
    ? { environment, keyId: apiKey, parts }
    : { environment, keyId: undefined, claimedId: new Secret(apiKey), parts };
};
