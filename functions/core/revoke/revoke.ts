import { type Delivery, type Disposition, isOwnSender } from '../delivery.ts';
import { asResult, attemptWaiting } from '../ledger/attempt-result.ts';
import { claim } from '../ledger/claim.ts';
import { ledgerOfDelivery } from '../ledger/known-items.ts';
import { pausedSince } from '../ledger/operator-items.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import { type Parsed, parseRequest } from '../request/parse-request.ts';
import { allOver } from '../some-at-once.ts';
import { contextOf } from './attempt-context.ts';
import { conclude, publishStoredEnd } from './conclude.ts';
import { CONFIRM } from './confirm.ts';
import { dryRun } from './dry-run.ts';
import { lookAhead } from './look-ahead.ts';
import { checkPreconditions } from './preconditions.ts';
import { RECHECK } from './recheck.ts';
import { recheckOf } from './recheck-of.ts';
import { unlessItPasses } from './refused-for-now.ts';
import { resolve } from './resolve-target.ts';
import { type DeliveryMode, type Run, runOf } from './run.ts';
import { DONE, waitPaused, waitUnclaimed } from './wait-for.ts';
import { revokeKey, withLease, withPin } from './with-lease.ts';

const concluded: DeliveryMode['conclude'] = async ({ ports, delivery, holder }, item, result, leased) =>
  conclude(ports, delivery, item, await unlessItPasses(ports, item, result), leased && holder);

const REVOCATION: DeliveryMode = { isOrder: true, needsLease: true, work: revokeKey, conclude: concluded };

const DRY_RUN: DeliveryMode = {
  isOrder: true,
  needsLease: false,
  work: (run, item, resolved) =>
    dryRun(contextOf(run, item, resolved), { ...resolved.pin, provider: run.request.provider }),
  conclude: concluded,
};

const takeSteps = async (run: Run, item: RequestItem): Promise<Disposition> => {
  const { ports, mode } = run;
  const early = mode.isOrder ? checkPreconditions(run, item) : undefined;
  if (early) return mode.conclude(run, item, early);
  const resolved = await resolve(run, item);
  if ('hasEnded' in resolved) return mode.conclude(run, item, resolved);
  if (mode.needsLease && item.salvagedAt === undefined) return withLease(run, item, resolved);
  await allOver(resolved.notes.map((note) => note()));
  const pinned = await withPin(ports, item, resolved.pin);
  if (pinned === undefined) return mode.conclude(run, item, attemptWaiting({ code: 'in-progress' }));
  // Only now is it known which case may hold an end of this request.
  if (mode.isOrder && item.salvagedAt !== undefined && (await publishStoredEnd(ports, pinned))) return DONE;
  if (mode.needsLease) return withLease(run, pinned, { ...resolved, notes: [] });
  return mode.conclude(run, pinned, await mode.work(run, pinned, resolved));
};

/** Carries a claimed request as far as this delivery can. If an end cannot be written, the request waits, as after a failed step. */
const carryOut = async (run: Run, item: RequestItem): Promise<Disposition> => {
  const { mode } = run;
  try {
    return await takeSteps(run, item).catch((error: unknown) => {
      const result = asResult(error);
      if (result.hasEnded) return mode.conclude(run, item, result);
      throw error;
    });
  } catch (error) {
    return mode.conclude(run, item, asResult(error));
  } finally {
    run.asking.connection?.close();
  }
};

const notForYou = ({ request: { requestId: text } }: Parsed & { readonly kind: 'request' }): Parsed => ({
  kind: 'refused',
  code: 'malformed',
  message: 'Cannot accept look from this sender: only this system’s own functions may send it',
  fields: ['look'],
  clean: undefined,
  provider: undefined,
  askedId: text === undefined ? undefined : { text, isPlain: true },
});

/**
 * Carries out one delivery of one message, unless the system is paused: claims the request, resolves its target, probes, calls, proves, and publishes the receipt.
 * Each step is in the ledger before the next one, so any later delivery continues from there.
 *
 * @param held resolves when the message may be carried out. Until then nothing is written, and no provider is asked
 * @returns whether the message is finished; if not, when it may come back
 * @throws what `held` rejects with
 * @throws a defect of ours: the message comes back by itself
 */
export const revoke = async (
  given: Ports,
  delivery: Delivery,
  held: Promise<unknown> = Promise.resolve(),
): Promise<Disposition> => {
  const ports = { ...given, ledger: ledgerOfDelivery(given) };
  const pausing = pausedSince(ports);
  pausing.catch(() => undefined); // awaited where the message is carried out
  try {
    const { requestTopics } = ports.config;
    const parsed = parseRequest(ports.providers, delivery.body, {
      isRequestTopic: (topicArn) => requestTopics.includes(topicArn),
    });
    const isRecheck = parsed.kind === 'request' && parsed.request.look;
    const ahead = parsed.kind === 'request' && !isRecheck ? lookAhead(ports, delivery, parsed.request) : undefined;
    await held;
    if ((await pausing) !== undefined) return waitPaused(ports);
    if (isRecheck && isOwnSender(ports, delivery)) {
      const recheck = await recheckOf(ports, delivery, parsed.request, { confirm: CONFIRM, recheck: RECHECK });
      return recheck ? await carryOut(recheck.run, recheck.item) : DONE;
    }
    const asked = isRecheck ? notForYou(parsed) : parsed;
    const claiming = claim(ports, delivery, asked, (earlier) => publishStoredEnd(ports, earlier));
    await allOver<unknown>([claiming, ...(ahead ? [ahead.read()] : [])]);
    const item = await claiming;
    if (await publishStoredEnd(ports, item)) return DONE;
    if (item.request === undefined) throw new Error('Cannot carry out an item without a request');
    // A pinned request is about the versions that were pinned.
    const own = ahead && item.pin === undefined ? { ...ports, vault: ahead.vault } : ports;
    return await carryOut(runOf(own, delivery, item.planOnly ? DRY_RUN : REVOCATION, item.request), item);
  } catch (error) {
    const result = asResult(error);
    if (result.hasEnded || result.problem === undefined) throw error;
    ports.log.warn('aws did not answer', { messageId: delivery.messageId, problem: result.problem });
    return waitUnclaimed(ports, delivery);
  }
};
