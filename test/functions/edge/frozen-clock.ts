import { type Clock, type EpochMs, epochMs } from '../../../functions/core/epoch.ts';

/** A clock that stands at one instant until it is put forward; nothing ever waits on it. */
export const frozenClock = (start = Date.UTC(2026, 10, 21, 12)): Clock & { forward(ms: number): void } => {
  let now = start;
  return {
    now: () => epochMs(now),
    elapsed: () => now,
    until: async (instant: EpochMs) => {
      now = Math.max(now, instant);
    },
    forward: (ms) => {
      now += ms;
    },
  };
};
