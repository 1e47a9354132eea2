import { epochMs } from '../../../functions/core/epoch.ts';
import type { Awaited } from '../simulated/instrumented.ts';
import type { Message } from '../simulated/message-queue.ts';
import { postpone } from '../world/run-case.ts';
import type { World } from '../world/world.ts';

/** A delivery that waits for one of its ports, and all that happens around it. */
export interface Scene {
  readonly world: World;
  /** The message of that delivery. */
  readonly message: Message;
  readonly awaited: Awaited;
  /** Which of its calls it waits for, from 0. */
  readonly call: number;
  /** Lets work continue beside the delivery when that wakes. */
  readonly beside: (work: Promise<void>) => void;
}

/** Far more than it takes: one message is over after three or four, or an hour later. */
const MOST_DELIVERIES = 40;

/** Delivers until nothing is left on the queue, while the caller runs the clock. */
export const untilNothingWaits = async (world: World): Promise<void> => {
  const { clock, next, begin } = world;
  for (let n = 0, message = next(); message !== undefined && n < MOST_DELIVERIES; n += 1, message = next()) {
    postpone(world, n);
    await clock.until(epochMs(message.visibleAt));
    await begin(message);
  }
};
