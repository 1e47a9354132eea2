import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDelivery } from '../../../functions/core/backoff.ts';
import { after, epochMs } from '../../../functions/core/epoch.ts';
import { RETRY } from '../../../functions/core/outcome.ts';

const NOW = epochMs(Date.UTC(2026, 10, 21));
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ALMOST_ONE = 0.999_999_999;

const wait = (state: Partial<Parameters<typeof nextDelivery>[1]>): number =>
  nextDelivery({ code: 'no-reply' }, { now: NOW, age: 0, receiveCount: 1, urgent: true, random: 0, ...state }) - NOW;

describe('the wait by deliveries', () => {
  it.each([
    [1, 2 * SECOND],
    [2, 4 * SECOND],
    [5, 32 * SECOND],
    [6, MINUTE],
    [1_000, MINUTE],
  ])('after delivery %i lies in the upper half of %i ms', (receiveCount, whole) => {
    expect(wait({ receiveCount })).toBe(whole / 2);
    expect(wait({ receiveCount, random: 0.5 })).toBe(0.75 * whole);
    expect(wait({ receiveCount, random: ALMOST_ONE })).toBe(whole - 1);
  });
});

describe('the cap by age', () => {
  it.each([
    ['urgent', true, 0, MINUTE],
    ['urgent', true, HOUR - 1, MINUTE],
    ['urgent', true, HOUR, 4 * MINUTE],
    ['urgent', true, DAY - 1, 4 * MINUTE],
    ['urgent', true, DAY, HOUR],
    ['other', false, 0, 15 * MINUTE],
    ['other', false, 2 * DAY - 1, 15 * MINUTE],
    ['other', false, 2 * DAY, HOUR],
    ['other', false, 12 * DAY, HOUR],
  ])('of an %s request, urgent %s, at %i ms is %i ms', (_kind, urgent, age, cap) =>
    expect(wait({ urgent, age, receiveCount: 40 })).toBe(cap / 2),
  );
});

describe('a stated instant', () => {
  const state = { now: NOW, age: 0, receiveCount: 9, urgent: false, random: 0.5 };

  it('wins over the doubling, with up to 2 s on top', () => {
    const notBefore = after(NOW, 7);
    for (const code of ['rate-limited', 'in-progress'] as const)
      expect(nextDelivery({ code, notBefore }, { ...state, urgent: true })).toBe(NOW + 7 + SECOND);
    expect(nextDelivery({ code: 'in-progress', notBefore: after(NOW, DAY) }, state)).toBe(NOW + DAY + SECOND);
  });

  it.each([
    ['an urgent request', true, 80 * SECOND, 0, 20 * SECOND],
    ['an urgent request, its cap at most', true, 10 * MINUTE, 0, MINUTE],
    ['another request', false, 10 * MINUTE, 5 * MINUTE, 10 * MINUTE],
    ['another request, its cap at most', false, DAY, 7.5 * MINUTE, 15 * MINUTE],
    ['another request, two seconds at least', false, 7, SECOND, 2 * SECOND],
  ])('that a provider’s limit states has room behind it for %s', (_what, urgent, wait, from, to) => {
    const notBefore = after(NOW, wait);
    const at = (random: number) => nextDelivery({ code: 'rate-limited', notBefore }, { ...state, urgent, random });
    expect([at(0), at(ALMOST_ONE)]).toEqual([notBefore + from, notBefore + to - 1]);
    expect(at(0.5)).toBe(notBefore + (from + to) / 2);
  });

  it('is taken at its word ten times, and from then on says only when not to come', () => {
    const soon = { code: 'rate-limited', notBefore: after(NOW, 7) } as const;
    expect(nextDelivery(soon, { ...state, receiveCount: 10 })).toBe(NOW + 7 + 1.5 * SECOND);
    expect(nextDelivery(soon, { ...state, receiveCount: 11 })).toBe(NOW + 0.75 * 15 * MINUTE);
    const far = { code: 'rate-limited', notBefore: after(NOW, DAY) } as const;
    expect(nextDelivery(far, { ...state, receiveCount: 11 })).toBe(NOW + DAY + 0.75 * 15 * MINUTE);
  });

  it('is met exactly where it is our own due date', () =>
    expect(nextDelivery({ code: 'early', notBefore: after(NOW, 7) }, state)).toBe(NOW + 7));

  it.each([
    [10, NOW + 7 + 1.5 * SECOND],
    [11, NOW + 0.75 * 15 * MINUTE],
  ])('is no sooner than the doubling from the eleventh delivery on (%i)', (receiveCount, expected) =>
    expect(nextDelivery({ code: 'rate-limited', notBefore: after(NOW, 7) }, { ...state, receiveCount })).toBe(expected),
  );

  it('that is always the same and near does not use up the receive count', () => {
    let age = 0;
    let receiveCount = 1;
    for (; age < 12 * DAY; receiveCount += 1) {
      const now = after(NOW, age);
      const next = nextDelivery(
        { code: 'rate-limited', notBefore: after(now, 2 * SECOND) },
        { now, age, urgent: true, receiveCount, random: 0.5 },
      );
      age += next - now;
    }
    expect(receiveCount).toBeLessThan(1_000);
  });

  it.each([0, -1, -HOUR])('says nothing %i ms from now', (ms) =>
    expect(nextDelivery({ code: 'rate-limited', notBefore: after(NOW, ms) }, state)).toBe(
      nextDelivery({ code: 'rate-limited' }, state),
    ),
  );
});

it('waits at least a second and at most an hour, whatever it is given', () =>
  fc.assert(
    fc.property(
      fc.record({
        age: fc.integer({ min: 0, max: 14 * DAY }),
        receiveCount: fc.integer({ min: 1, max: 1_000_000 }),
        urgent: fc.boolean(),
        random: fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
      }),
      (state) => {
        expect(wait(state)).toBeGreaterThanOrEqual(SECOND);
        expect(wait(state)).toBeLessThanOrEqual(HOUR);
      },
    ),
  ));

it('stays below 1000 deliveries in twelve days, whatever is stated, of dice that are spread evenly', () =>
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.noBias(fc.integer({ min: 0, max: 999 })), { minLength: 1_000, maxLength: 1_000 }),
      fc.array(
        fc.record({ code: fc.constantFrom(...RETRY), inMs: fc.option(fc.nat(2 * SECOND), { nil: undefined }) }),
        {
          minLength: 1,
        },
      ),
      (urgent, dice, stated) => {
        let age = 0;
        let receiveCount = 1;
        for (; age < 12 * DAY; receiveCount += 1) {
          const now = after(NOW, age);
          const { code, inMs } = stated[receiveCount % stated.length] ?? { code: 'no-reply', inMs: undefined };
          const random = (dice[receiveCount % 1_000] ?? 0) / 1_000;
          // Its own due date is stated once, and met.
          const notBefore = inMs === undefined || code === 'early' ? undefined : after(now, inMs);
          age += nextDelivery({ code, notBefore }, { now, age, urgent, receiveCount, random }) - now;
        }
        expect(receiveCount).toBeLessThan(1_000);
      },
    ),
  ));
