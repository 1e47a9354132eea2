import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/timing.ts';

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
];

/** Milliseconds of `90s`, `10m`, `2h` or `30d`; `undefined` for any other text. */
export const fromDuration = (text: string): number | undefined => {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNITS.find(([name]) => name === unit)?.[1];
  return ms === undefined ? undefined : Number(count) * ms;
};

/** For people, in the largest unit that makes at least two, else in the one below: `12 s`, `90 s`, `26 h`, `3 d`. */
export const inWords = (ms: number): string => {
  const [unit, size] = UNITS.find(([, each]) => ms >= 2 * each) ?? ['s', SECOND_MS];
  return `${unit === 's' ? (ms / size).toFixed(ms < 10_000 ? 1 : 0) : Math.floor(ms / size)} ${unit}`;
};
