import type { BybitSandbox } from '../../infra/local/sandbox/bybit/bybit-sandbox.ts';
import { startSandbox } from '../../infra/local/sandbox/index.ts';
import type { KalshiSandbox } from '../../infra/local/sandbox/kalshi/start-kalshi.ts';
import type { RequestySandbox } from '../../infra/local/sandbox/requesty/start-requesty.ts';
import type { InProcess } from '../faults/simulated/serve-in-process.ts';
import type { Key } from './fixture.ts';
import { bearerOf, hmacOf, PUBLIC_KEY } from './throwaway.ts';

/** The three providers in this process, with a fixture's keys in them. */
export interface KeySandboxes {
  readonly all: readonly InProcess[];
  readonly bybit: BybitSandbox;
  /** By the provider of a key. */
  readonly of: (key: Pick<Key, 'provider'>) => InProcess & Pick<BybitSandbox, 'remove' | 'revive'>;
  /** Keys as they stand now. */
  readonly keys: () => readonly Key[];
}

const withoutUndefined = <T extends object>(fields: T): T => JSON.parse(JSON.stringify(fields));

/** @param now the provider's clock: it has to stand at the instant since when the keys are there */
export const openSandboxes = async (keys: readonly Key[], now: () => number): Promise<KeySandboxes> => {
  const bybit = await startSandbox('bybit', { now });
  const kalshi = await startSandbox('kalshi', { now });
  const requesty = await startSandbox('requesty', { now });
  const by = { bybit, kalshi, requesty } as {
    readonly bybit: BybitSandbox & InProcess;
    readonly kalshi: KalshiSandbox & InProcess;
    readonly requesty: RequestySandbox & InProcess;
  };
  for (const key of keys) {
    const { world, id } = key;
    if (key.provider === 'bybit') {
      const { readOnly, permissions, ips, expired, account, parent = '', subMemberId = '' } = key;
      const seed = withoutUndefined({ apiKey: id, apiSecret: hmacOf(id), readOnly, permissions, ips, expired });
      if (account === undefined) bybit.addSub(world, { ...seed, parent, subMemberId } as never);
      else bybit.addMaster(world, { ...seed, userID: account } as never);
    } else if (key.provider === 'kalshi') {
      const { account, scopes } = key;
      kalshi.addAccount(world, {
        userId: account,
        keys: [{ apiKeyId: id, publicKey: PUBLIC_KEY, ...(scopes ? { scopes } : {}) }],
      });
    } else {
      const permissions = { manage: key.manage, completions: 'write' } as const;
      requesty.addOrganisation(world, { organisation: key.account, keys: [{ id, secret: bearerOf(id), permissions }] });
    }
    if (key.isGone) by[key.provider].remove(world, id);
  }
  return {
    all: Object.values(by),
    bybit,
    of: ({ provider }) => by[provider],
    keys: () =>
      keys.map((key) => {
        const isGone = !by[key.provider].isAlive(key.world, key.id);
        const { isGone: _, ...rest } = key;
        if (key.provider !== 'bybit') return { ...rest, ...(isGone ? { isGone } : {}) } as Key;
        const { readOnly, permissions, ips } = bybit.key(key.world, key.id);
        return { ...rest, readOnly, permissions, ips, ...(isGone ? { isGone } : {}) } as Key;
      }),
  };
};
