import { type Gauges, gauge } from './gauges.ts';
import { type LookedAfter, lookAfter } from './look-after.ts';
import { type SweepPorts, type Swept, sweep } from './sweep.ts';

export interface Ticked extends Swept {
  readonly gauges: Gauges;
  /** `undefined` where the day's pass is done or under way, or the system is paused. */
  readonly lookedAfter: LookedAfter | undefined;
}

/**
 * What is done at each tick of the clock: tells how much is open, turns due expiry tags into requests, and once a day looks after the
 * ledger's cases.
 *
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 * @throws Unavailable where an AWS service does not answer; the next tick begins anew
 */
export const tick = async (ports: SweepPorts, aheadMs: number): Promise<Ticked> => {
  // First, so that a sweep that fails does not hide how much is open.
  const gauges = await gauge(ports);
  const swept = await sweep(ports, aheadMs);
  return { ...swept, gauges, lookedAfter: await lookAfter(ports) };
};
