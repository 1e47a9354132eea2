import { after, type EpochMs, later } from './epoch.ts';
import type { RetryCode, StuckCode } from './outcome.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './timing.ts';

/** The longest wait by the request's age. The last row has no end. */
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
 * All requests get the same instant for a provider's limit. So they come back over a part of the time that they waited, up to the cap of
 * their kind: the urgent requests at once, and the others after them. The queue then drains slowly instead of all at once.
 */
const SPREAD = { urgent: { part: 1 / 4, fixed: 0 }, other: { part: 1, fixed: 1 / 2 } } as const;

/** Our own exact instants: a spread would only delay the key's death. */
const EXACT: readonly RetryCode[] = ['early'];

/**
 * How often a stated instant is used as it is. A provider that always says "in 2 s" would use up the receive count, which is
 * for crashes, and would overload itself more. After that the instant only says when not to come.
 */
const TRUSTED_DELIVERIES = 10;

export interface Retry {
  readonly code: RetryCode;
  /** A stated instant (a provider's reset, a lease's end, `notBefore`). It comes before the doubling. */
  readonly notBefore?: EpochMs | undefined;
  /** What the request ends as if its time runs out during this wait. */
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

/** The longest wait of a request of this age, in milliseconds, if no instant was stated. */
export const longestWait = ({ age, urgent }: Pick<Circumstances, 'age' | 'urgent'>): number =>
  CAPS[urgent ? 'urgent' : 'other'].find(({ until }) => age < until)?.cap ?? HOUR_MS;

/** 2 s, doubled with each delivery up to a cap by age. One half is fixed, and the other is random. */
const doubling = (circumstances: Circumstances): number => {
  const { receiveCount, random } = circumstances;
  // 2 ** 30 seconds is far above every cap. It keeps the power finite for any count.
  const wait = Math.min(longestWait(circumstances), FIRST * 2 ** Math.min(receiveCount - 1, 30));
  return Math.floor(wait / 2 + (random * wait) / 2);
};

/** How long after a stated instant: up to 2 s, or long enough to spread all requests that wait for a provider's limit. */
const spread = (code: RetryCode, waitMs: number, circumstances: Circumstances): number => {
  const { random, urgent } = circumstances;
  if (code !== 'rate-limited') return Math.floor(random * FIRST);
  const { part, fixed } = SPREAD[urgent ? 'urgent' : 'other'];
  const whole = Math.min(longestWait(circumstances), Math.max(FIRST, waitMs * part));
  return Math.floor(whole * (fixed + random * (1 - fixed)));
};

/** When a message may be delivered again: spread after the stated instant. Without an instant, or after many, the wait doubles. */
export const nextDelivery = ({ code, notBefore }: Retry, circumstances: Circumstances): EpochMs => {
  const { now, receiveCount } = circumstances;
  const backedOff = after(now, doubling(circumstances));
  if (notBefore === undefined || notBefore <= now) return backedOff;
  if (EXACT.includes(code)) return notBefore;
  const stated = after(notBefore, spread(code, notBefore - now, circumstances));
  return receiveCount > TRUSTED_DELIVERIES ? later(stated, backedOff) : stated;
};
