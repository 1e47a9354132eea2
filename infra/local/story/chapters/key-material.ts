import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** Both halves of a throwaway key, as PEM: the private one for a credential, the public one for the provider. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

const generate = promisify(generateKeyPair);
const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;

/** @param type `pkcs1` begins with `BEGIN RSA PRIVATE KEY`, `pkcs8` with `BEGIN PRIVATE KEY` */
export const rsaPair = (type: 'pkcs1' | 'pkcs8'): Promise<KeyPair> =>
  generate('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding: { type, format: 'pem' } });

export const ed25519Pair = (): Promise<KeyPair> =>
  generate('ed25519', { publicKeyEncoding, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });

/** As long as Bybit's. */
export const hmacSecret = (): string => randomBytes(18).toString('hex');

export const bearer = (): string => `rqsty-sk-${randomBytes(32).toString('base64url')}`;
