import type { Account, Member, Signer } from '../../../infra/local/sandbox/cast.ts';
import { SANDBOX_OF, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';

/** Many keys of several accounts at one provider, and an order for each. */
export interface Fleet {
  readonly provider: SandboxName;
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

interface Size {
  readonly size: number;
  readonly ownerOf: OwnerOf;
}

/** Far fewer than a page of any provider's list holds. */
const KEYS_PER_GROUP = 10;
/** Accounts of keys that sign for themselves have higher numbers than those of owners. */
const SELF_SIGNED_FROM = 10;

/** What is known of an account while its fleet is put together. */
interface Owned {
  readonly account: Account;
  readonly manager: Member | undefined;
  /** Keys so far. */
  count: number;
}

const deleteBy = (
  provider: SandboxName,
  by: Signer,
): readonly [operation: string, isOfManaging: boolean] | undefined => {
  const found = Object.entries(SANDBOX_OF[provider].cast.operations).find(
    ([, { kind, signers }]) => kind === 'delete' && signers.includes(by),
  );
  return found && [found[0], found[1].of === 'managing'];
};

/** Puts together a provider's side with a fleet of that size in it. */
export const fleetAt = async (provider: SandboxName, { size, ownerOf }: Size, now: () => number): Promise<Fleet> => {
  const { side, cast } = SANDBOX_OF[provider];
  const sandbox = (await side({ now })) as Awaited<ReturnType<typeof side>> & InProcess;
  const secrets: Record<string, unknown> = {};
  const holders = new Map<string, string>();
  const owners = new Map<number, Owned>();
  const [byItself, byManager] = [deleteBy(provider, 'self'), deleteBy(provider, 'managing')];

  /** @returns the name of its secret */
  const stored = ({ keyId, credential }: Member, account: number): string => {
    holders.set(keyId, String(account));
    const secretId = `key-revoker/${provider}/${keyId}`;
    secrets[secretId] = credential;
    return secretId;
  };
  const selfSigned = (n: number, [operation, isOfManaging]: NonNullable<typeof byItself>) => {
    const number = SELF_SIGNED_FROM + n;
    const account = cast.account(sandbox, number);
    const key = (isOfManaging ? account.managing?.(1) : undefined) ?? account.key(1);
    return { provider, operation, secretId: stored(key, number), target: 'self' };
  };
  const opened = (number: number): Owned => {
    const account = cast.account(sandbox, number);
    const made = owners.get(number) ?? { account, manager: account.managing?.(1), count: 0 };
    owners.set(number, made);
    return made;
  };
  const owned = (number: number, [operation]: NonNullable<typeof byManager>) => {
    const owner = opened(number);
    if (owner.manager === undefined)
      throw new Error(`Cannot sign ${operation} at ${provider}: it must have a managing key`);
    const group = Math.floor(owner.count / KEYS_PER_GROUP);
    owner.count += 1;
    const { located } = owner.account.key(owner.count, { group, isManaged: true });
    return { provider, operation, secretId: stored(owner.manager, number), target: located };
  };
  const orderOf = (n: number) => {
    const owner = ownerOf(n);
    if (byManager !== undefined && (owner !== undefined || byItself === undefined)) return owned(owner ?? n, byManager);
    if (byItself !== undefined) return selfSigned(n, byItself);
    throw new Error(`Cannot put a fleet together at ${provider}: it must have an operation that deletes`);
  };
  const orders = Array.from({ length: size }, (_, n) => orderOf(n));
  return { provider, sandbox, secrets, orders, accountOf: (keyId) => holders.get(keyId) ?? keyId };
};
