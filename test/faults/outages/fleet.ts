import type { BybitSandbox, KalshiSandbox, RequestySandbox } from '../../../infra/local/sandbox/index.ts';
import { startSandbox } from '../../../infra/local/sandbox/index.ts';
import type { ProviderName } from '../../../infra/provider-names.ts';
import { ED25519 } from '../orders/throwaway-pairs.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';

/** Many keys of several accounts at one provider, and an order for each. */
export interface Fleet {
  readonly provider: ProviderName;
  readonly sandbox: InProcess;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Requests without a reason and an id. */
  readonly orders: readonly Readonly<Record<string, unknown>>[];
  /** Whose rate an exchange that this key signs counts against. */
  readonly accountOf: (keyId: string) => string;
}

/** Whose managing key signs the nth order; `undefined` where the key signs for itself. */
type OwnerOf = (n: number) => number | undefined;

export const OWNERS = {
  /** A half belongs to one account, a quarter to four others; the rest sign for themselves. */
  many: (n) => [0, 0, undefined, 1 + (Math.floor(n / 4) % 4)][n % 4],
  one: () => 0,
} as const satisfies Readonly<Record<string, OwnerOf>>;

/** Where a fleet's keys are put. */
interface Shelf {
  /** A key that signs for itself. @returns its order */
  selfSigned(n: number): Readonly<Record<string, unknown>>;
  /** A key that the account's managing key deletes. @returns its order */
  owned(owner: number, n: number): Readonly<Record<string, unknown>>;
}

const ordersOn = ({ selfSigned, owned }: Shelf, { size, ownerOf }: Size): Fleet['orders'] =>
  Array.from({ length: size }, (_, n) => {
    const owner = ownerOf(n);
    return owner === undefined ? selfSigned(n) : owned(owner, n);
  });

interface Size {
  readonly size: number;
  readonly ownerOf: OwnerOf;
}
type Build = (size: Size, now: () => number) => Promise<Fleet>;

/** Far fewer than a page of Bybit's list holds. */
const KEYS_PER_SUB_ACCOUNT = 10;

const bybit: Build = async (size, now) => {
  const sandbox = (await startSandbox('bybit', { now })) as BybitSandbox & InProcess;
  const secrets: Record<string, unknown> = {};
  const accounts = new Map<string, string>();
  const subKeys = new Map<number, number>();
  const hmac = (apiKey: string) => ({ apiKey, apiSecret: `hmac-of-${apiKey}` });
  const master = (apiKey: string): string => {
    const secretId = `key-revoker/bybit/${apiKey}`;
    if (!accounts.has(apiKey)) accounts.set(apiKey, String(sandbox.addMaster('mainnet', hmac(apiKey))));
    secrets[secretId] = hmac(apiKey);
    return secretId;
  };
  const orders = ordersOn(
    {
      selfSigned: (n) => {
        const secretId = master(`SELFexample${n}`);
        return { provider: 'bybit', operation: 'delete-master-key', secretId, target: 'self' };
      },
      owned: (owner, n) => {
        const secretId = master(`MASTERexample${owner}`);
        const count = subKeys.get(owner) ?? 0;
        subKeys.set(owner, count + 1);
        const subMemberId = String(300_000_000 + owner * 1_000 + Math.floor(count / KEYS_PER_SUB_ACCOUNT));
        const apiKey = `SUBKEYexample${n}`;
        sandbox.addSub('mainnet', { ...hmac(apiKey), parent: `MASTERexample${owner}`, subMemberId });
        return { provider: 'bybit', operation: 'delete-sub-key', secretId, target: { apiKey, subMemberId } };
      },
    },
    size,
  );
  return { provider: 'bybit', sandbox, secrets, orders, accountOf: (keyId) => accounts.get(keyId) ?? keyId };
};

const uuid = (group: number, n: number): string => `a952bcbe-ec3b-4b5b-b8f${group}-${String(n).padStart(12, '0')}`;

/** A key of an account; one that signs may delete. */
type Add = (account: string, keyId: string, signs: boolean) => void;

const listed = (
  provider: 'kalshi' | 'requesty',
  size: Size,
  { add, credential }: { add: Add; credential: (keyId: string) => unknown },
): Omit<Fleet, 'sandbox'> => {
  const secrets: Record<string, unknown> = {};
  const accounts = new Map<string, string>();
  const put: Add = (account, keyId, signs) => {
    if (!accounts.has(keyId)) add(account, keyId, signs);
    accounts.set(keyId, account);
    if (signs) secrets[`key-revoker/${provider}/${keyId}`] = credential(keyId);
  };
  const order = (signer: string, target: unknown) => ({
    provider,
    operation: 'delete-key',
    secretId: `key-revoker/${provider}/${signer}`,
    target,
  });
  const orders = ordersOn(
    {
      selfSigned: (n) => {
        put(`self-${n}`, uuid(1, n), true);
        return order(uuid(1, n), 'self');
      },
      owned: (owner, n) => {
        put(`owner-${owner}`, uuid(2, owner), true);
        put(`owner-${owner}`, uuid(1, n), false);
        return order(uuid(2, owner), { apiKeyId: uuid(1, n) });
      },
    },
    size,
  );
  return { provider, secrets, orders, accountOf: (keyId) => accounts.get(keyId) ?? keyId };
};

const kalshi: Build = async (size, now) => {
  const sandbox = (await startSandbox('kalshi', { now })) as KalshiSandbox & InProcess;
  const { publicKey, privateKey } = ED25519;
  const add: Add = (userId, apiKeyId) => void sandbox.addAccount('prod', { userId, keys: [{ apiKeyId, publicKey }] });
  return { ...listed('kalshi', size, { add, credential: (apiKeyId) => ({ apiKeyId, privateKey }) }), sandbox };
};

const requesty: Build = async (size, now) => {
  const sandbox = (await startSandbox('requesty', { now })) as RequestySandbox & InProcess;
  const bearer = (id: string): string => `rqsty-sk-${id}`;
  const add: Add = (organisation, id, signs) => {
    const permissions = { manage: signs ? 'write' : 'none', completions: 'write' } as const;
    sandbox.addOrganisation('prod', { organisation, keys: [{ id, secret: bearer(id), permissions }] });
  };
  return { ...listed('requesty', size, { add, credential: (id) => ({ apiKey: bearer(id) }) }), sandbox };
};

/** Each provider's side with a fleet of that size in it. */
export const FLEETS: Readonly<Record<ProviderName, Build>> = { bybit, kalshi, requesty };
