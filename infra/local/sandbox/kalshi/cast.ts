import type { Account, Cast, Kind, Member, Sample, SpecialPart, StoryPart } from '../cast.ts';
import { ed25519Pair, type KeyPair, rsaPair, rsaPairPkcs1 } from '../key-pairs.ts';
import { NAMES_ITSELF } from '../parts.ts';
import { uuidsBehind } from '../uuid.ts';
import type { KalshiSandbox } from './start-kalshi.ts';

const WORLD = 'prod';

const uuid = uuidsBehind('a952bcbe-ec3b-4b5b-b8f');

const pairFor = (signing: string): KeyPair => {
  if (signing === 'Ed25519') return ed25519Pair();
  return signing === 'RSA PKCS#1' ? rsaPairPkcs1() : rsaPair();
};

const account = (sandbox: KalshiSandbox, number: number): Account => {
  const add = (apiKeyId: string, { signing = 'Ed25519', lacks = false, world = WORLD }: Kind): Member => {
    const { publicKey, privateKey } = pairFor(signing);
    const scopes = lacks ? { scopes: ['read'] } : {};
    sandbox.addAccount(world, { userId: `account-${number}`, keys: [{ apiKeyId, publicKey, ...scopes }] });
    const environment = world === WORLD ? {} : { environment: world };
    return {
      keyId: apiKeyId,
      world,
      credential: { apiKeyId, privateKey, ...environment },
      named: { apiKeyId },
      located: { apiKeyId },
    };
  };
  return {
    managing: (n, kind = {}) => add(uuid(2, number, n), kind),
    key: (n, kind = {}) => add(uuid(1, number, n), kind),
    nobody: (n) => ({ apiKeyId: uuid(0, number, n) }),
  };
};

const SELF = { operation: 'delete-key', by: 'self', target: 'self' } as const;

const special: readonly SpecialPart[] = [
  { ...SELF, special: 'RSA', kind: { signing: 'RSA' }, isCostly: true },
  { operation: 'delete-key', ...NAMES_ITSELF },
];

const story: readonly StoryPart[] = [
  { ...SELF, special: 'RSA-PSS (PKCS#1)', kind: { signing: 'RSA PKCS#1' } },
  { ...SELF, special: 'Ed25519, expiry tag', comes: { expiresInMs: 4_000 } },
  { operation: 'delete-key', by: 'managing', target: 'located', special: 'Ed25519' },
];

const samples = (): readonly Sample<KalshiSandbox>[] => {
  const sample = (
    name: string,
    what: string,
    apiKeyId: string,
    { publicKey, privateKey }: KeyPair,
  ): Sample<KalshiSandbox> => ({
    ...{ name, what, keyId: apiKeyId, world: WORLD, credential: { apiKeyId, privateKey } },
    put: (sandbox) => void sandbox.addAccount(WORLD, { userId: 'samples', keys: [{ apiKeyId, publicKey }] }),
  });
  return [
    sample('management', 'managing key, Ed25519', '0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10', ed25519Pair()),
    sample('bot', 'key that it manages, RSA', 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c', rsaPairPkcs1()),
  ];
};

export const cast: Cast<KalshiSandbox> = {
  world: WORLD,
  operations: {
    'delete-key': { kind: 'delete', of: 'key', signers: ['self', 'managing'], needsPermission: true },
  },
  manager: 'a managing key',
  signing: ['Ed25519', 'RSA', 'RSA PKCS#1'],
  callMethod: 'DELETE',
  siblings: 1,
  special,
  story,
  unknownKey: {
    kind: 'reply',
    status: 401,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      error: { code: 'authentication_error', message: 'authentication error', details: 'NOT_FOUND', service: 'users' },
    }),
  },
  isTimed: true,
  isSlow: true,
  // 200 tokens a second, of which every request about keys costs 10.
  rates: [{ of: 'account', most: 20, perMs: 1_000, name: (_exchange, holder) => holder }],
  account,
  samples,
};
