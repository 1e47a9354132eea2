import { type AttemptHooks, advanceAttempt, goAroundBan } from '../attempt/advance.ts';
import { markSigner } from '../attempt/call-guards.ts';
import { hasRoomFor } from '../attempt/progress.ts';
import type { Disposition } from '../delivery.ts';
import { type EpochMs, epochMs, later, toIso } from '../epoch.ts';
import {
  type AttemptEnded,
  type AttemptResult,
  asResult,
  attemptEnded,
  attemptWaiting,
} from '../ledger/attempt-result.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import { attemptName, caseKey, keyName, requestKey } from '../ledger/keys.ts';
import { releaseLease, takeLeaseFor } from '../ledger/lease.ts';
import { isSamePin, type Pin, type RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import { kindOf } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import { findingReceipt } from '../receipts/make-receipt.ts';
import { contextOf } from './attempt-context.ts';
import { rereadOrder } from './reread-order.ts';
import { type ResolvedTarget, resolveAgain } from './resolve-target.ts';
import type { DeliveryMode, Run } from './run.ts';

/**
 * Pins what this delivery found.
 *
 * @returns undefined if another delivery has pinned something else in the meantime (after a rotation), or has ended the request or
 *   moved to another attempt
 */
export const withPin = async (ports: Ports, item: RequestItem, pin: Pin): Promise<RequestItem | undefined> => {
  if (item.pin && isSamePin(item.pin, pin)) return item;
  const written = await updateItem<RequestItem>(ports, requestKey(item.requestId, item.planOnly), (current) =>
    current?.attempt === item.attempt && !current.receipt && isSamePin(current.pin, item.pin)
      ? { ...current, pin }
      : undefined,
  );
  const isOpen = written?.attempt === item.attempt && !written.receipt;
  return isOpen && isSamePin(written.pin, pin) ? written : undefined;
};

const publishResurrected = async (
  { ports }: Run,
  item: RequestItem,
  found: CaseItem,
  provedAt: EpochMs,
): Promise<void> => {
  const { provider, realm, keyId } = found;
  const why = `The key was proved gone at ${toIso(provedAt)}. The request continues`;
  const finding = { outcome: 'resurrected', keyState: 'alive', why } as const;
  await ports.outbox.publish(findingReceipt(ports, item, found.attempts[attemptName(item)], finding, found));
  ports.log.warn('resurrected', { requestId: item.requestId, provider, key: keyName(provider, realm, keyId) });
};

const isRefused = (result: AttemptResult): boolean => result.hasEnded && result.outcome === 'stuck/credential-refused';

/** Revokes: probes and calls until the request is over. If the managing key is refused, its current version is opened once. */
export const revokeKey: DeliveryMode['work'] = async (run, item, resolved, leased) => {
  const { ports } = run;
  // Before the first probe: an order to kill the managing key may come at the same time.
  if (!resolved.pin.self) await markSigner(ports, resolved.pin, true);
  const hooks: AttemptHooks = {
    rereadOrder: () => rereadOrder(ports, item, resolved.targetHeld?.opened),
    resurrected: (found, provedAt) => publishResurrected(run, item, found, provedAt),
  };
  const context = contextOf(run, item, resolved);
  const result = await goAroundBan(context, hooks, await advanceAttempt(context, hooks, leased as CaseItem));
  const fresh = isRefused(result) ? await resolveAgain(run, item) : undefined;
  if (fresh === undefined) return result;
  if ('hasEnded' in fresh) return fresh;
  const pinned = await withPin(ports, item, fresh.pin);
  if (pinned === undefined) return attemptWaiting({ code: 'in-progress' });
  const current = await ports.ledger.read<CaseItem>(caseKey(fresh.pin.keyName));
  return current
    ? advanceAttempt(contextOf(run, pinned, fresh), hooks, current)
    : attemptWaiting({ code: 'in-progress' });
};

/**
 * The end of an update whose own record, or whose key's, could not be read whole since it came in: a call of it may have left, and another
 * one could widen the key. A delete continues with what could be read.
 */
const lostUpdate = ({ ports, request }: Run, item: RequestItem, leased: CaseItem): AttemptEnded | undefined => {
  const salvagedAt = later(item.salvagedAt ?? epochMs(0), leased.salvagedAt ?? epochMs(0));
  if (kindOf(ports.providers, request) !== 'update' || salvagedAt < item.receivedAt) return undefined;
  const why = `A record in the ledger could not be read at ${toIso(salvagedAt)}, and an update of it may have left before`;
  return attemptEnded('stuck/unproven', why);
};

/**
 * Works on a key whose case this delivery holds, and records the result.
 *
 * @throws Unavailable if an AWS service does not answer; the lease is released if possible
 */
export const withLease = async (run: Run, item: RequestItem, resolved: ResolvedTarget): Promise<Disposition> => {
  const { ports, delivery, holder, mode, request } = run;
  const key = { ...resolved.pin, provider: request.provider };
  const wanted = { holder, until: delivery.deadline, seen: resolved.seen };
  const taken = await takeLeaseFor(ports, item, key, wanted);
  if (!taken.taken)
    return mode.conclude(run, item, attemptWaiting({ code: 'in-progress', notBefore: taken.notBefore }));
  const { item: leased } = taken;
  if (mode.isOrder && !hasRoomFor(leased, attemptName(item), isUrgent(request.reason)))
    return mode.conclude(run, item, attemptWaiting({ code: 'in-progress' }), leased);
  const lost = mode.isOrder ? lostUpdate(run, item, leased) : undefined;
  if (lost) return mode.conclude(run, item, lost, leased);
  try {
    return await mode.conclude(run, item, await mode.work(run, item, resolved, leased), leased);
  } catch (error) {
    const result = asResult(error);
    if (result.hasEnded || result.problem === undefined) return mode.conclude(run, item, result, leased);
    // Every exchange was awaited, so no exchange of ours is on its way. Other deliveries need not wait for the end of the lease.
    await releaseLease(ports, item, holder).catch(() => undefined);
    throw error;
  }
};
