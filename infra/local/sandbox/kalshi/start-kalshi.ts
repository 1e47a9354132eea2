import { createPublicKey } from 'node:crypto';
import type { AttendedSandbox } from '../cast.ts';
import { createKeyStore } from '../key-store.ts';
import { type SandboxOptions, serveProvider } from '../serve-provider.ts';
import { uuidIn } from '../uuid.ts';
import { KALSHI_UNCONFIRMED, type KalshiKey, type KalshiUnconfirmed } from './kalshi-key.ts';
import { kalshiSide } from './kalshi-side.ts';

export interface KalshiOptions extends SandboxOptions {
  readonly unconfirmed?: Partial<KalshiUnconfirmed>;
}

export interface KalshiSeed {
  readonly apiKeyId: string;
  /** RSA or Ed25519, PEM. */
  readonly publicKey: string;
  readonly name?: string;
  /** @default ['read', 'write'] */
  readonly scopes?: readonly string[];
  readonly subaccount?: number;
  readonly fcmSubtraderId?: string;
}

export interface KalshiAccountSeed {
  /** Keys of one user are listed together and can delete each other. @default a new user */
  readonly userId?: string;
  readonly regionExpirationTs?: number;
  readonly keys: readonly KalshiSeed[];
}

export interface KalshiSandbox extends AttendedSandbox {
  /** Adds keys to a user. @returns the user's id. */
  readonly addAccount: (world: string, account: KalshiAccountSeed) => string;
  /** Someone changes what the key is, at the provider. */
  readonly patch: (
    world: string,
    keyId: string,
    fields: Partial<Pick<KalshiKey, 'name' | 'scopes' | 'publicKey'>>,
  ) => void;
}

/** Starts Kalshi's side of both its environments. */
export const startKalshi = async (options: KalshiOptions = {}): Promise<KalshiSandbox> => {
  const store = createKeyStore<KalshiKey>(options.now ?? Date.now);
  const unconfirmed = { ...KALSHI_UNCONFIRMED, ...options.unconfirmed };
  const sandbox = await serveProvider(kalshiSide(unconfirmed, options.isLimited ?? true), store, options);
  let users = 0;

  const add = (world: string, account: Pick<KalshiKey, 'userId' | 'regionExpirationTs'>, seed: KalshiSeed): void => {
    const { apiKeyId, name = 'key', scopes = ['read', 'write'], ...rest } = seed;
    const keyId = uuidIn(apiKeyId);
    if (!keyId) throw new Error(`Cannot add key ${apiKeyId}, wanted a UUID`);
    createPublicKey(rest.publicKey); // throws now on what is no key, not when a signature is looked at
    store.add({ world, keyId, name, scopes, alive: true, ...rest, ...account });
  };
  const change = (world: string, keyId: string, fields: Partial<KalshiKey>): void =>
    store.replace({ ...store.get(world, keyId), ...fields });

  return {
    ...sandbox,
    addAccount: (world, { userId = `user-${++users}`, regionExpirationTs, keys }) => {
      const account = { userId, ...(regionExpirationTs === undefined ? {} : { regionExpirationTs }) };
      for (const key of keys) add(world, account, key);
      return userId;
    },
    remove: (world, keyId) => change(world, keyId, { alive: false }),
    revive: (world, keyId) => change(world, keyId, { alive: true }),
    patch: change,
  };
};
