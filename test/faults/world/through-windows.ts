import { watchWindows } from '../../../functions/core/sweep/settle-watch.ts';
import { MINUTE_MS } from '../../../functions/core/timing.ts';
import type { World } from './world.ts';

/** A window has seven readings at most. A key that comes back has a few windows, and one that nobody answers for is read each minute. */
const MOST_DELIVERIES = 120;
/** A reading that is so late is sent again by the sweep. */
const LATE_MS = 5 * MINUTE_MS;

/** Reads every key that is in its settle window until its finding is published, as the queue and the sweep do. */
export const throughWindows = async (world: World): Promise<void> => {
  const { ledger, clock, ports } = world;
  world.followWindows();
  for (let n = 0; n < MOST_DELIVERIES; n += 1) {
    if (world.queue.length > 0) {
      await world.deliver();
      continue;
    }
    const open = ledger.items().find((item) => item['state'] === 'settling-case');
    if (open === undefined) return;
    clock.advanceTo(Number(open['at']) + LATE_MS);
    await clock.run(watchWindows(ports));
  }
};
