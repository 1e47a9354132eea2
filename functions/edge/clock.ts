import { type Clock, epochMs } from '../core/epoch.ts';

/** The longest delay that a timer keeps; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.min(ms, LONGEST_TIMER_MS));
  });

/** This machine's time. */
export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  until: async (instant) => {
    // A timer may fire a millisecond early by this clock.
    while (Date.now() < instant) await sleep(instant - Date.now());
  },
};
