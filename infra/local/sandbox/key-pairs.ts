import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

/** Both halves of a throwaway key, as PEM: the private one for a credential, the public one for the provider. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;

const once = (make: () => KeyPair): (() => KeyPair) => {
  let made: KeyPair | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** Made once in a process: making it takes long, and which key it is matters to nothing. Begins with `BEGIN PRIVATE KEY`. */
export const rsaPair = once(() =>
  generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding }),
);

/** The same pair; begins with `BEGIN RSA PRIVATE KEY`. */
export const rsaPairPkcs1 = once(() => {
  const { privateKey, publicKey } = rsaPair();
  return { publicKey, privateKey: createPrivateKey(privateKey).export({ type: 'pkcs1', format: 'pem' }).toString() };
});

const ed25519 = (): KeyPair => generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding });

export const ed25519Pair = once(ed25519);
/** Of another key. */
export const otherPair = once(ed25519);
