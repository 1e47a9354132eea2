import { after, toIso } from '../../core/epoch.ts';
import { INDEX_KEY, type IndexItem } from '../../core/ledger/sweep-items.ts';
import { MISSED_TICKS, SECOND_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import { inWords } from '../terminal/duration.ts';
import type { Diagnosis } from './finding.ts';

/**
 * Whether the clock of the sweep runs, by the last sweep that began: a schedule that is on and cannot invoke the function shows as well.
 *
 * @returns undefined for a deployment that does not tell how often it sweeps
 * @throws Unavailable if the ledger does not answer
 */
export const sweepClockFinding = async ({ card, clock, ledger }: Deployed): Promise<Diagnosis | undefined> => {
  const { sweepEverySeconds } = card;
  if (sweepEverySeconds === undefined) return undefined;
  const everyMs = sweepEverySeconds * SECOND_MS;
  const due = `one is due every ${inWords(everyMs)}`;
  const tickedAt = (await ledger.read<IndexItem>(INDEX_KEY))?.tickedAt;
  if (tickedAt === undefined)
    return { verdict: 'note', says: [`No sweep has begun yet, and ${due}. Run doctor again after that time`] };
  if (clock.now() <= after(tickedAt, MISSED_TICKS * everyMs))
    return { verdict: 'well', says: [`The last sweep began at ${toIso(tickedAt)}`] };
  const why =
    'The schedule SweepTick is off, or it cannot invoke the function. Look at the schedule and at the undelivered queue';
  return { verdict: 'wrong', says: [`The last sweep began at ${toIso(tickedAt)}, though ${due}`, why] };
};
