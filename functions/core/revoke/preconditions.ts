import { after, type EpochMs, fromIso } from '../epoch.ts';
import { Fault } from '../fault.ts';
import { type AttemptWaiting, attemptWaiting } from '../ledger/attempt-result.ts';
import { DAY_MS } from '../timing.ts';
import type { Run } from './run.ts';

/** A queue drops a message after 14 days. A request must wait for its time and finish within 13. */
const HORIZON_MS = 13 * DAY_MS;

/** The latest `notBefore` that leaves its whole time to a message that was sent at this instant. */
export const latestNotBefore = (sentAt: EpochMs, giveUpAfterMs: number): EpochMs =>
  after(sentAt, HORIZON_MS - giveUpAfterMs);

/**
 * The rules that need neither credential nor provider.
 *
 * @returns the wait, if the request's time has not come
 * @throws Fault `refused/provider-off` or `refused/too-far`
 */
export const checkPreconditions = ({ ports, delivery, request }: Run): AttemptWaiting | undefined => {
  const { config, clock } = ports;
  const { provider, notBefore } = request;
  if (!config.providers.includes(provider))
    throw new Fault(
      'refused/provider-off',
      `Cannot act at ${provider}: this deployment has only ${config.providers.join(', ')}`,
    );
  const due = fromIso(String(notBefore));
  if (due === undefined) return undefined;
  if (due > latestNotBefore(delivery.sentAt, config.giveUpAfterMs)) throw new Fault('refused/too-far', '');
  return due > clock.now() ? attemptWaiting({ code: 'early', notBefore: due }) : undefined;
};
