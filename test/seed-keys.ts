import { generateKeyPairSync } from 'node:crypto';
import type { System } from './whole/system/system.ts';

/** The names of the secrets that the samples in `events/` and the README's commands are about. */
export const SECRETS = {
  master: 'key-revoker/bybit/desk-7-master',
  sub: 'key-revoker/bybit/desk-7-bot',
  rsaMaster: 'key-revoker/bybit/desk-8-master',
  rotatedSub: 'key-revoker/bybit/desk-9-bot',
  forgotten: 'key-revoker/bybit/forgotten',
  kalshiManager: 'key-revoker/kalshi/management',
  kalshiKey: 'key-revoker/kalshi/bot',
  requestyManager: 'key-revoker/requesty/management',
  requestyKey: 'key-revoker/requesty/pipeline',
  requestySecondManager: 'key-revoker/requesty/release',
} as const;

/** The identifiers of the same keys at their providers. */
export const KEYS = {
  master: 'MASTERexample00001',
  sub: 'SUBKEYexample00001',
  rsaMaster: 'MASTERexample00002',
  oldSub: 'SUBKEYexample00002',
  newSub: 'SUBKEYexample00003',
  kalshiManager: '0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10',
  kalshiKey: 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c',
  requestyManager: '7b0e6c1d-2f44-4b0e-9d7a-94c1f0a5d302',
  requestyKey: '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a01',
  requestySecondManager: 'e1a9c7b4-0d56-4f0c-8a8e-2f6d3b1c5e03',
} as const;

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const ed25519 = () =>
  generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const [managerPair, keyPair] = [ed25519(), ed25519()];

const hmac = (apiKey: string) => ({ apiKey, apiSecret: `secret-of-${apiKey}-00000000` });

const bearer = (name: keyof typeof KEYS): string => `rqsty-sk-${name}`;

/** The credentials, as they stand in the secrets. */
export const CREDENTIALS: Readonly<Record<keyof typeof SECRETS, object>> = {
  master: hmac(KEYS.master),
  sub: hmac(KEYS.sub),
  rsaMaster: { apiKey: KEYS.rsaMaster, privateKey: rsa.privateKey },
  rotatedSub: hmac(KEYS.oldSub),
  forgotten: hmac('SUBKEYexample00009'),
  kalshiManager: { apiKeyId: KEYS.kalshiManager, privateKey: managerPair.privateKey },
  kalshiKey: { apiKeyId: KEYS.kalshiKey, privateKey: keyPair.privateKey },
  requestyManager: { apiKey: bearer('requestyManager') },
  requestyKey: { apiKey: bearer('requestyKey') },
  requestySecondManager: { apiKey: bearer('requestySecondManager') },
};

const seedBybit = ({ bybit }: System): void => {
  bybit.addMaster('mainnet', hmac(KEYS.master));
  bybit.addMaster('mainnet', { apiKey: KEYS.rsaMaster, publicKey: rsa.publicKey });
  const parent = KEYS.master;
  const ips = ['203.0.113.10', '203.0.113.11', '127.0.0.1'];
  bybit.addSub('mainnet', { ...hmac(KEYS.sub), parent, subMemberId: '100400345', ips });
  for (const key of [KEYS.oldSub, KEYS.newSub]) {
    bybit.addSub('mainnet', { ...hmac(key), parent, subMemberId: '100400346', ips: ['127.0.0.1'] });
  }
};

const seedOthers = ({ kalshi, requesty }: System): void => {
  const keys = [
    { apiKeyId: KEYS.kalshiManager, publicKey: managerPair.publicKey },
    { apiKeyId: KEYS.kalshiKey, publicKey: keyPair.publicKey },
  ];
  kalshi.addAccount('prod', { keys });
  const manages = { permissions: { manage: 'write', completions: 'none' } } as const;
  requesty.addOrganisation('prod', {
    keys: [
      { id: KEYS.requestyManager, secret: bearer('requestyManager'), ...manages },
      { id: KEYS.requestySecondManager, secret: bearer('requestySecondManager'), ...manages },
      { id: KEYS.requestyKey, secret: bearer('requestyKey') },
    ],
  });
};

/** Makes the keys at the providers and, but for those named, their secrets. One secret has been rotated once. */
export const seedKeys = async (
  system: System,
  { without = [] }: { without?: readonly (keyof typeof SECRETS)[] } = {},
): Promise<void> => {
  seedBybit(system);
  seedOthers(system);
  for (const name of Object.keys(SECRETS) as (keyof typeof SECRETS)[]) {
    if (!without.includes(name)) await system.store(SECRETS[name], CREDENTIALS[name]);
  }
  await system.rotate(SECRETS.rotatedSub, hmac(KEYS.newSub));
};

/** The identifiers of the seeded keys that no longer live at their provider, by the sandboxes' own record. */
export const deadKeys = ({ bybit, kalshi, requesty }: System): readonly string[] => {
  const isDead = (key: string): boolean => {
    if (/^[A-Z]/.test(key)) return !bybit.isAlive('mainnet', key);
    const isKalshi = key === KEYS.kalshiManager || key === KEYS.kalshiKey;
    return isKalshi ? !kalshi.isAlive('prod', key) : !requesty.isAlive('prod', key);
  };
  return Object.values(KEYS).filter(isDead);
};
