import { allSamples, makeSamples } from '../infra/local/story/sample-keys.ts';
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

const hmac = (apiKey: string) => ({ apiKey, apiSecret: `secret-of-${apiKey}-00000000` });

type Name = keyof typeof SECRETS;

const SAMPLES = allSamples();

/** Of keys that people get no sample of. */
const FURTHER: Partial<Readonly<Record<Name, object>>> = {
  rotatedSub: hmac(KEYS.oldSub),
  forgotten: hmac('SUBKEYexample00009'),
};

const credentialOf = (name: Name): object => {
  const found = FURTHER[name] ?? SAMPLES.find(({ stored }) => stored.name === SECRETS[name])?.stored.credential;
  if (found === undefined)
    throw new Error(`Cannot find a credential for ${SECRETS[name]}: there must be a sample of that name`);
  return found;
};

/** The credentials, as they stand in the secrets. */
export const CREDENTIALS = Object.fromEntries(
  (Object.keys(SECRETS) as Name[]).map((name) => [name, credentialOf(name)]),
) as Readonly<Record<Name, object>>;

/** Makes the keys at the providers and, but for those named, their secrets. One secret has been rotated once. */
export const seedKeys = async (
  system: System,
  { without = [] }: { without?: readonly (keyof typeof SECRETS)[] } = {},
): Promise<void> => {
  makeSamples(system.sandboxes);
  for (const key of [KEYS.oldSub, KEYS.newSub]) {
    const subMember = { parent: KEYS.master, subMemberId: '100400346' };
    system.bybit.addSub('mainnet', { ...hmac(key), ...subMember, ips: ['127.0.0.1'] });
  }
  for (const name of Object.keys(SECRETS) as (keyof typeof SECRETS)[]) {
    if (!without.includes(name)) await system.store(SECRETS[name], CREDENTIALS[name]);
  }
  await system.rotate(SECRETS.rotatedSub, hmac(KEYS.newSub));
};

/** The identifiers of the seeded keys that no longer live at their provider, by the sandboxes' own record. */
export const deadKeys = ({ sandboxes }: System): readonly string[] => {
  const further = [KEYS.oldSub, KEYS.newSub].map((keyId) => ({ provider: 'bybit', world: 'mainnet', keyId }) as const);
  return [...SAMPLES, ...further]
    .filter(({ provider, world, keyId }) => !sandboxes[provider].isAlive(world, keyId))
    .map(({ keyId }) => keyId);
};
