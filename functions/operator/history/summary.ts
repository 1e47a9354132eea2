import { nameAndCode } from '../../core/outcome.ts';
import { deadAfter, goneAfter, type HistoryEntry } from './entry.ts';

/** Times of some keys, in milliseconds. */
export interface Spread {
  /** How many keys. */
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

/** What many requests came to. */
export interface Summary {
  readonly count: number;
  /** How many ended so, by the name of the outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** From due to gone, of the keys that were killed. `undefined`: there are none. */
  readonly gone: Spread | undefined;
  /** From due to dead, of the keys that were killed and found dead. `undefined`: there are none. */
  readonly dead: Spread | undefined;
}

/** The smallest value that is not below so many percent of all: the nearest rank. */
const percentile = (ordered: readonly number[], percent: number): number =>
  ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? 0;

const spreadOf = (times: readonly (number | undefined)[]): Spread | undefined => {
  const ordered = times.filter((time) => time !== undefined).toSorted((a, b) => a - b);
  if (ordered.length === 0) return undefined;
  const [median, p99] = [percentile(ordered, 50), percentile(ordered, 99)];
  return { count: ordered.length, median, p99, longest: ordered.at(-1) ?? p99 };
};

export const summaryOf = (entries: readonly HistoryEntry[]): Summary => {
  const names = Map.groupBy(entries, ({ outcome }) => nameAndCode(outcome).name);
  const counted = [...names].map(([name, all]) => [name, all.length] as const);
  return {
    count: entries.length,
    outcomes: Object.fromEntries(counted.toSorted(([, a], [, b]) => b - a)),
    gone: spreadOf(entries.map(goneAfter)),
    dead: spreadOf(entries.map(deadAfter)),
  };
};
