import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  HOUR_MS,
  LONGEST_DELAY_SECONDS,
  MINUTE_MS,
  SECOND_MS,
  TIMING,
} from '../../../functions/core/timing.ts';

it('counts in milliseconds', () =>
  expect([SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS]).toEqual([1_000, 60_000, 3_600_000, 86_400_000]));

describe('the durations', () => {
  const { recordMs, reportMarginMs, functionTimeoutMs, exchangeMs, callMarginMs, visibilityMs, crashMarginMs } = TIMING;

  it.each<[what: string, inner: number, outer: number]>([
    ['a record and its report inside the function', recordMs + reportMarginMs, functionTimeoutMs],
    ['a call and the note of its answer inside a record', callMarginMs, recordMs],
    ['an exchange inside the time that a call needs', exchangeMs + SECOND_MS, callMarginMs],
    ['six functions inside the queue’s visibility, as Lambda wants it', 6 * functionTimeoutMs, visibilityMs],
    ['a record and its margin inside the queue’s visibility', recordMs + crashMarginMs, visibilityMs],
    ['the sending of a sweep inside its margin', TIMING.sweepSendMs, TIMING.sweepMarginMs],
    ['the longest delay of a message inside a watched absence', LONGEST_DELAY_SECONDS * SECOND_MS, TIMING.unwatchedMs],
    ['an unwatched absence inside an outage', TIMING.unwatchedMs, TIMING.outageMs],
    ['an outage inside what the queues keep', TIMING.outageMs, TIMING.retentionMs],
  ])('nest: %s', (_what, inner, outer) => expect(inner).toBeLessThanOrEqual(outer));
});
