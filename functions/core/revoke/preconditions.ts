import { after, type EpochMs, earlier, fromIso } from '../epoch.ts';
import { Fault } from '../fault.ts';
import { type AttemptWaiting, attemptWaiting } from '../ledger/attempt-result.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import { isExpiryOrder } from '../request/revocation-request.ts';
import { DAY_MS } from '../timing.ts';
import type { Run } from './run.ts';

/** A queue drops a message after 14 days. A request must wait for its time and finish within 13. */
const HORIZON_MS = 13 * DAY_MS;

/** A `notBefore` that is farther back is most likely a wrong year, and its order is not meant for now. */
const LONG_AGO_MS = 400 * DAY_MS;

/** The latest `notBefore` that leaves its whole time to a message that was sent at this instant. */
export const latestNotBefore = (sentAt: EpochMs, giveUpAfterMs: number): EpochMs =>
  after(sentAt, HORIZON_MS - giveUpAfterMs);

/**
 * The rules that need neither credential nor provider.
 *
 * @returns the wait, if the request's time has not come
 * @throws Fault `refused/provider-off`, `refused/too-far` or `refused/malformed`
 */
export const checkPreconditions = (
  { ports, delivery, request }: Pick<Run, 'ports' | 'delivery' | 'request'>,
  item: Pick<RequestItem, 'requestId' | 'receivedAt'>,
): AttemptWaiting | undefined => {
  const { config, clock } = ports;
  const { provider, notBefore } = request;
  if (!config.providers.includes(provider))
    throw new Fault(
      'refused/provider-off',
      `Cannot act at ${provider}: this deployment has only ${config.providers.join(', ')}`,
    );
  const due = fromIso(String(notBefore));
  if (due === undefined) return undefined;
  // A copy is sent later than the message that was claimed.
  const askedAt = earlier(delivery.sentAt, item.receivedAt);
  if (due < after(askedAt, -LONG_AGO_MS) && !isExpiryOrder(item.requestId))
    throw new Fault(
      'refused/malformed',
      'Cannot act by a notBefore of more than 400 days ago: leave it out to act at once, or give a later one, such as 2027-03-31T18:00:00+02:00',
    );
  if (due > latestNotBefore(delivery.sentAt, config.giveUpAfterMs)) throw new Fault('refused/too-far', '');
  // A dry run is a question about what would be done: nobody waits days for the answer.
  return due > clock.now() && !request.dryRun ? attemptWaiting({ code: 'early', notBefore: due }) : undefined;
};
