import { createHash } from 'node:crypto';
import { seededRandom } from '../../faults/outages/seeded-random.ts';

/** What is drawn by chance in one world; the same for the same seed. */
export interface Draw {
  /** From 0 up to, not including, 1. */
  random(): number;
  /** @param likely from 0, never, to 1, always */
  chance(likely: number): boolean;
  /** One of at least one thing. */
  among<T>(things: readonly T[]): T;
  /** A whole number, both bounds included. */
  whole(from: number, to: number): number;
  /** Milliseconds between two lengths above 0: short ones as often as long ones. */
  ms(from: number, to: number): number;
}

/** @param name of the world: all that tells it from others */
export const drawFor = (name: string): Draw => {
  const random = seededRandom(createHash('sha256').update(name).digest().readInt32LE());
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  return {
    random,
    chance: (likely) => random() < likely,
    among: <T>(things: readonly T[]) => things[whole(0, things.length - 1)] as T, // one of at least one
    whole,
    ms: (from, to) => Math.round(from * (to / from) ** random()),
  };
};
