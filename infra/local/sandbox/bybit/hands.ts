import type { Hand } from '../hands.ts';
import type { BybitSandbox } from './bybit-sandbox.ts';

const SPOT = { Spot: ['SpotTrade'] };

type Settings = Parameters<BybitSandbox['patch']>[2];

const patching =
  (settings: Settings): Hand<BybitSandbox>['act'] =>
  (sandbox, world, keyId) =>
    sandbox.patch(world, keyId, settings);

const patches = (name: string, effect: NonNullable<Hand<BybitSandbox>['effect']>, settings: Settings) => ({
  name,
  effect,
  act: patching(settings),
});

const renew: Hand<BybitSandbox>['act'] = (sandbox, world, keyId) => sandbox.renew(world, keyId);

export const hands: readonly Hand<BybitSandbox>[] = [
  patches('widen', 'widened', {
    readOnly: 0,
    permissions: { ...SPOT, Wallet: ['AccountTransfer', 'SubMemberTransfer'] },
  }),
  patches('allow withdrawals', 'widened', { readOnly: 0, permissions: { Wallet: ['AccountTransfer', 'Withdraw'] } }),
  patches('make read-only', 'narrowed', { readOnly: 1 }),
  patches('take the right to transfer', 'unpermitted', { permissions: SPOT }),
  patches('bind to another address', 'bound', { ips: ['192.0.2.1'] }),
  patches('unbind', 'bound', { ips: ['*'] }),
  {
    name: 'let expire',
    effect: 'expired',
    act: (sandbox, world, keyId) => sandbox.expire(world, keyId),
    midway: { to: 'target', later: renew, orElse: ['stuck/expired-renewable'] },
  },
  { name: 'renew', effect: 'renewed', act: renew },
  {
    name: 'widen beyond what an update asks',
    act: patching({
      readOnly: 0,
      permissions: { ...SPOT, Wallet: ['AccountTransfer', 'SubMemberTransferList'], Options: ['OptionsTrade'] },
      ips: ['*'],
    }),
    midway: { to: 'target' },
  },
  {
    name: 'take every permission',
    act: patching({ readOnly: 1, permissions: {}, ips: ['*'] }),
    midway: { to: 'target', orElse: ['stuck/permission-missing'] },
  },
];
