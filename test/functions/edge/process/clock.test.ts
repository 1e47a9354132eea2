import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { systemClock } from '../../../../functions/edge/process/clock.ts';

const START = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const reached = (ms: number) => {
  const state = { is: false };
  void systemClock.until(after(systemClock.now(), ms)).then(() => {
    state.is = true;
  });
  return state;
};

it('tells the time of the machine', () => expect(systemClock.now()).toBe(START));

it('waits as long as it should, and no less', async () => {
  const waited = reached(1_000);
  await vi.advanceTimersByTimeAsync(999);
  expect(waited.is).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(waited.is).toBe(true);
});

it('continues to wait if a timer fires before the instant', async () => {
  const waited = reached(1_000);
  vi.setSystemTime(START - 500); // the clock was set back, as a timer knows nothing of
  await vi.advanceTimersByTimeAsync(1_000);
  expect(waited.is).toBe(false);
  await vi.advanceTimersByTimeAsync(500);
  expect(waited.is).toBe(true);
});

it('does not wait for an instant that has passed', async () => {
  await expect(systemClock.until(epochMs(START - 1))).resolves.toBeUndefined();
});
