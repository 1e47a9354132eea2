import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { SandboxName } from '../../../infra/local/sandbox/index.ts';
import type { System } from './system.ts';

/** One request with the world that it needs, ready to be sent. */
export interface Arranged {
  readonly request: Readonly<Record<string, unknown>> & { readonly secretId: string };
  readonly provider: SandboxName;
  readonly world: string;
  readonly keyId: string;
  /** Identifier of the key that signs. */
  readonly by: string;
}

export interface OrderRow {
  readonly name: string;
  /** @param n tells the keys of several arrangements in one system apart */
  readonly arrange: (system: System, n?: number) => Promise<Arranged>;
  /** Crossed with faults. @default false */
  readonly isCrossed?: boolean;
}

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8'): string => key.export({ type, format: 'pem' }).toString();
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

// Making an RSA key takes long, so that one serves the whole file.
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const edwards = generateKeyPairSync('ed25519');
const PAIRS = {
  'PKCS#1': { privateKey: pem(rsa.privateKey, 'pkcs1'), publicKey: spki(rsa.publicKey) },
  'PKCS#8': { privateKey: pem(rsa.privateKey, 'pkcs8'), publicKey: spki(rsa.publicKey) },
  Ed25519: { privateKey: pem(edwards.privateKey, 'pkcs8'), publicKey: spki(edwards.publicKey) },
} as const;
export type Pair = keyof typeof PAIRS;
type RsaPair = Exclude<Pair, 'Ed25519'>;

const two = (n: number): string => String(n).padStart(2, '0');
export const uuid = (kind: string, n = 0): string => `${kind.repeat(8).slice(0, 8)}-0000-0000-0000-0000000000${two(n)}`;
export const SUB = '100400345';
const subOf = (n: number): string => String(Number(SUB) + n);
export const MASTER_KEY = 'MASTERexample000001';
export const SUB_KEY = 'SUBKEYexample000001';
const masterKey = (n: number): string => `MASTERexample0000${two(n + 1)}`;
const subKey = (n: number): string => `SUBKEYexample0000${two(n + 1)}`;

const hmac = (apiKey: string) => ({ apiKey, apiSecret: `hmac-of-${apiKey}-0123456789` });
const signs = (apiKey: string, by: 'HMAC' | RsaPair) =>
  by === 'HMAC'
    ? { seed: hmac(apiKey), credential: hmac(apiKey) }
    : {
        seed: { apiKey, publicKey: PAIRS[by].publicKey },
        credential: { apiKey, privateKey: PAIRS[by].privateKey },
      };

export interface BybitOptions {
  readonly n?: number;
  readonly by?: 'HMAC' | RsaPair;
  readonly world?: string;
  readonly environment?: string;
}

/** A master account with one key, stored. */
export const master = async (
  system: System,
  { n = 0, by = 'HMAC', world = 'mainnet', environment }: BybitOptions = {},
): Promise<{ readonly secretId: string; readonly apiKey: string }> => {
  const apiKey = masterKey(n);
  const { seed, credential } = signs(apiKey, by);
  system.bybit.addMaster(world, seed);
  const stored = environment ? { ...credential, environment } : credential;
  return { apiKey, secretId: await system.store(`key-revoker/bybit/master-${n}`, stored) };
};

/** A sub key of that master, in a sub account of its own, stored. */
export const sub = async (
  system: System,
  parent: string,
  { n = 0, by = 'HMAC', world = 'mainnet', environment }: BybitOptions = {},
): Promise<{ readonly secretId: string; readonly apiKey: string; readonly subMemberId: string }> => {
  const apiKey = subKey(n);
  const subMemberId = subOf(n);
  const { seed, credential } = signs(apiKey, by);
  system.bybit.addSub(world, { ...seed, parent, subMemberId });
  const stored = environment ? { ...credential, environment } : credential;
  return { apiKey, subMemberId, secretId: await system.store(`key-revoker/bybit/sub-${n}`, stored) };
};

const ofMaster =
  (fields: Readonly<Record<string, unknown>>, by: 'HMAC' | RsaPair = 'HMAC') =>
  async (system: System, n = 0): Promise<Arranged> => {
    const { secretId, apiKey } = await master(system, { n, by });
    const request = { provider: 'bybit', target: 'self', secretId, ...fields };
    return { provider: 'bybit', world: 'mainnet', keyId: apiKey, by: apiKey, request };
  };

const ofSub =
  (fields: Readonly<Record<string, unknown>>, by: 'HMAC' | RsaPair = 'HMAC') =>
  async (system: System, n = 0): Promise<Arranged> => {
    const parent = await master(system, { n });
    const { secretId, apiKey } = await sub(system, parent.apiKey, { n, by });
    const request = { provider: 'bybit', target: 'self', secretId, ...fields };
    return { provider: 'bybit', world: 'mainnet', keyId: apiKey, by: apiKey, request };
  };

