import type { Fixture, Key, StoredSecret } from '../fixture.ts';

/** One operation by one kind of signer, with the keys and secrets that it needs. */
export interface Way {
  readonly name: string;
  readonly kind: 'deletes' | 'updates';
  readonly request: Readonly<Record<string, unknown>>;
  readonly keys: readonly Key[];
  readonly target: string;
  /** Keys that other requests of the same state may touch. */
  readonly alsoTargets?: readonly string[];
  readonly signer: string;
  readonly secrets: Fixture['secrets'];
  /** Exchanges that ask whose key is in a secret, before the first probe. */
  readonly identifies: number;
}

const MASTER = 'MASTERexample00001';
const SUB = 'SUBKEYexample00001';
const SUB_MEMBER = '100400345';
export const ACCOUNT = 200_000_001;
const MASTER_SECRET = 'key-revoker/bybit/master';
const SUB_SECRET = 'key-revoker/bybit/sub';
const KALSHI_MANAGER = '0c3dcb5e-7c9f-4c54-9a2e-5e8d1b7f6a10';
const KALSHI_KEY = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';
const KALSHI_NEXT = 'a952bcbe-ec3b-4b5b-b8f9-11dae5896000';
const REQUESTY_MANAGER = '7b0e6c1d-2f44-4b0e-9d7a-94c1f0a5d302';
const REQUESTY_KEY = '3f8f0a52-51a5-4d3c-8a57-6b1f4b3f2a01';

export const hmac = (apiKey: string) => ({ apiKey, apiSecret: `<hmac of ${apiKey}>` });
export const pair = (apiKeyId: string) => ({ apiKeyId, privateKey: '<private key>' });
export const bearer = (id: string) => ({ apiKey: `<bearer of ${id}>` });
export const one = (credential: Readonly<Record<string, string>>): StoredSecret => ({ versions: [credential] });

export const masterKey = (fields = {}): Key => ({
  provider: 'bybit',
  world: 'mainnet',
  id: MASTER,
  account: ACCOUNT,
  permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] },
  ...fields,
});
const subKey = (fields = {}): Key => ({
  provider: 'bybit',
  world: 'mainnet',
  id: SUB,
  parent: MASTER,
  subMemberId: SUB_MEMBER,
  permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] },
  ...fields,
});
export const kalshiKey = (id: string, fields = {}): Key => ({
  provider: 'kalshi',
  world: 'prod',
  id,
  account: 'user-1',
  ...fields,
});
const requestyKey = (id: string, manage: 'none' | 'write'): Key => ({
  provider: 'requesty',
  world: 'prod',
  id,
  account: 'organisation-1',
  manage,
});

const NARROW = { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] } };

export const MASTER_BY_ITSELF: Way = {
  name: 'bybit/delete-master-key by itself',
  kind: 'deletes',
  request: {
    provider: 'bybit',
    operation: 'delete-master-key',
    secretId: MASTER_SECRET,
    target: 'self',
    reason: 'leaked',
    reference: 'INC-2041',
  },
  keys: [masterKey()],
  target: MASTER,
  signer: MASTER,
  secrets: { [MASTER_SECRET]: one(hmac(MASTER)) },
  identifies: 0,
};

export const SUB_BY_MASTER: Way = {
  name: 'bybit/delete-sub-key by its master',
  kind: 'deletes',
  request: {
    version: 1,
    provider: 'bybit',
    operation: 'delete-sub-key',
    secretId: MASTER_SECRET,
    target: { apiKey: SUB, subMemberId: SUB_MEMBER },
    reason: 'manual',
    requestedBy: 'arn:aws:iam::123456789012:role/secops',
  },
  keys: [masterKey(), subKey()],
  target: SUB,
  signer: MASTER,
  secrets: { [MASTER_SECRET]: one(hmac(MASTER)), [SUB_SECRET]: one(hmac(SUB)) },
  identifies: 0,
};

export const SUB_IN_SECRET: Way = {
  ...SUB_BY_MASTER,
  name: 'bybit/delete-sub-key by its master, with its secret',
  request: {
    provider: 'bybit',
    operation: 'delete-sub-key',
    secretId: MASTER_SECRET,
    target: { secretId: SUB_SECRET },
    reason: 'incident',
  },
};

export const SUB_SEARCHED: Way = {
  ...SUB_BY_MASTER,
  name: 'bybit/delete-sub-key by its master, account not named',
  request: {
    provider: 'bybit',
    operation: 'delete-sub-key',
    secretId: MASTER_SECRET,
    target: { apiKey: SUB },
    reason: 'offboarded',
  },
};

