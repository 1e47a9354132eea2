import type { Hooks } from '../simulated/instrumented.ts';
import type { SimulatedClock } from '../simulated/simulated-clock.ts';

/** One in so many times the clock moves on although a work could take its turn: its ports are slow. */
const SLOW_ONE_IN = 8;

/** Whole numbers from 0 up to, not including, `below`; the same ones for the same seed. */
export const drawsFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

/** Works that continue one at a time, each for one call of one port. */
export interface Turns {
  /** For the ports of everybody who takes part. */
  readonly hooks: Hooks;
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

/** Draws from a seed which work continues next: the same seed, the same order. */
export const byTurns = (clock: SimulatedClock, seed: number): Turns => {
  const draw = drawsFrom(seed);
  const waiting: (() => void)[] = [];
  const goOn = (): boolean => {
    if (waiting.length === 0 || (clock.isAwaited() && draw(SLOW_ONE_IN) === 0)) return false;
    const [next] = waiting.splice(draw(waiting.length), 1);
    next?.();
    return true;
  };
  return {
    hooks: { before: () => new Promise((resolve) => void waiting.push(resolve)) },
    run: (work) => clock.run(work, goOn),
  };
};
