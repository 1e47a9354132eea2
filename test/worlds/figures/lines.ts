import { NOT_YET } from '../kinds/not-yet.ts';
import type { Tally } from './tally.ts';

/** @param at from 0, the shortest, to 1, the longest */
export const quantile = (values: readonly number[], at: number): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * at))];

const MINUTE = 60_000;

/** A length for people. */
export const lengthText = (ms: number | undefined): string => {
  if (ms === undefined) return 'never';
  return ms < 2 * MINUTE ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / MINUTE).toFixed(0)} min`;
};

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

const endsText = ({ ends, requests }: Tally): string =>
  Object.entries(ends)
    .toSorted(([, a], [, b]) => b - a)
    .map(([end, times]) => `${end} ${percent(times, requests)}`)
    .join(', ');

const lengths = (values: readonly number[]): string =>
  [0.5, 0.99].map((at) => lengthText(quantile(values, at))).join(' / ');

/** What the worlds of one kind came to. */
export const linesOf = (tally: Tally): readonly string[] => {
  const { kind, requests, worlds, struck, falseWords, broken, saidMs, confirmedMs, examples } = tally;
  const laws = broken === falseWords ? '' : `, ${broken} with any law broken`;
  return [
    `${kind}: ${requests}, ${falseWords} false words (${percent(falseWords, worlds)})${laws}, struck in ${percent(struck, worlds)}`,
    `  ends: ${endsText(tally)}`,
    `  word after ${lengths(saidMs)} (p50 / p99), confirmed after ${lengths(confirmedMs)}`,
    `  gone, while some node accepted the key: ${percent(tally.early, worlds)}; dead, and never said so: ${percent(tally.unsaid, worlds)}`,
    ...(NOT_YET[kind] ? [`  not yet: ${NOT_YET[kind]?.why}`] : []),
    ...examples.map((example) => `  ${example}`),
  ];
};

/** Kinds that the rules of today should hold, and do not. */
export const unexpected = (tallies: readonly Tally[]): readonly string[] =>
  tallies.filter(({ kind, broken }) => broken > 0 && NOT_YET[kind] === undefined).map(({ kind }) => kind);

/** The line that sums all up. */
export const sumOf = (tallies: readonly Tally[], worlds: number): string => {
  const falseWords = tallies.reduce((sum, tally) => sum + tally.falseWords, 0);
  const listed = tallies.filter(({ kind }) => NOT_YET[kind] !== undefined);
  const rest = tallies.filter(({ kind }) => NOT_YET[kind] === undefined);
  const ofRest = rest.reduce((sum, tally) => sum + tally.falseWords, 0);
  const split =
    listed.length > 0
      ? `: ${ofRest} in ${rest.length} kinds that hold, ${falseWords - ofRest} in ${listed.length} that do not yet`
      : '';
  return `worlds: ${worlds} of each of ${tallies.length} kinds, ${falseWords} false words${split}`;
};
