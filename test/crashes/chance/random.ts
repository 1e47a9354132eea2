import { createHash } from 'node:crypto';

/** Draws a number from 0 up to, not including, 1. */
export type Random = () => number;

/** Draws that a text determines: the same text, the same numbers (mulberry32 over the text's hash). */
export const randomFrom = (text: string): Random => {
  let state = createHash('sha256').update(text).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A whole number from 0 up to, not including, `count`. */
export const whole = (random: Random, count: number): number => Math.floor(random() * count);

/** One of several, the heavier ones oftener. */
export const weighted = <T>(random: Random, rows: readonly (readonly [value: T, weight: number])[]): T => {
  let rest = random() * rows.reduce((sum, [, weight]) => sum + weight, 0);
  const found = rows.find(([, weight]) => {
    rest -= weight;
    return rest < 0;
  });
  const last = found ?? rows.at(-1);
  if (last === undefined) throw new Error('Cannot draw from nothing');
  return last[0];
};
