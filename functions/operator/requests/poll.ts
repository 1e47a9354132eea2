import { after, type EpochMs } from '../../core/epoch.ts';
import type { Context } from '../deployment/context.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

/** The time between polls: short at first, while the user watches; later no shorter than changes come. */
const POLLS_MS = [500, 500, 1_000, 1_000, 2_000, 3_000, 5_000] as const;

/**
 * Waits for an instant, unless the user interrupts.
 *
 * @throws Failure `aborted`
 */
export const pause = async ({ clock, signal }: Pick<Context, 'clock' | 'signal'>, until: EpochMs): Promise<void> => {
  const broken = Promise.withResolvers<never>();
  const abort = (): void => broken.reject(new Failure(EXIT.aborted, 'Interrupted: what was sent continues'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([clock.until(until), broken.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** The time of the next poll. */
export const nextPoll = (now: EpochMs, polls: number): EpochMs => after(now, POLLS_MS[polls] ?? 5_000);
