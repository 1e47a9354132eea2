import { type Clock, epochMs } from '../../core/epoch.ts';

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** This machine's time. */
export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  elapsed: () => performance.now(),
  until: async (instant) => {
    // A timer may fire a millisecond early by this clock.
    while (Date.now() < instant) await sleep(instant - Date.now());
  },
};
