import { after, epochMs } from '../epoch.ts';
import { type Index, inBrief } from '../ledger/in-brief.ts';
import { BY_STATE, requestIdOf, requestKey } from '../ledger/keys.ts';
import { CASES, type CaseBrief } from '../ledger/lists.ts';
import { pausedSince } from '../ledger/operator-items.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { sendRecheck } from '../revoke/enqueue.ts';
import { someAtOnce } from '../some-at-once.ts';
import { MINUTE_MS } from '../timing.ts';
import { oneByOne } from './one-by-one.ts';

/** The message of a reading that is this late must have been lost. */
const LATE_MS = 5 * MINUTE_MS;

/** A window that has been over for this long should have a finding. */
const OVERDUE_MS = 15 * MINUTE_MS;

/** How the settle windows stand. */
export interface WatchedWindows {
  /** Messages for a late reading that were sent again. */
  readonly resent: number;
  /** Keys whose window has been over for a while without a finding. */
  readonly notConfirmed: number;
}

/**
 * Sends the message of each late reading again, and of each reading that no message waits for, and counts the windows that are overdue.
 * Sends nothing while the system is paused.
 *
 * @throws Unavailable if an AWS service does not answer at all; the next tick starts again
 */
export const watchWindows = async (ports: Ports, index: Index = BY_STATE): Promise<WatchedWindows> => {
  const { ledger, clock, outbox, log } = ports;
  const now = clock.now();
  const isPaused = (await pausedSince(ports)) !== undefined;
  const { serve, finish } = oneByOne(ports, 'window');
  let resent = 0;
  let notConfirmed = 0;
  const watch = async (brief: CaseBrief | undefined): Promise<void> => {
    if (brief?.window === undefined) return;
    const { owner, nextAt, endsAt, bySweep = false } = brief.window;
    if (now > after(endsAt, OVERDUE_MS)) notConfirmed += 1;
    if (isPaused || now < after(nextAt, bySweep ? 0 : LATE_MS)) return;
    const request = await ledger.read<RequestItem>(requestKey(requestIdOf(owner), false));
    if (!request?.published) return;
    await sendRecheck(outbox, request, 0);
    resent += 1;
  };
  // A window that is overdue is read each minute, so its next reading may lie ahead. A request that is at work on the key keeps its case open.
  for (const state of ['settling-case', 'open-case'])
    for await (const page of inBrief(ports, index, CASES, state, epochMs(0), after(now, OVERDUE_MS)))
      await someAtOnce(page, async ({ name, read }) => {
        await serve(name, async () => watch(await read()));
      });
  finish();
  log.info('windows read', { resent, notConfirmed });
  return { resent, notConfirmed };
};
