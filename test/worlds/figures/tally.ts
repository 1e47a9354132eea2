import { type Cells, cellOf } from './cells.ts';
import type { Lived } from './lived.ts';

/** What the worlds of one kind came to, ready to be added up over processes. */
export interface Tally {
  readonly kind: string;
  requests: number;
  worlds: number;
  /** Worlds in which what is wrong has shown. */
  struck: number;
  /** Worlds in which a word was false. */
  falseWords: number;
  /** Worlds in which any law was broken. */
  broken: number;
  /** Worlds in which the key was said to be gone while some node accepted it still. */
  early: number;
  /** Worlds in which the key is dead, and no word ever said that it is gone. */
  unsaid: number;
  /** How the requests ended, and how many of them. */
  readonly ends: Record<string, number>;
  readonly saidMs: number[];
  readonly revokedMs: number[];
  readonly confirmedMs: number[];
  /** How long keys lived against when each word was said, by word. */
  readonly cells: Record<Series, Cells>;
  /** The first worlds in which a law was broken, with what was broken. */
  readonly examples: string[];
}

/** The words that are drawn, in their order; the first is what two probes would have said. */
export const SERIES = ['two probes', 'revoked', 'confirmed'] as const;
export type Series = (typeof SERIES)[number];

/** More examples than these help nobody. */
const MOST_EXAMPLES = 3;

export const emptyTally = (kind: string): Tally => ({
  ...{ kind, requests: 0, worlds: 0, struck: 0, falseWords: 0, broken: 0, early: 0, unsaid: 0 },
  ...{ ends: {}, saidMs: [], revokedMs: [], confirmedMs: [], examples: [] },
  cells: { 'two probes': {}, revoked: {}, confirmed: {} },
});

const addTo = (counts: Record<string, number>, name: string, count = 1): void => {
  counts[name] = (counts[name] ?? 0) + count;
};

const push = (list: number[], value: number | undefined): void => {
  if (value !== undefined) list.push(value);
};

/** Counts one world. @param requests that came in it */
export const count = (tally: Tally, lived: Lived, requests = 1): void => {
  const { ends, breaches, isStruck, isEarly, isUnsaid, livedMs, saidMs, revokedMs, confirmedMs, twoProbesMs, name } =
    lived;
  tally.requests += requests;
  tally.worlds += 1;
  tally.struck += isStruck ? 1 : 0;
  tally.early += isEarly ? 1 : 0;
  tally.unsaid += isUnsaid ? 1 : 0;
  if (breaches.length > 0) {
    tally.broken += 1;
    tally.falseWords += breaches.some((breach) => breach.startsWith('L1')) ? 1 : 0;
    if (tally.examples.length < MOST_EXAMPLES) tally.examples.push(`${name}: ${breaches.join('; ')}`);
  }
  for (const end of ends.length > 0 ? ends : ['none']) addTo(tally.ends, end);
  push(tally.saidMs, saidMs);
  push(tally.revokedMs, revokedMs);
  push(tally.confirmedMs, confirmedMs);
  const saidIn: Readonly<Record<Series, number | undefined>> = {
    'two probes': twoProbesMs,
    revoked: revokedMs,
    confirmed: confirmedMs,
  };
  for (const series of SERIES) {
    const said = saidIn[series];
    if (livedMs !== undefined && said !== undefined) addTo(tally.cells[series], cellOf(livedMs, said));
  }
};

/** Adds what another process counted of the same kind. */
export const addTally = (tally: Tally, other: Tally): void => {
  tally.requests += other.requests;
  tally.worlds += other.worlds;
  tally.struck += other.struck;
  tally.falseWords += other.falseWords;
  tally.broken += other.broken;
  tally.early += other.early;
  tally.unsaid += other.unsaid;
  for (const [end, times] of Object.entries(other.ends)) addTo(tally.ends, end, times);
  tally.saidMs.push(...other.saidMs);
  tally.revokedMs.push(...other.revokedMs);
  tally.confirmedMs.push(...other.confirmedMs);
  for (const series of SERIES)
    for (const [cell, times] of Object.entries(other.cells[series])) addTo(tally.cells[series], cell, times);
  tally.examples.push(...other.examples.slice(0, MOST_EXAMPLES - tally.examples.length));
};
