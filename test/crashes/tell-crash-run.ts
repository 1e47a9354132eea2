import { DEATHS, type Fate } from './chance/fate.ts';
import type { CrashRun } from './crash-run.ts';

/** So many lines of the functions' logs are shown for an order that went wrong. */
const LAST_LINES = 20;
const LAWS = ['L1', 'L2', 'L3'];

export interface Told {
  readonly seed: string;
  readonly requests: number;
  readonly seconds: number;
}

const countsOf = (words: readonly string[]): string =>
  [...new Set(words)]
    .map((word) => [words.filter((each) => each === word).length, word] as const)
    .toSorted(([a], [b]) => b - a)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');

const inWords = (fate: Fate): string => {
  switch (fate.at) {
    case 'exchange':
      return `${fate.death} ${fate.moment} exchange ${fate.exchange}`;
    case 'wait':
      return 'killed at its first wait';
    case 'pause':
      return 'paused at its first wait';
    case 'end':
      return 'killed at its end';
    case 'any time':
      return `killed after ${fate.afterMs} ms`;
    case 'no time':
      return 'left in peace';
  }
};

/** What went wrong with one order, and how to see it again. */
const toldOf = (
  { breaches, deliveries, linesOf }: CrashRun,
  n: number,
  { seed, requests }: Told,
): readonly string[] => [
  ...breaches.filter((each) => each.n === n).map(({ says }) => `Order ${n}: ${says}`),
  `  In store for its deliveries: ${deliveries.fatesOf(n).map(inWords).join('; ')}`,
  `  Again: npm run crash-runs -- --requests ${requests} --seed ${seed} --only ${n}`,
  ...linesOf(n)
    .slice(-LAST_LINES)
    .map((line) => `  | ${line}`),
];

/** The report on a run, line by line: what was found, how the requests ended, and the sum. */
export const tellCrashRun = (run: CrashRun, about: Told): readonly string[] => {
  const { breaches, deliveries, ends } = run;
  const orders = [...new Set(breaches.map(({ n }) => n))].filter((n) => n > 0);
  const deaths = deliveries.deaths();
  const died = DEATHS.reduce((sum, death) => sum + (deaths[death] ?? 0), 0);
  const ways = DEATHS.map((death) => `${deaths[death] ?? 0} ${death}`).join(', ');
  const broken = LAWS.filter((law) => breaches.some(({ says }) => says.startsWith(law)));
  const held = LAWS.filter((law) => !broken.includes(law));
  const laws = [held.length > 0 && `${held.join(' ')} held`, broken.length > 0 && `${broken.join(' ')} BROKEN`];
  const other = breaches.length > 0 && broken.length === 0 ? ['but see above'] : [];
  return [
    ...breaches.filter(({ n }) => n === 0).map(({ says }) => says),
    ...orders.flatMap((n) => toldOf(run, n, about)),
    `The requests ended so: ${countsOf(ends)}.`,
    `crash runs: ${[
      `${ends.length} requests`,
      `${deliveries.total()} deliveries`,
      `${died} of them died (${ways})`,
      ...laws.filter((part) => part !== false),
      ...other,
      `in ${about.seconds.toFixed(0)} s`,
    ].join(', ')}`,
  ];
};
