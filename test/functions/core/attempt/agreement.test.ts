import { describe, expect, it } from 'vitest';
import { agreedFor, agreementAfter } from '../../../../functions/core/attempt/agreement.ts';
import { after, type Clock, type EpochMs, epochMs } from '../../../../functions/core/epoch.ts';
import { NOON } from '../rounds.ts';

/** Two clocks of one process; only the wall clock can be set. */
const clockAt = (wallMs: number, elapsedMs: number): Clock => ({
  now: () => epochMs(NOON + wallMs),
  elapsed: () => elapsedMs,
  until: async () => {},
});
const agreed = (at: EpochMs) => ({ on: 'absent', at, count: 1 }) as const;

const began = agreementAfter(clockAt(0, 100), undefined, undefined, agreed(NOON));
const EARLIER = agreed(after(NOON, -60_000));
const continued = agreementAfter(clockAt(0, 100), undefined, EARLIER, EARLIER);

describe('an agreement that began in this delivery', () => {
  it.each([
    ['both clocks', 2_000, 2_100, 2_000],
    ['the slower clock, where the wall clock was put forward', 3_600_000, 1_100, 1_000],
    ['the slower clock, where the wall clock was put back', -1_000, 2_100, -1_000],
  ])('has held as long as %s say', (_what, wallMs, elapsedMs, expected) => {
    expect(agreedFor(clockAt(wallMs, elapsedMs), began)).toBe(expected);
  });

  it('is the same after another round', () => {
    expect(agreementAfter(clockAt(2_000, 2_100), began, agreed(NOON), agreed(NOON))).toBe(began);
  });

  it('begins again after a round that did not agree', () => {
    expect(agreementAfter(clockAt(2_000, 2_100), began, agreed(NOON), undefined)).toBeUndefined();
    const again = agreementAfter(clockAt(4_000, 4_100), began, agreed(NOON), agreed(after(NOON, 4_000)));
    expect(agreedFor(clockAt(5_000, 5_100), again)).toBe(1_000);
  });
});

describe('an agreement that another delivery began', () => {
  it('has held since then, less what two clocks may be apart', () => {
    expect(agreedFor(clockAt(0, 100), continued)).toBe(55_000);
  });

  it('has held at least as long as this delivery has watched it', () => {
    const just = agreed(after(NOON, -1_000));
    const watched = agreementAfter(clockAt(0, 100), undefined, just, just);
    expect(agreedFor(clockAt(2_000, 2_100), watched)).toBe(2_000);
    expect(agreedFor(clockAt(2_000, 1_100), watched)).toBe(1_000);
    expect(agreedFor(clockAt(8_000, 2_100), watched)).toBe(4_000);
  });
});

it('is none before two rounds agree', () => expect(agreedFor(clockAt(0, 100), undefined)).toBe(0));