type SubTarget = (found: { secretId: string; apiKey: string; subMemberId: string }) => object;

const ofSubByMaster =
  (
    target: SubTarget,
    fields: Readonly<Record<string, unknown>> = { operation: 'delete-sub-key' },
    by: 'HMAC' | RsaPair = 'HMAC',
  ) =>
  async (system: System, n = 0): Promise<Arranged> => {
    const parent = await master(system, { n, by });
    const found = await sub(system, parent.apiKey, { n });
    const request = { provider: 'bybit', secretId: parent.secretId, target: target(found), ...fields };
    return { provider: 'bybit', world: 'mainnet', keyId: found.apiKey, by: parent.apiKey, request };
  };

/** A Kalshi user with a managing key and a target, both stored. */
export const kalshiUser = async (system: System, pair: Pair = 'Ed25519', n = 0, world: 'prod' | 'demo' = 'prod') => {
  const { privateKey, publicKey } = PAIRS[pair];
  const managing = uuid('a', n);
  const target = uuid('b', n);
  const keys = [
    { apiKeyId: managing, publicKey },
    { apiKeyId: target, publicKey },
  ];
  system.kalshi.addAccount(world, { keys });
  return {
    managing,
    target,
    managingSecret: await system.store(`key-revoker/kalshi/managing-${n}`, {
      apiKeyId: managing,
      privateKey,
      environment: world,
    }),
    targetSecret: await system.store(`key-revoker/kalshi/target-${n}`, {
      apiKeyId: target,
      privateKey,
      environment: world,
    }),
  };
};

const kalshiInCapitals = async (system: System, n = 0): Promise<Arranged> => {
  const user = await kalshiUser(system, 'PKCS#1', n);
  const target = { apiKeyId: user.target.toUpperCase() };
  const request = { provider: 'kalshi', operation: 'delete-key', secretId: user.managingSecret, target };
  return { provider: 'kalshi', world: 'prod', keyId: user.target, by: user.managing, request };
};

/** A Requesty organisation with a managing key and a target, both stored. */
export const requestyOrganisation = async (system: System, n = 0) => {
  const managing = uuid('c', n);
  const target = uuid('d', n);
  const bearer = (id: string) => `rqsty-sk-of-${id}`;
  const permissions = { manage: 'write', completions: 'write' } as const;
  system.requesty.addOrganisation('prod', {
    keys: [managing, target].map((id) => ({ id, secret: bearer(id), permissions })),
  });
  return {
    managing,
    target,
    managingSecret: await system.store(`key-revoker/requesty/managing-${n}`, { apiKey: bearer(managing) }),
    targetSecret: await system.store(`key-revoker/requesty/target-${n}`, { apiKey: bearer(target) }),
  };
};

/** Ways to name a target that only one provider has. */
export const PARTICULAR_DELETIONS: readonly OrderRow[] = [
  {
    name: 'bybit/delete-sub-key by its master, named by secret, version and sub account',
    arrange: ofSubByMaster(({ secretId, subMemberId }) => ({ secretId, subMemberId, secretVersion: 'AWSCURRENT' })),
  },
  { name: 'kalshi/delete-key by a managing key, id in capitals', arrange: kalshiInCapitals },
];

const SETTINGS = { readOnly: 1, permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] } };

/** Every restriction with each of its signers; each asks for `readOnly` and for two groups of those that the key has. */
export const RESTRICTIONS: readonly OrderRow[] = [
  {
    name: 'bybit/update-master-key by itself',
    isCrossed: true,
    arrange: ofMaster({ operation: 'update-master-key', settings: SETTINGS }),
  },
  {
    name: 'bybit/update-master-key by itself, RSA PKCS#8',
    arrange: ofMaster({ operation: 'update-master-key', settings: SETTINGS }, 'PKCS#8'),
  },
  { name: 'bybit/update-sub-key by itself', arrange: ofSub({ operation: 'update-sub-key', settings: SETTINGS }) },
  {
    name: 'bybit/update-sub-key by its master',
    isCrossed: true,
    arrange: ofSubByMaster(({ apiKey, subMemberId }) => ({ apiKey, subMemberId }), {
      operation: 'update-sub-key',
      settings: SETTINGS,
    }),
  },
  {
    name: 'bybit/update-sub-key by its master, named by its secret',
    arrange: ofSubByMaster(({ secretId }) => ({ secretId }), { operation: 'update-sub-key', settings: SETTINGS }),
  },
];
