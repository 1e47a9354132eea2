import { type Clock, type EpochMs, epochMs } from '../../../functions/core/epoch.ts';

/** A clock that stands still until all work rests, and then jumps to the next instant that something waits for. */
export interface SimulatedClock extends Clock {
  /** Moves the clock while nothing is at work; never back. */
  readonly advanceTo: (instant: number) => void;
  /**
   * Carries work to its end.
   *
   * @param instead asked each time that all work rests; where it says true, it has set something going and the clock stands
   * @throws Error where it waits for nothing that could still happen
   */
  readonly run: <T>(work: Promise<T>, instead?: () => boolean) => Promise<T>;
  /** Whether any work waits for an instant. */
  readonly isAwaited: () => boolean;
  /** Forgets everybody who waits, as when their process ends. */
  readonly forget: () => void;
}

/** Resolves when every promise that can be settled has been. */
const quiet = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** @param start epoch milliseconds */
export const simulatedClock = (start: number): SimulatedClock => {
  let now = start;
  let waiting: { readonly at: EpochMs; readonly wake: () => void }[] = [];

  const jump = (): void => {
    const [first] = waiting.toSorted((a, b) => a.at - b.at);
    if (first === undefined) throw new Error('Cannot continue: no work waits for an instant');
    waiting = waiting.filter((one) => one !== first);
    now = Math.max(now, first.at);
    first.wake();
  };

  return {
    now: () => epochMs(now),
    elapsed: () => now,
    until: (at) => (at <= now ? Promise.resolve() : new Promise((wake) => void waiting.push({ at, wake }))),
    advanceTo: (instant) => {
      now = Math.max(now, instant);
    },
    run: async (work, instead = () => false) => {
      let isOver = false;
      const over = (): void => {
        isOver = true;
      };
      work.then(over, over);
      for (await quiet(); !isOver; await quiet()) if (!instead()) jump();
      return work;
    },
    isAwaited: () => waiting.length > 0,
    forget: () => {
      waiting = [];
    },
  };
};
