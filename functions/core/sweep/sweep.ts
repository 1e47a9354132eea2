import { after, type EpochMs, epochMs } from '../epoch.ts';
import { pausedSince } from '../ledger/operator-items.ts';
import type { Ports } from '../ports.ts';
import { AT_ONCE, someAtOnce } from '../some-at-once.ts';
import { TIMING } from '../timing.ts';
import { dueOrders, withinLimits } from './due-orders.ts';
import { horizonOf, type Ready, sendOrder } from './look.ts';
import { type OneByOne, oneByOne } from './one-by-one.ts';
import { noteListing, reconcile } from './reconcile.ts';

/** What one sweep did. */
export interface Swept {
  /** Tagged secrets in this sweep's part of the listing. */
  readonly secrets: number;
  readonly sent: number;
  /** Due, but left to a later sweep because of the limit or a pause. */
  readonly left: number;
  /** Secrets whose expiry tags cannot be read, in all of the listing. */
  readonly unreadable: number;
  /** Tagged secrets that are replicas of secrets in other regions: their own region reads the tags. Absent if there is none. */
  readonly replicas?: number;
  /** Tagged secrets that are marked for deletion: nothing can be sent for them. Absent if there is none. */
  readonly markedForDeletion?: number;
  /** Where its time ran out: the next sweep continues from there. */
  readonly goesOn?: true;
}

/** Sends several orders in one call, unless the system is paused. @returns how many were sent; there was no time for the rest */
const sendAll = async (ports: Ports, { serve }: OneByOne, ready: readonly Ready[], until: EpochMs): Promise<number> => {
  if (ready.length === 0 || (await pausedSince(ports)) !== undefined) return 0;
  let sent = 0;
  for (let tried = 0; tried < ready.length && ports.clock.now() < until; tried += AT_ONCE)
    await someAtOnce(ready.slice(tried, tried + AT_ONCE), async (one) => {
      await serve(one.secret.name, async () => {
        await sendOrder(ports, one);
        sent += 1;
      });
    });
  return sent;
};

const NEVER = epochMs(Number.POSITIVE_INFINITY);

/**
 * Turns expiry tags that are due, or will be before the next sweeps are over, into requests on the common requests queue: first those that
 * are noted as due, then those that the listing finds. It decides from the ledger, so two sweeps at once make the same requests. While the
 * system is paused, it reads and reports, but sends nothing.
 *
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 * @param until when it stops listing. It sends what it has found by then, and the next sweep continues from there
 * @throws Unavailable if an AWS service does not answer at all; the next sweep begins where this one began
 */
export const sweep = async (ports: Ports, aheadMs: number, until: EpochMs = NEVER): Promise<Swept> => {
  const horizon = horizonOf(ports.clock.now(), aheadMs);
  const [limit, sendUntil] = [ports.config.limits.other, after(until, TIMING.sweepSendMs)];
  const each = oneByOne(ports, 'sweep');
  const due = await dueOrders(ports, each, horizon);
  const sentDue = await sendAll(ports, each, due.ready, sendUntil);
  // Never more than may be sent at once.
  let ready: readonly Ready[] = [];
  let found = 0;
  const part = await reconcile(ports, each, { horizon, until }, (more) => {
    found += more.length;
    ready = withinLimits([...ready, ...more], limit, due.ready);
  });
  const sent = sentDue + (await sendAll(ports, each, ready, sendUntil));
  each.finish();
  const unreadable = await noteListing(ports, part);
  const { secrets, replicas, goesOn } = part;
  const swept = {
    secrets,
    sent,
    left: due.past + due.ready.length + found - sent,
    unreadable,
    ...(replicas > 0 && { replicas }),
    ...(part.markedForDeletion > 0 && { markedForDeletion: part.markedForDeletion }),
    ...(goesOn && { goesOn: true as const }),
  };
  ports.log.info('sweep done', { ...swept });
  return swept;
};
