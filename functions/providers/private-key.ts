import { createPrivateKey, type KeyObject } from 'node:crypto';
import { unreadable } from './unreadable.ts';

/** What a PEM may be instead of a usable private key, and what to do about it. */
const NOT_USABLE: readonly (readonly [RegExp, string])[] = [
  [/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4, *ENCRYPTED/, 'it is encrypted; store the key without a passphrase'],
  [/BEGIN ([A-Z0-9]+ )?PUBLIC KEY/, 'it is a public key; store the private key'],
  [/BEGIN CERTIFICATE/, 'it is a certificate; store the private key'],
];

/** A shorter RSA key cannot even hold a signature with SHA-256. */
const LEAST_BITS = 1_024;

const parse = (pem: string, field: string, wanted: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch {
    throw unreadable(`${field}: it is damaged or not PEM; it must be ${wanted}`); // OpenSSL's own error is not passed on
  }
};

/**
 * Reads a private key in PEM, trimmed, with `\n` written out tolerated.
 *
 * @param types Node's names of the key types that the provider accepts
 * @param wanted the same in words
 * @returns the PEM, ready to sign with
 * @throws Fault `refused/credential-unreadable`
 */
export const readPrivateKey = (text: string, types: readonly string[], wanted: string): string => {
  const field = 'privateKey';
  const pem = text.replace(/\\r/g, '').replace(/\\n/g, '\n').trim();
  const known = NOT_USABLE.find(([pattern]) => pattern.test(pem));
  if (known) throw unreadable(`${field}: ${known[1]}`);
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails } = parse(pem, field, wanted);
  if (!types.includes(asymmetricKeyType))
    throw unreadable(`${field}: its type is ${asymmetricKeyType}; it must be ${wanted}`);
  const bits = asymmetricKeyDetails?.modulusLength ?? LEAST_BITS;
  if (bits < LEAST_BITS) throw unreadable(`${field}: it has ${bits} bits; it must have at least ${LEAST_BITS}`);
  return pem;
};
