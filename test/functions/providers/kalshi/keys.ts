import { generateKeyPairSync } from 'node:crypto';
import { kalshi } from '../../../../functions/providers/kalshi/index.ts';
import { identified } from '../ask.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

export const TARGET = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
export const MANAGER = '11111111-2222-3333-4444-555555555555';

/** The credential of a key in an environment. */
export const keyIn = (apiKeyId: string, environment = 'prod') =>
  identified(kalshi.credential({ apiKeyId, privateKey: PEM, environment }));

/** The list of an account's keys. */
export const listOf = (ids: readonly string[], more: object = {}) => ({
  api_keys: ids.map((id) => ({ api_key_id: id, name: 'desk', scopes: ['read', 'write'] })),
  ...more,
});

/** A refusal as most of Kalshi's replies have it. */
export const refusal = (details: string, code = 'authentication_error') => ({
  error: { code, message: 'no', details },
});
