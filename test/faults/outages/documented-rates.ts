import type { Exchange } from '../../../infra/local/sandbox/index.ts';
import type { ProviderName } from '../../../infra/provider-names.ts';
import type { Fleet } from './fleet.ts';

/** So many requests in a window that rolls with the clock. */
interface Rate {
  /** Whose: `address`, `account and call`. */
  readonly of: string;
  readonly most: number;
  readonly perMs: number;
  /** What an exchange counts against; `undefined` where it does not count. */
  readonly name: (exchange: Exchange, fleet: Fleet) => string | undefined;
}

const account = ({ keyId = '' }: Exchange, { accountOf }: Fleet): string => accountOf(keyId);

const perEndpoint =
  (paths: RegExp): Rate['name'] =>
  (exchange, fleet) => {
    const endpoint = paths.exec(exchange.path)?.[1];
    return endpoint && `${account(exchange, fleet)} ${endpoint}`;
  };

/** Everything leaves from one address. Requesty publishes no limit for its management host. */
const DOCUMENTED: Readonly<Record<ProviderName, readonly Rate[]>> = {
  bybit: [
    { of: 'address', most: 600, perMs: 5_000, name: () => 'address' },
    {
      of: 'account and call',
      most: 5,
      perMs: 1_000,
      name: perEndpoint(/^\/v5\/user\/(delete-api|delete-sub-api|update-api|update-sub-api)$/),
    },
    {
      of: 'account and read',
      most: 10,
      perMs: 1_000,
      name: perEndpoint(/^\/v5\/user\/(query-api|sub-apikeys)(?:\?|$)/),
    },
  ],
  // 200 tokens a second, of which every request of ours costs 10.
  kalshi: [{ of: 'account', most: 20, perMs: 1_000, name: account }],
  requesty: [],
};

/** A documented rate beside what arrived. */
export interface Measured extends Pick<Rate, 'of' | 'most' | 'perMs'> {
  /** The most arrivals in any window. */
  readonly peak: number;
  /** How long what arrived between the two instants takes at the rate, in milliseconds. */
  readonly leastMs: number;
}

/** The most of these instants, in their order, that lie within a window of that length. */
const peakOf = (instants: readonly number[], perMs: number): number => {
  let first = 0;
  let peak = 0;
  for (const [index, at] of instants.entries()) {
    while ((instants[first] ?? at) <= at - perMs) first += 1;
    peak = Math.max(peak, index - first + 1);
  }
  return peak;
};

/** Holds the sandbox's own record of arrivals against every rate that its provider documents. */
export const measure = (fleet: Fleet, since: number, until: number): readonly Measured[] =>
  DOCUMENTED[fleet.provider].map(({ of, most, perMs, name }) => {
    const byName = Map.groupBy(fleet.sandbox.record, (exchange) => name(exchange, fleet));
    byName.delete(undefined);
    const all = [...byName.values()].map((exchanges) => exchanges.map(({ at }) => at));
    const longest = Math.max(0, ...all.map((instants) => instants.filter((at) => at >= since && at <= until).length));
    const peak = Math.max(0, ...all.map((instants) => peakOf(instants, perMs)));
    return { of, most, perMs, peak, leastMs: (longest / most) * perMs };
  });
