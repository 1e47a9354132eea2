import { type Random, weighted, whole } from './random.ts';

/**
 * How a process ends before its time. `killed`: SIGKILL. `exited`: `process.exit`. `threw`: an exception that nobody catches.
 * `timed out`: it hangs until the function's time is over, and is killed then.
 */
export const DEATHS = ['killed', 'exited', 'threw', 'timed out'] as const;
export type Death = (typeof DEATHS)[number];

/**
 * Around one exchange with AWS or a provider: before it leaves, while it is under way (sent, and perhaps carried out after the death),
 * or when it was answered and nothing has been made of that yet.
 */
export const MOMENTS = ['before', 'under way', 'answered'] as const;

/** What is in store for one delivery. It may be over before its fate comes. */
export type Fate =
  | { readonly at: 'no time' }
  | {
      readonly at: 'exchange';
      /** Which of the delivery's exchanges, from 1. */
      readonly exchange: number;
      readonly moment: (typeof MOMENTS)[number];
      readonly death: Death;
    }
  /** SIGKILL at the first wait, such as the one between two probes. */
  | { readonly at: 'wait' }
  /** No death: the first wait lasts longer than the delivery's lease, so that other deliveries continue meanwhile, and then it wakes. */
  | { readonly at: 'pause' }
  /** SIGKILL when all is done and nobody has heard of it. */
  | { readonly at: 'end' }
  /** SIGKILL so many real milliseconds after the beginning, wherever that is. */
  | { readonly at: 'any time'; readonly afterMs: number };

export const NO_FATE: Fate = { at: 'no time' };

/** A delivery that kills a key and tells of it has about thirty exchanges. */
const MOST_EXCHANGES = 34;
/** A delivery takes about so long on an idle machine. */
const MOST_MS = 150;

const FATES: readonly (readonly [Fate['at'], number])[] = [
  ['no time', 35],
  ['exchange', 52],
  ['wait', 4],
  ['pause', 4],
  ['end', 4],
  ['any time', 5],
];

const WAYS: readonly (readonly [Death, number])[] = [
  ['killed', 40],
  ['exited', 20],
  ['threw', 20],
  ['timed out', 20],
];

/** Draws a fate. */
export const drawFate = (random: Random): Fate => {
  const at = weighted(random, FATES);
  if (at === 'any time') return { at, afterMs: whole(random, MOST_MS) };
  if (at !== 'exchange') return { at };
  return {
    at,
    exchange: 1 + whole(random, MOST_EXCHANGES),
    moment: MOMENTS[whole(random, MOMENTS.length)] ?? 'before',
    death: weighted(random, WAYS),
  };
};

/** What a process that meets its fate dies of; `undefined` where it is to live. */
export const deathOf = (fate: Fate): Death | undefined => {
  if (fate.at === 'no time' || fate.at === 'pause') return undefined;
  return fate.at === 'exchange' ? fate.death : 'killed';
};
