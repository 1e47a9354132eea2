import { after, type EpochMs, later } from './epoch.ts';
import type { RetryCode, StuckCode } from './outcome.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './timing.ts';

/** The longest wait by the request's age; the last row has no end. */
const CAPS = {
  urgent: [
    { until: HOUR_MS, cap: MINUTE_MS },
    { until: DAY_MS, cap: 4 * MINUTE_MS },
    { until: Number.POSITIVE_INFINITY, cap: HOUR_MS },
  ],
  other: [
    { until: 2 * DAY_MS, cap: 15 * MINUTE_MS },
    { until: Number.POSITIVE_INFINITY, cap: HOUR_MS },
  ],
} as const;

const FIRST = 2 * SECOND_MS;

/**
 * Of a provider's limit everybody is told the same instant. So they come back over a part of the time that they waited, up to the cap of
 * their kind, the urgent ones at once and the others behind them: the queue drains instead of breaking open.
 */
const SPREAD = { urgent: { part: 1 / 4, fixed: 0 }, other: { part: 1, fixed: 1 / 2 } } as const;

/** These state an instant of ours that is exact; a spread would only delay the key's death. */
const EXACT: readonly RetryCode[] = ['early'];

/**
 * So often a stated instant is taken at its word. A provider that says "in 2 s" for ever would use up the receive count, which is
 * there for crashes, and storm a provider that is overloaded already; from then on it only says when not to come.
 */
const TRUSTED_DELIVERIES = 10;

export interface Retry {
  readonly code: RetryCode;
  /** A stated instant (a provider's reset, a lease's end, `notBefore`): it wins over the doubling. */
  readonly notBefore?: EpochMs | undefined;
  /** What the request ends as when its time runs out over this. */
  readonly fallbackCode?: StuckCode | undefined;
}

export interface Circumstances {
  readonly now: EpochMs;
  /** Of the request, in milliseconds. */
  readonly age: number;
  /** From 1. */
  readonly receiveCount: number;
  readonly urgent: boolean;
  /** From 0 up to, not including, 1. */
  readonly random: number;
}

/** The longest that a request of this age waits for its next try, in milliseconds, where nobody states an instant. */
export const longestWait = ({ age, urgent }: Pick<Circumstances, 'age' | 'urgent'>): number =>
  CAPS[urgent ? 'urgent' : 'other'].find(({ until }) => age < until)?.cap ?? HOUR_MS;

/** 2 s, doubling with each delivery up to a cap by age, half fixed and half random. */
const doubling = (circumstances: Circumstances): number => {
  const { receiveCount, random } = circumstances;
  // 2 ** 30 seconds is far above every cap, and keeps the power finite for any count.
  const wait = Math.min(longestWait(circumstances), FIRST * 2 ** Math.min(receiveCount - 1, 30));
  return Math.floor(wait / 2 + (random * wait) / 2);
};

/** How long after a stated instant: up to 2 s, or so long that all who wait for a provider's limit have room. */
const spread = (code: RetryCode, waitMs: number, circumstances: Circumstances): number => {
  const { random, urgent } = circumstances;
  if (code !== 'rate-limited') return Math.floor(random * FIRST);
  const { part, fixed } = SPREAD[urgent ? 'urgent' : 'other'];
  const whole = Math.min(longestWait(circumstances), Math.max(FIRST, waitMs * part));
  return Math.floor(whole * (fixed + random * (1 - fixed)));
};

/** When a message may be delivered again: spread from the stated instant on; without one, or after many of them, by doubling. */
export const nextDelivery = ({ code, notBefore }: Retry, circumstances: Circumstances): EpochMs => {
  const { now, receiveCount } = circumstances;
  const backedOff = after(now, doubling(circumstances));
  if (notBefore === undefined || notBefore <= now) return backedOff;
  if (EXACT.includes(code)) return notBefore;
  const stated = after(notBefore, spread(code, notBefore - now, circumstances));
  return receiveCount > TRUSTED_DELIVERIES ? later(stated, backedOff) : stated;
};
