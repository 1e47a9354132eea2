import { after, type EpochMs, earlier, epochMs } from '../epoch.ts';
import type { Ports } from '../ports.ts';
import { SECOND_MS } from '../timing.ts';
import { watchControls } from './control-watch.ts';
import { type DailyPassReport, dailyPass } from './daily-pass.ts';
import { fillIndex, noteTick } from './fill-index.ts';
import { type Gauges, gauge } from './gauges.ts';
import { type WatchedWindows, watchWindows } from './settle-watch.ts';
import { type Swept, sweep } from './sweep.ts';

/** How much of a tick's time may go into the walk that fills the new index. */
const FILLING_MS = 30 * SECOND_MS;

const NEVER = epochMs(Number.POSITIVE_INFINITY);

export interface Ticked extends Swept {
  readonly gauges: Gauges;
  readonly windows: WatchedWindows;
  /** Secrets that are tagged as control keys; `undefined` if the sweep had no time left. */
  readonly controls: number | undefined;
  /** `undefined` if the day's pass is done or running, the system is paused, or the sweep had no time left. */
  readonly lookedAfter: DailyPassReport | undefined;
}

/**
 * What is done at each tick of the clock: reports how much is open, sends late readings again, turns due expiry tags into requests, notes
 * the control keys, and once a day checks the ledger's cases.
 *
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 * @param until when the sweep stops reading
 * @throws Unavailable if an AWS service does not answer; the next tick starts again
 */
export const tick = async (ports: Ports, aheadMs: number, until?: EpochMs): Promise<Ticked> => {
  const index = await noteTick(ports);
  // Before the sweep, so that a sweep that fails does not hide how much is open.
  const gauges = await gauge(ports, index);
  const windows = await watchWindows(ports, index);
  const swept = await sweep(ports, aheadMs, until);
  const lookedAfter = swept.goesOn ? undefined : await dailyPass(ports, index);
  await fillIndex(ports, earlier(after(ports.clock.now(), FILLING_MS), until ?? NEVER));
  // Last: without it the other work of a tick is whole.
  const controls = swept.goesOn ? undefined : await watchControls(ports);
  return { ...swept, gauges, windows, lookedAfter, controls };
};
