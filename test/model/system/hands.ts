import type { BybitSandbox, KalshiSandbox, RequestySandbox } from '../../../infra/local/sandbox/index.ts';
import type { Cause } from '../rules/outcomes.ts';

/** Something that a person does to a key at the provider, beside removing it and bringing it back. */
export interface Hand {
  readonly name: string;
  readonly cause: Cause;
  act(sandbox: unknown, world: string, keyId: string): void;
}

const SPOT = { Spot: ['SpotTrade'] };

const bybit = (name: string, cause: Cause, ...settings: Parameters<BybitSandbox['patch']>[2][]): Hand => ({
  name,
  cause,
  act: (sandbox, world, keyId) => {
    for (const one of settings) (sandbox as BybitSandbox).patch(world, keyId, one);
  },
});

const kalshi = (name: string, cause: Cause, scopes: readonly string[]): Hand => ({
  name,
  cause,
  act: (sandbox, world, keyId) => (sandbox as KalshiSandbox).patch(world, keyId, { scopes }),
});

type Fields = Parameters<RequestySandbox['patch']>[2];
const requesty = (name: string, cause: Cause, fields: Fields): Hand => ({
  name,
  cause,
  act: (sandbox, world, keyId) => (sandbox as RequestySandbox).patch(world, keyId, fields),
});

/** By the provider's name; one that is not listed is changed by removing and bringing back alone. */
export const HANDS: Readonly<Record<string, readonly Hand[]>> = {
  bybit: [
    bybit('widen', 'widened', {
      readOnly: 0,
      permissions: { ...SPOT, Wallet: ['AccountTransfer', 'SubMemberTransfer'] },
    }),
    bybit('allow withdrawals', 'widened', { readOnly: 0, permissions: { Wallet: ['AccountTransfer', 'Withdraw'] } }),
    bybit('make read-only', 'narrowed', { readOnly: 1 }),
    bybit('take the right to transfer', 'unpermitted', { permissions: SPOT }),
    bybit('bind to another address', 'bound', { ips: ['192.0.2.1'] }),
    bybit('unbind', 'bound', { ips: ['*'] }),
    {
      name: 'let expire',
      cause: 'expired',
      act: (sandbox, world, keyId) => (sandbox as BybitSandbox).expire(world, keyId),
    },
    {
      name: 'renew',
      cause: 'renewed',
      act: (sandbox, world, keyId) => (sandbox as BybitSandbox).renew(world, keyId),
    },
  ],
  kalshi: [kalshi('make read-only', 'unpermitted', ['read']), kalshi('let write', 'unpermitted', ['read', 'write'])],
  requesty: [
    requesty('take the right to manage', 'unpermitted', { permissions: { manage: 'none', completions: 'write' } }),
    requesty('let manage', 'unpermitted', { permissions: { manage: 'write', completions: 'write' } }),
  ],
};
