import { after, type EpochMs } from '../../core/epoch.ts';
import type { Context } from '../deployment/context.ts';
import { EXIT, Failure } from '../terminal/failure.ts';

/** Polls come this much apart: at first as often as somebody looks, later as often as anything changes. */
const POLLS_MS = [500, 500, 1_000, 1_000, 2_000, 3_000, 5_000] as const;

/**
 * Waits for an instant as long as nobody breaks off.
 *
 * @throws Failure `aborted`
 */
export const pause = async ({ clock, signal }: Pick<Context, 'clock' | 'signal'>, until: EpochMs): Promise<void> => {
  const broken = Promise.withResolvers<never>();
  const abort = (): void => broken.reject(new Failure(EXIT.aborted, 'Broken off: what was sent goes on'));
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
