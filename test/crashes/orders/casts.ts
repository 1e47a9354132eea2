import type { ProviderName } from '../../../infra/key-revocation-props.ts';
import type { KeyPair } from '../../../infra/local/story/chapters/key-material.ts';
import type { Sandboxes } from '../../../infra/local/story/stage/stage.ts';
import type { Recipe, TargetKind } from './recipes.ts';

/** A key with its credential as it is stored. */
export interface Member {
  readonly keyId: string;
  readonly credential: Readonly<Record<string, string>>;
}

/** The keys that one order is about, made at a provider for it alone, in an account of their own. */
export interface Cast {
  /** The provider's world of keys. */
  readonly world: string;
  readonly target: Member;
  /** Signs where the recipe says so. */
  readonly managing: Member;
  /** What the request says of its target; `secret` is not known here. */
  readonly named: Readonly<Record<Exclude<TargetKind, 'secret' | 'self'>, object>>;
}

/** Throwaway pairs that serve a whole run: making an RSA key takes long. */
export interface Pairs {
  readonly rsa: KeyPair;
  readonly edwards: KeyPair;
}

type Casting = (n: number, recipe: Recipe, sandboxes: Sandboxes, pairs: Pairs) => Cast;

/** `0007`, so that identifiers look as long as the providers'. */
const four = (n: number): string => String(n).padStart(4, '0');
const uuid = (kind: string, n: number): string => `${kind.repeat(8)}-0000-4000-8000-00000000${four(n)}`;
const hmacOf = (apiKey: string): string => `hmac-of-${apiKey}-0123456789`;

const castAtBybit: Casting = (n, { operation, signing, lacks }, { bybit }, { rsa }) => {
  const [master, sub, subMemberId] = [`MASTERcrash${four(n)}00`, `SUBKEYcrash${four(n)}00`, `1005${four(n)}`];
  const seed = (apiKey: string) => (signing === 'RSA' ? { publicKey: rsa.publicKey } : { apiSecret: hmacOf(apiKey) });
  const credential = (apiKey: string): Member['credential'] => ({
    apiKey,
    ...(signing === 'RSA' ? { privateKey: rsa.privateKey } : { apiSecret: hmacOf(apiKey) }),
  });
  const permissions = lacks ? { permissions: { Spot: ['SpotTrade'] } } : {};
  bybit.addMaster('mainnet', { apiKey: master, ...seed(master), ...permissions });
  bybit.addSub('mainnet', { apiKey: sub, ...seed(sub), parent: master, subMemberId });
  const managing = { keyId: master, credential: credential(master) };
  const target = operation.includes('master') ? managing : { keyId: sub, credential: credential(sub) };
  return {
    world: 'mainnet',
    managing,
    target,
    named: {
      id: { apiKey: target.keyId },
      account: { apiKey: target.keyId, subMemberId },
      nobody: { apiKey: `NOBODYcrash${four(n)}`, subMemberId },
    },
  };
};

const castAtKalshi: Casting = (n, { signing, lacks }, { kalshi }, { rsa, edwards }) => {
  const { privateKey, publicKey } = signing === 'RSA' ? rsa : edwards;
  const [managing, target] = [uuid('a', n), uuid('b', n)];
  const scopes = lacks ? { scopes: ['read'] } : {};
  kalshi.addAccount('prod', { keys: [managing, target].map((apiKeyId) => ({ apiKeyId, publicKey, ...scopes })) });
  const member = (keyId: string): Member => ({ keyId, credential: { apiKeyId: keyId, privateKey } });
  const id = { apiKeyId: target };
  const named = { id, account: id, nobody: { apiKeyId: uuid('e', n) } };
  return { world: 'prod', managing: member(managing), target: member(target), named };
};

const castAtRequesty: Casting = (n, { lacks }, { requesty }) => {
  const [managing, target] = [uuid('c', n), uuid('d', n)];
  const bearerOf = (id: string): string => `rqsty-sk-of-${id}`;
  const permissions = { manage: lacks ? 'read' : 'write', completions: 'write' } as const;
  requesty.addOrganisation('prod', {
    keys: [managing, target].map((id) => ({ id, secret: bearerOf(id), permissions })),
  });
  const member = (keyId: string): Member => ({ keyId, credential: { apiKey: bearerOf(keyId) } });
  const id = { apiKeyId: target };
  const named = { id, account: id, nobody: { apiKeyId: uuid('e', n) } };
  return { world: 'prod', managing: member(managing), target: member(target), named };
};

/** Makes the keys of the n-th order at its provider. */
export const CASTING: Readonly<Record<ProviderName, Casting>> = {
  bybit: castAtBybit,
  kalshi: castAtKalshi,
  requesty: castAtRequesty,
};
