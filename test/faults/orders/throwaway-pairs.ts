import { generateKeyPairSync } from 'node:crypto';

/** Made once; which key it is matters to no case. */
export const RSA = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const ed25519 = () =>
  generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
export const ED25519 = ed25519();
/** Of somebody else. */
export const OTHER_PAIR = ed25519();
