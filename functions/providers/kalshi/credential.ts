import * as z from 'zod';
import type { Credential } from '../../core/provider.ts';
import { Secret } from '../../core/secret.ts';
import { KeyUuid } from '../key-uuid.ts';
import { readPrivateKey } from '../private-key.ts';
import { parseCredential } from '../unreadable.ts';
import { ENVIRONMENTS } from './environments.ts';

/** As it stands in the secret. */
export const Shape = z.strictObject({
  apiKeyId: KeyUuid,
  privateKey: z.string('it must be a string'),
  environment: z.enum(Object.keys(ENVIRONMENTS)).default('prod'),
});

const WANTED = 'an RSA (PKCS#1 or PKCS#8) or Ed25519 private key in PEM';

/**
 * `{ apiKeyId, privateKey, environment? }`.
 *
 * @throws Fault `refused/credential-unreadable`
 */
export const credential = (value: unknown): Credential => {
  const { apiKeyId, privateKey, environment } = parseCredential(Shape, value);
  const pem = readPrivateKey(privateKey, ['rsa', 'ed25519'], WANTED);
  return { environment, keyId: apiKeyId, parts: new Secret({ apiKeyId, privateKey: pem }) };
};
