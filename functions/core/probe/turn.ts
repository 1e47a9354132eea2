import { after, epochMs } from '../epoch.ts';
import type { Rate } from '../provider.ts';
import { TIMING } from '../timing.ts';
import type { Asking } from './ask.ts';

/**
 * A second touches four of these at most, so that a quarter of the rate in each is never too much. One less for the ways there, which
 * differ in length. Alone, nobody waits.
 */
const WINDOW_MS = 334;
const WINDOWS_TOUCHED = 4;
const FORGET_MS = 3_600_000;

/**
 * Waits for a turn at the provider's rate, which all deliveries share: each window of time belongs to the first few that take it.
 *
 * @returns false where none is free while there is time for an exchange
 * @throws Unavailable where the ledger does not answer
 */
export const takeRateSlot = async (
  { ports: { ledger, clock }, deadline }: Asking,
  rate: Rate | undefined,
): Promise<boolean> => {
  if (rate === undefined) return true;
  const most = Math.floor((rate.perSecond - 1) / WINDOWS_TOUCHED);
  const last = after(deadline, -TIMING.exchangeMs);
  for (let n = Math.floor(clock.now() / WINDOW_MS); n * WINDOW_MS <= last; n += 1) {
    const begins = epochMs(n * WINDOW_MS);
    const window = { pk: `rate#${rate.of}`, sk: String(begins) };
    if (!(await ledger.count(window, most, after(begins, FORGET_MS)))) continue;
    await clock.until(begins);
    return true;
  }
  return false;
};
