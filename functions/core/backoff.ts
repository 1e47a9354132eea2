import { after, type EpochMs, later } from './epoch.ts';
import type { RetryCode, StuckCode } from './outcome.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The longest wait by the request's age; the last row has no end. */
const CAPS = {
  urgent: [
    { until: HOUR, cap: MINUTE },
    { until: DAY, cap: 4 * MINUTE },
    { until: Number.POSITIVE_INFINITY, cap: HOUR },
  ],
  other: [
    { until: 2 * DAY, cap: 15 * MINUTE },
    { until: Number.POSITIVE_INFINITY, cap: HOUR },
  ],
} as const;

const FIRST = 2 * SECOND;

/** These state an instant of ours that is exact; a spread would only delay the key's death. */
const EXACT: readonly RetryCode[] = ['early'];

export interface Retry {
  readonly code: RetryCode;
  /** A stated instant (a provider's reset, a lease's end, `notBefore`): it wins over the doubling. */
  readonly notBefore?: EpochMs | undefined;
  /** What the request ends as when its time runs out over this. */
  readonly atLast?: StuckCode | undefined;
}

/**
 * When a message may be delivered again: 2 s, doubling with each delivery up to a cap by age, half fixed and half random.
 *
 * @param receiveCount from 1
 * @param random from 0 up to, not including, 1
 */
export const nextDelivery = (
  { code, notBefore }: Retry,
  {
    now,
    age,
    receiveCount,
    urgent,
    random,
  }: { now: EpochMs; age: number; receiveCount: number; urgent: boolean; random: number },
): EpochMs => {
  if (notBefore !== undefined && notBefore > now)
    return EXACT.includes(code) ? notBefore : after(notBefore, Math.floor(random * FIRST));
  const cap = CAPS[urgent ? 'urgent' : 'other'].find(({ until }) => age < until)?.cap ?? HOUR;
  // 2 ** 30 seconds is far above every cap, and keeps the power finite for any count.
  const wait = Math.min(cap, FIRST * 2 ** Math.min(receiveCount - 1, 30));
  return later(now, after(now, Math.floor(wait / 2 + (random * wait) / 2)));
};
