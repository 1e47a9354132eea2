import type { Clock, EpochMs } from '../epoch.ts';
import type { AttemptRecord } from '../ledger/case-item.ts';
import { TIMING } from '../timing.ts';

/** Rounds that agree, as far as this delivery has watched them. */
export interface Agreement {
  /** The first of all these rounds, by the ledger. */
  readonly began: EpochMs;
  /** That round was a round of this delivery. */
  readonly isOurs: boolean;
  /** The first round of this delivery, by both clocks. */
  readonly at: EpochMs;
  readonly elapsed: number;
}

/** The agreement after one more round. @param before the agreement that the ledger held before that round */
export const agreementAfter = (
  clock: Clock,
  known: Agreement | undefined,
  before: AttemptRecord['agreed'],
  agreed: AttemptRecord['agreed'],
): Agreement | undefined => {
  if (agreed === undefined || known?.began === agreed.at) return agreed && known;
  return { began: agreed.at, isOurs: before?.at !== agreed.at, at: clock.now(), elapsed: clock.elapsed() };
};

/**
 * How long an agreement has held, in milliseconds. Within one delivery the slower of its two clocks counts, since a wall clock can jump. The
 * rounds of two deliveries are told apart by two wall clocks.
 */
export const agreedFor = (clock: Clock, agreement: Agreement | undefined): number => {
  if (agreement === undefined) return 0;
  const { began, isOurs, at, elapsed } = agreement;
  const watched = Math.min(clock.now() - at, clock.elapsed() - elapsed);
  return isOurs ? watched : Math.max(watched, clock.now() - began - TIMING.clocksApartMs);
};
