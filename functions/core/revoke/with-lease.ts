import { type AttemptHooks, advanceAttempt, goAroundBan } from '../attempt/advance.ts';
import { markSigner } from '../attempt/call-guards.ts';
import { hasRoomFor } from '../attempt/progress.ts';
import { prepareRound } from '../attempt/round.ts';
import type { Disposition } from '../delivery.ts';
import { type EpochMs, epochMs, later, toIso } from '../epoch.ts';
import {
  type AttemptEnded,
  type AttemptResult,
  asResult,
  attemptEnded,
  attemptWaiting,
} from '../ledger/attempt-result.ts';
import { type CaseItem, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { attemptName, caseKey, keyName, requestKey } from '../ledger/keys.ts';
import { releaseLease, stillStands, takeLease } from '../ledger/lease.ts';
import { isSamePin, type Pin, type RequestItem } from '../ledger/request-item.ts';
import { recall, updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import { kindOf } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import { findingReceipt } from '../receipts/make-receipt.ts';
import { allOver } from '../some-at-once.ts';
import { contextOf } from './attempt-context.ts';
import { publishStoredEnd } from './conclude.ts';
import { rereadOrder } from './reread-order.ts';
import { type ResolvedTarget, resolveAgain } from './resolve-target.ts';
import type { DeliveryMode, Run } from './run.ts';
import { DONE } from './wait-for.ts';

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

/** A case under this delivery's lease, with the request as it was pinned; or when the message may come back. */
type TakenUp =
  | { readonly leased: CaseItem; readonly item: RequestItem }
  | { readonly leased?: undefined; readonly item: RequestItem; readonly notBefore?: EpochMs | undefined };

/**
 * Takes the lease and pins the request, both at once, and prepares the first probes. The writes stand on what this delivery knows of the case
 * and of the request. So where both succeed, no other delivery has ended the request in between. A request that is pinned already is read
 * again instead. If another delivery wrote to the case in between, the request is read once more, under the lease.
 */
const takeUp = async (
  run: Run,
  item: RequestItem,
  resolved: ResolvedTarget,
  found: CaseItem | undefined,
): Promise<TakenUp> => {
  const { ports, delivery, holder, mode, request } = run;
  const { pin, seen } = resolved;
  const isPinned = item.pin !== undefined && isSamePin(item.pin, pin);
  const pinning = isPinned
    ? stillStands(ports, item).then((stands) => (stands ? item : undefined))
    : withPin(ports, item, pin);
  const leasing = takeLease(ports, { ...pin, provider: request.provider }, { holder, until: delivery.deadline, seen });
  const context = contextOf(run, item, resolved);
  const progress = found?.attempts[attemptName(item)] ?? NEW_ATTEMPT;
  // Whatever fails here is done again in its turn.
  const preparing = mode.isOrder ? prepareRound(context, found, progress) : undefined;
  // Before the first probe: an order to kill the managing key may come at the same time.
  const marking = mode.isOrder && !pin.self && markSigner(ports, pin, true);
  await Promise.allSettled([leasing, pinning, preparing, marking]);
  const taken = await leasing;
  if (!taken.taken) return { item: (await pinning) ?? item, notBefore: taken.notBefore };
  try {
    const pinned = await pinning;
    await marking;
    const isFirst = taken.item.rev === (found?.rev ?? 0) + 1;
    if (pinned && (isFirst || (await stillStands(ports, pinned)))) return { leased: taken.item, item: pinned };
    await releaseLease(ports, { ...item, pin }, holder);
    return { item };
  } catch (error) {
    await releaseLease(ports, { ...item, pin }, holder).catch(() => undefined);
    throw error;
  }
};

/**
 * Works on a key whose case this delivery holds, and records the result.
 *
 * @throws Unavailable if an AWS service does not answer; the lease is released if possible
 */
export const withLease = async (run: Run, claimed: RequestItem, resolved: ResolvedTarget): Promise<Disposition> => {
  const { ports, holder, mode, request } = run;
  const reading = recall<CaseItem>(ports, caseKey(resolved.pin.keyName));
  await allOver<unknown>([reading, ...resolved.notes.map((note) => note())]);
  const found = await reading;
  if (mode.isOrder && found?.attempts[attemptName(claimed)]?.ended) {
    const pinned = await withPin(ports, claimed, resolved.pin);
    if (pinned && (await publishStoredEnd(ports, pinned))) return DONE;
  }
  const { leased, item, ...wait } = await takeUp(run, claimed, resolved, found);
  if (leased === undefined) return mode.conclude(run, item, attemptWaiting({ code: 'in-progress', ...wait }));
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
