import { createPrivateKey, type KeyObject } from 'node:crypto';
import { unreadable } from './unreadable.ts';

/** What a PEM may be instead of a usable private key, and what to do about it. */
const NOT_USABLE: readonly (readonly [RegExp, string])[] = [
  [/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: *4, *ENCRYPTED/, 'it is encrypted; store the key without a passphrase'],
  [/BEGIN OPENSSH PRIVATE KEY/, 'it has the form of OpenSSH; convert it to PEM, for example with ssh-keygen -p -m PEM'],
];
/** The same of a text without a private key. */
const NOT_PRIVATE: readonly (readonly [RegExp, string])[] = [
  [/BEGIN ([A-Z0-9]+ )?PUBLIC KEY|^\s*(ssh-|ecdsa-)\S+ AAAA/, 'it is a public key; store the private key'],
  [/BEGIN (NEW )?CERTIFICATE REQUEST/, 'it is a certificate request; store the private key'],
  [/BEGIN CERTIFICATE/, 'it is a certificate; store the private key'],
];

/** A shorter RSA key cannot even hold a signature with SHA-256. */
const LEAST_BITS = 1_024;

const BLOCK = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]*)-----END \1-----/g;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** White space, blanks of no width, and the names of white space as text: JSON inside JSON has several backslashes. */
const SPACE = /[\s\u200B-\u200D\u2060]|\\+[rnt]/g;

const unpacked = (text: string): string => text.replace(SPACE, '');

/** A text without a PEM in it may be a PEM or a bare PKCS#8 key in base64. */
const pemIn = (text: string): string => {
  const bare = unpacked(text);
  if (text.includes('-----BEGIN') || !BASE64.test(bare)) return text;
  const inner = Buffer.from(bare, 'base64').toString('latin1');
  return inner.includes('-----BEGIN') ? inner : `-----BEGIN PRIVATE KEY-----${bare}-----END PRIVATE KEY-----`;
};

/** The one private key in a text, with the line breaks that PEM has. White space is no information: it may be lost, doubled or written out. */
const rebuilt = (text: string, damaged: string): string => {
  const pem = pemIn(text);
  const reasonIn = (known: typeof NOT_USABLE): string | undefined => known.find(([pattern]) => pattern.test(pem))?.[1];
  const blocks = [...pem.matchAll(BLOCK)];
  const reason = reasonIn(NOT_USABLE) ?? (blocks.length === 0 ? reasonIn(NOT_PRIVATE) : undefined);
  if (reason !== undefined) throw unreadable(`privateKey: ${reason}`);
  if (blocks.length > 1) throw unreadable(`privateKey: it has ${blocks.length} private keys; store one`);
  const [, label = '', body = ''] = blocks[0] ?? [];
  const bare = unpacked(body);
  if (!BASE64.test(bare)) throw unreadable(damaged);
  return `-----BEGIN ${label}-----\n${bare.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;
};

const parse = (pem: string, damaged: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch {
    throw unreadable(damaged); // OpenSSL's own error is not passed on
  }
};

/**
 * Reads a private key: PEM with any white space, also written out as `\n`, the same in base64, or a bare PKCS#8 key in base64.
 *
 * @param types Node's names of the key types that the provider accepts
 * @param wanted the same in words
 * @returns the PEM, ready to sign with
 * @throws Fault `refused/credential-unreadable`
 */
export const readPrivateKey = (text: string, types: readonly string[], wanted: string): string => {
  const damaged = `privateKey: it is damaged or not PEM; it must be ${wanted}`;
  const pem = rebuilt(text, damaged);
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails } = parse(pem, damaged);
  if (!types.includes(asymmetricKeyType))
    throw unreadable(`privateKey: its type is ${asymmetricKeyType}; it must be ${wanted}`);
  const bits = asymmetricKeyDetails?.modulusLength ?? LEAST_BITS;
  if (bits < LEAST_BITS) throw unreadable(`privateKey: it has ${bits} bits; it must have at least ${LEAST_BITS}`);
  return pem;
};