export const SUB_UPDATE: Way = {
  ...SUB_BY_MASTER,
  name: 'bybit/update-sub-key by its master',
  kind: 'updates',
  request: {
    provider: 'bybit',
    operation: 'update-sub-key',
    secretId: MASTER_SECRET,
    target: { apiKey: SUB, subMemberId: SUB_MEMBER },
    settings: NARROW,
    reason: 'manual',
  },
};

export const MASTER_UPDATE: Way = {
  ...MASTER_BY_ITSELF,
  name: 'bybit/update-master-key by itself',
  kind: 'updates',
  request: {
    provider: 'bybit',
    operation: 'update-master-key',
    secretId: MASTER_SECRET,
    target: 'self',
    settings: NARROW,
    reason: 'leaked',
  },
};

export const KALSHI_BY_ITSELF: Way = {
  name: 'kalshi/delete-key by itself',
  kind: 'deletes',
  request: {
    provider: 'kalshi',
    operation: 'delete-key',
    secretId: 'key-revoker/kalshi/key',
    target: 'self',
    reason: 'leaked',
    expectedEnvironment: 'prod',
  },
  keys: [kalshiKey(KALSHI_MANAGER), kalshiKey(KALSHI_KEY)],
  target: KALSHI_KEY,
  signer: KALSHI_KEY,
  secrets: { 'key-revoker/kalshi/key': one(pair(KALSHI_KEY)) },
  identifies: 0,
};

/** After a rotation: the key that has to die is in the version before. */
export const KALSHI_ROTATED: Way = {
  name: 'kalshi/delete-key by a managing key, with its secret',
  kind: 'deletes',
  request: {
    provider: 'kalshi',
    operation: 'delete-key',
    secretId: 'key-revoker/kalshi/manager',
    target: { secretId: 'key-revoker/kalshi/key', secretVersion: 'AWSPREVIOUS' },
    reason: 'rotated',
  },
  keys: [kalshiKey(KALSHI_MANAGER), kalshiKey(KALSHI_KEY), kalshiKey(KALSHI_NEXT)],
  target: KALSHI_KEY,
  signer: KALSHI_MANAGER,
  secrets: {
    'key-revoker/kalshi/manager': one(pair(KALSHI_MANAGER)),
    'key-revoker/kalshi/key': { versions: [pair(KALSHI_KEY), pair(KALSHI_NEXT)] },
  },
  identifies: 0,
};

export const REQUESTY_BY_ITSELF: Way = {
  name: 'requesty/delete-key by itself',
  kind: 'deletes',
  request: {
    provider: 'requesty',
    operation: 'delete-key',
    secretId: 'key-revoker/requesty/key',
    target: 'self',
    reason: 'offboarded',
  },
  keys: [requestyKey(REQUESTY_MANAGER, 'write'), requestyKey(REQUESTY_KEY, 'write')],
  target: REQUESTY_KEY,
  signer: REQUESTY_KEY,
  secrets: { 'key-revoker/requesty/key': one(bearer(REQUESTY_KEY)) },
  identifies: 1,
};

export const REQUESTY_BY_MANAGER: Way = {
  name: 'requesty/delete-key by a managing key',
  kind: 'deletes',
  request: {
    provider: 'requesty',
    operation: 'delete-key',
    secretId: 'key-revoker/requesty/manager',
    target: { apiKeyId: REQUESTY_KEY },
    reason: 'incident',
  },
  keys: [requestyKey(REQUESTY_MANAGER, 'write'), requestyKey(REQUESTY_KEY, 'none')],
  target: REQUESTY_KEY,
  signer: REQUESTY_MANAGER,
  secrets: { 'key-revoker/requesty/manager': one(bearer(REQUESTY_MANAGER)) },
  identifies: 1,
};

/** One of each operation and kind of signer, where what is stored differs. */
export const WAYS: readonly Way[] = [
  MASTER_BY_ITSELF,
  SUB_BY_MASTER,
  SUB_UPDATE,
  KALSHI_BY_ITSELF,
  KALSHI_ROTATED,
  REQUESTY_BY_ITSELF,
  REQUESTY_BY_MANAGER,
];

/** Where the provider makes no difference. */
export const SOME_WAYS: readonly Way[] = [MASTER_BY_ITSELF, SUB_BY_MASTER, SUB_UPDATE, REQUESTY_BY_ITSELF];

/** The same with other keys. */
export const withKeys = (way: Way, by: (key: Key) => Key): Way => ({ ...way, keys: way.keys.map(by) });
