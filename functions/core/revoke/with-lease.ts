import { advanceAttempt } from '../attempt/advance.ts';
import { markSigner } from '../attempt/call-guards.ts';
import { hasRoomFor } from '../attempt/progress.ts';
import type { AttemptContext, AttemptResult } from '../attempt/pursuit.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { type EpochMs, toIso } from '../epoch.ts';
import { Fault, NotYet, Unavailable } from '../fault.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import { attemptName, caseKey, keyName, requestKey } from '../ledger/keys.ts';
import { releaseLease, takeLeaseFor } from '../ledger/lease.ts';
import { isSamePin, type Pin, type RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import type { Asking } from '../probe/ask.ts';
import type { Provider } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import { findingReceipt } from '../receipts/make-receipt.ts';
import type { RevocationRequest } from '../request/parse-request.ts';
import { dryRun } from './dry-run.ts';
import { publishEnd } from './finish.ts';
import { rereadOrder } from './reread-order.ts';
import { type ResolvedTarget, resolveTarget } from './resolve-target.ts';
import { conclude, endOfFault, waitOrGiveUp } from './settle.ts';

/** One delivery with its claimed request. */
export interface Run {
  readonly ports: Ports;
  readonly delivery: Delivery;
  readonly request: RevocationRequest;
  readonly provider: Provider;
  readonly asking: Asking;
  /** Names this delivery's lease. */
  readonly holder: string;
}

/**
 * Pins what this delivery found.
 *
 * @throws NotYet where another delivery has pinned something else meanwhile (a rotation came in between) or the request went on
 */
export const withPin = async (ports: Ports, item: RequestItem, pin: Pin): Promise<RequestItem> => {
  const written = await updateItem<RequestItem>(ports, requestKey(item.requestId, item.planOnly), (current) =>
    current?.attempt === item.attempt && !current.receipt && isSamePin(current.pin, item.pin)
      ? { ...current, pin }
      : undefined,
  );
  if (written?.attempt !== item.attempt || !isSamePin(written.pin, pin)) throw new NotYet({ code: 'in-progress' });
  return written;
};

const publishResurrected = async (
  { ports }: Run,
  item: RequestItem,
  found: CaseItem,
  provedAt: EpochMs,
): Promise<void> => {
  const { provider, realm, keyId } = found;
  const why = `It was proved dead at ${toIso(provedAt)}. The request goes on`;
  const finding = { outcome: 'resurrected', keyState: 'alive', why } as const;
  await ports.outbox.publish(findingReceipt(item, found.attempts[attemptName(item)], finding, found, ports.digest));
  ports.log.warn('resurrected', { requestId: item.requestId, provider, key: keyName(provider, realm, keyId) });
};

const contextOf = (
  { ports, provider, request, asking, holder }: Run,
  item: RequestItem,
  { pin, order }: ResolvedTarget,
): AttemptContext => ({
  ports,
  provider,
  item,
  request,
  pin,
  order,
  asking,
  holder,
});

/** Plans a request and ends it so. */
export const endAsPlan = async (run: Run, item: RequestItem, resolved: ResolvedTarget): Promise<Disposition> => {
  const { result, progress } = await dryRun(contextOf(run, item, resolved), {
    ...resolved.pin,
    provider: run.request.provider,
  });
  await publishEnd(run.ports, item, { ...result, at: run.ports.clock.now() }, progress);
  return { done: true };
};

/**
 * The order with its managing key opened once more as it is now, since it may have been rotated; `undefined` where that is of no use.
 *
 * @throws NotYet where the provider has to be asked whose key it is, and did not tell
 */
export const resolveAgain = async (
  { ports, provider, asking, request }: Run,
  item: RequestItem,
): Promise<ResolvedTarget | undefined> => {
  const { pin } = item;
  if (pin === undefined || pin.self || request.secretVersion !== 'AWSCURRENT') return undefined;
  const fresh = await resolveTarget(ports, asking, provider, item, request, { reopenSigner: true }).catch(
    (error: unknown) => {
      // What is there now is of no use, so what was found at first stands: a call may have left.
      if (error instanceof Fault) return undefined;
      throw error;
    },
  );
  // A key of another world has the target's name there, and is not the target.
  if (fresh?.pin.keyName !== pin.keyName || fresh.pin.signer.versionId === pin.signer.versionId) return undefined;
  return fresh;
};

const isRefused = (result: AttemptResult): boolean => result.hasEnded && result.outcome === 'stuck/credential-refused';

const advanceWithFreshSigner = async (
  run: Run,
  item: RequestItem,
  resolved: ResolvedTarget,
  leased: CaseItem,
): Promise<AttemptResult> => {
  const hooks = {
    rereadOrder: () => rereadOrder(run.ports, item, resolved.targetHeld?.opened),
    resurrected: (found: CaseItem, provedAt: EpochMs) => publishResurrected(run, item, found, provedAt),
  };
  const result = await advanceAttempt(contextOf(run, item, resolved), hooks, leased);
  const fresh = isRefused(result) ? await resolveAgain(run, item) : undefined;
  if (fresh === undefined) return result;
  const pinned = await withPin(run.ports, item, fresh.pin);
  const current = await run.ports.ledger.read<CaseItem>(caseKey(fresh.pin.keyName));
  return current ? advanceAttempt(contextOf(run, pinned, fresh), hooks, current) : result;
};

/** Carries out a claimed request as far as this delivery goes, the key's case in hand. */
export const withLease = async (run: Run, item: RequestItem, resolved: ResolvedTarget): Promise<Disposition> => {
  const { ports, delivery, holder, request } = run;
  const key = { ...resolved.pin, provider: request.provider };
  const taken = await takeLeaseFor(ports, item, key, { holder, until: delivery.deadline, seen: resolved.seen });
  if (!taken.taken)
    return waitOrGiveUp(ports, delivery, item, { code: 'in-progress', notBefore: taken.notBefore }, undefined);
  if (!hasRoomFor(taken.item, attemptName(item), isUrgent(request.reason)))
    return waitOrGiveUp(ports, delivery, item, { code: 'in-progress' }, holder);
  try {
    // Before the first probe: an order to kill the managing key may come at the same time.
    if (!resolved.pin.self) await markSigner(ports, resolved.pin, true);
    const result = await advanceWithFreshSigner(run, item, resolved, taken.item);
    return await (result.hasEnded
      ? conclude(ports, item, result, holder)
      : waitOrGiveUp(ports, delivery, item, result, holder));
  } catch (error) {
    if (error instanceof Fault) return conclude(ports, item, endOfFault(error), holder);
    if (error instanceof NotYet) return waitOrGiveUp(ports, delivery, item, error.retry, holder);
    // Every exchange was awaited, so nothing of ours is on its way; others need not wait the lease out.
    if (error instanceof Unavailable) await releaseLease(ports, item, holder).catch(() => undefined);
    throw error;
  }
};
