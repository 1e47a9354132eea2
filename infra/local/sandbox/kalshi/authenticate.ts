import { constants, createPublicKey, verify } from 'node:crypto';
import type { Arrived, Reply } from '../provider-side.ts';
import type { KalshiKey } from './kalshi-key.ts';
import { nestedError } from './kalshi-reply.ts';

/** RSA-PSS with SHA-256 and a salt of exactly 32 bytes, or plain Ed25519; standard base64. */
const isSignedBy = (publicKey: string, message: Buffer, signature: string): boolean => {
  const bytes = Buffer.from(signature, 'base64');
  const key = createPublicKey(publicKey);
  if (bytes.toString('base64') !== signature) return false;
  if (key.asymmetricKeyType === 'ed25519') return verify(null, message, key, bytes);
  return verify('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, bytes);
};

const refuse = (code: string, details?: string) => ({ refusal: nestedError(401, code, details) });

/**
 * Finds the key that signed timestamp, method and path; neither host, query nor body is signed
 * (docs.kalshi.com/getting_started/quick_start_authenticated_requests).
 *
 * @param toleranceMs how far the timestamp may be from the clock, either way.
 */
export const authenticate = (
  { at, world, method, path, header }: Arrived,
  keys: readonly KalshiKey[],
  toleranceMs: number,
): { readonly signer: KalshiKey } | { readonly refusal: Reply } => {
  const [keyId, signature, timestamp] = ['key', 'signature', 'timestamp'].map((part) =>
    header(`kalshi-access-${part}`),
  );
  if (!keyId) return refuse('api_key_is_missing_from_headers');
  if (!signature) return refuse('signature_is_missing_from_headers');
  if (!timestamp) return refuse('timestamp_is_missing_from_headers');
  if (!/^\d+$/.test(timestamp) || Math.abs(at - Number(timestamp)) > toleranceMs)
    return refuse('header_timestamp_expired');
  const signer = keys.find((key) => key.world === world && key.keyId === keyId);
  if (!signer) return refuse('authentication_error', 'NOT_FOUND');
  if (isSignedBy(signer.publicKey, Buffer.from(timestamp + method + path), signature)) return { signer };
  return refuse('authentication_error', 'INCORRECT_API_KEY_SIGNATURE');
};
