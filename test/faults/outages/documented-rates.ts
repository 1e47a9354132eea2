import type { DocumentedRate } from '../../../infra/local/sandbox/cast.ts';
import { SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import type { Fleet } from './fleet.ts';

/** A documented rate beside what arrived. */
export interface Measured extends Pick<DocumentedRate, 'of' | 'most' | 'perMs'> {
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

/** Holds the sandbox's own record of arrivals against every rate that its provider documents. Everything leaves from one address. */
export const measure = (fleet: Fleet, since: number, until: number): readonly Measured[] =>
  SANDBOX_OF[fleet.provider].cast.rates.map(({ of, most, perMs, name }) => {
    const byName = Map.groupBy(fleet.sandbox.record, (exchange) =>
      name(exchange, fleet.accountOf(exchange.keyId ?? '')),
    );
    byName.delete(undefined);
    const all = [...byName.values()].map((exchanges) => exchanges.map(({ at }) => at));
    const longest = Math.max(0, ...all.map((instants) => instants.filter((at) => at >= since && at <= until).length));
    const peak = Math.max(0, ...all.map((instants) => peakOf(instants, perMs)));
    return { of, most, perMs, peak, leastMs: (longest / most) * perMs };
  });
