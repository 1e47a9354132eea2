import { amend } from './amend.ts';
import type { Asking } from './ask.ts';
import type { Retry } from './backoff.ts';
import { claim } from './claim.ts';
import type { Delivery, Verdict } from './delivery.ts';
import { dryRun } from './dry-run.ts';
import { type EpochMs, fromIso } from './epoch.ts';
import { Fault, NotYet, Unavailable } from './fault.ts';
import { finish } from './finish.ts';
import { LeaseLost, takeLease } from './lease.ts';
import {
  type CaseItem,
  caseKey,
  type Ended,
  type Pin,
  type RequestItem,
  requestKey,
  workName,
} from './ledger-items.ts';
import { resurrectedReceipt } from './make-receipt.ts';
import { type Aimed, aim } from './pin.ts';
import type { Ports } from './ports.ts';
import type { Provider } from './provider.ts';
import { pursue } from './pursue.ts';
import type { Pursued, Pursuit } from './pursuit.ts';
import { recheckTags } from './recheck.ts';
import { parseRequest, type RevocationRequest } from './request.ts';
import { finishFromCase, horizon, type Outcome, release, settleEnd, settleRetry, unclaimed } from './settle.ts';

/** One delivery with its claimed request. */
interface Run {
  readonly ports: Ports;
  readonly delivery: Delivery;
  readonly request: RevocationRequest;
  readonly provider: Provider;
  readonly asking: Asking;
  /** Names this delivery's lease. */
  readonly holder: string;
}

const outcomeOf = ({ outcome, message, evidence }: Fault): Outcome => ({ outcome, why: message, evidence });

/** The rules that need neither credential nor provider. */
const admit = ({ config, clock }: Ports, { sentAt }: Delivery, { provider, notBefore }: RevocationRequest): void => {
  if (!config.providers.includes(provider))
    throw new Fault('refused/provider-off', `Cannot act at ${provider}, wanted one of ${config.providers.join(', ')}`);
  const due = notBefore === undefined ? undefined : (fromIso(notBefore) as EpochMs);
  if (due === undefined) return;
  if (due > horizon(sentAt, config.giveUpAfterMs)) throw new Fault('refused/too-far', '');
  if (due > clock.now()) throw new NotYet({ code: 'early', notBefore: due });
};

const withPin = async (ports: Ports, item: RequestItem, pin: Pin): Promise<RequestItem> => {
  const written = await amend<RequestItem>(ports, requestKey(item.requestId, item.planOnly), (current) =>
    current === undefined || current.receipt ? undefined : { ...current, pin },
  );
  return written ?? item;
};

const tellResurrected = async ({ ports }: Run, item: RequestItem, found: CaseItem): Promise<void> => {
  await ports.outbox.publish(resurrectedReceipt(item, found, found.works[workName(item)], ports.digest));
  ports.log.warn('resurrected', { requestId: item.requestId, key: item.pin?.keyName ?? '' });
};

const pursuitOf = (
  { ports, provider, request, asking, holder }: Run,
  item: RequestItem,
  { pin, order }: Aimed,
): Pursuit => ({
  ports,
  provider,
  item,
  request,
  pin,
  order,
  asking,
  holder,
});

const planOnly = async (run: Run, item: RequestItem, aimed: Aimed): Promise<Verdict> => {
  const { pursued, work } = await dryRun(pursuitOf(run, item, aimed), { ...aimed.pin, provider: run.request.provider });
  if (!pursued.over) return settleRetry(run.ports, run.delivery, item, pursued, undefined);
  await finish(run.ports, item, { ...pursued, at: run.ports.clock.now() }, work);
  return { done: true };
};

/** A managing key that is refused at its pinned version may have been rotated since: it is opened once more as it is now. */
const reopened = async (
  { ports, provider, asking, request }: Run,
  item: RequestItem,
  pursued: Pursued,
): Promise<Aimed | undefined> => {
  const { pin } = item;
  if (!pursued.over || pursued.outcome !== 'stuck/credential-refused' || pin === undefined || pin.self)
    return undefined;
  if (request.secretVersion !== 'AWSCURRENT') return undefined;
  const fresh = await aim(ports, asking, provider, item, request, { reopenSigner: true });
  return fresh.pin.signer.versionId === pin.signer.versionId ? undefined : fresh;
};

const chase = async (run: Run, item: RequestItem, aimed: Aimed, leased: CaseItem): Promise<Pursued> => {
  const hooks = {
    recheck: () => recheckTags(run.ports, item, aimed.targetHeld?.opened),
    resurrected: (found: CaseItem) => tellResurrected(run, item, found),
  };
  const pursued = await pursue(pursuitOf(run, item, aimed), hooks, leased);
  const fresh = await reopened(run, item, pursued);
  if (fresh === undefined) return pursued;
  const pinned = await withPin(run.ports, item, fresh.pin);
  const current = await run.ports.ledger.read<CaseItem>(caseKey(fresh.pin.keyName));
  return current ? pursue(pursuitOf(run, pinned, fresh), hooks, current) : pursued;
};

/** Carries out a claimed request as far as this delivery goes, the key's case in hand. */
const underLease = async (run: Run, item: RequestItem, aimed: Aimed): Promise<Verdict> => {
  const { ports, delivery, holder, request } = run;
  const key = { ...aimed.pin, provider: request.provider };
  const taken = await takeLease(ports, key, { holder, until: delivery.deadline, seen: aimed.seen });
  if (!taken.taken)
    return settleRetry(ports, delivery, item, { code: 'in-progress', notBefore: taken.notBefore }, undefined);
  try {
    const pursued = await chase(run, item, aimed, taken.item);
    return await (pursued.over
      ? settleEnd(ports, item, pursued, holder)
      : settleRetry(ports, delivery, item, pursued, holder));
  } catch (error) {
    if (error instanceof Fault) return settleEnd(ports, item, outcomeOf(error), holder);
    if (error instanceof NotYet) return settleRetry(ports, delivery, item, error.retry, holder);
    // Every exchange was awaited, so nothing of ours is on its way; others need not wait the lease out.
    if (error instanceof Unavailable) await release(ports, item, holder).catch(() => undefined);
    throw error;
  }
};

/** An end that the case holds already, by a delivery that did not come as far as its receipt. */
const finishedEarlier = async ({ ports }: Run, item: RequestItem): Promise<boolean> => {
  const found = item.pin && (await ports.ledger.read<CaseItem>(caseKey(item.pin.keyName)));
  if (found?.works[workName(item)]?.ended === undefined) return false;
  await finishFromCase(ports, item, found, undefined);
  return true;
};

/** A request that has ended: whatever of its end an earlier delivery did not come to is done now. */
const finishAgain = async (ports: Ports, item: RequestItem, ended: Ended): Promise<void> => {
  const found = item.pin && (await ports.ledger.read<CaseItem>(caseKey(item.pin.keyName)));
  if (found?.works[workName(item)]?.ended) await finishFromCase(ports, item, found, undefined);
  else await finish(ports, item, ended);
};

const carryOut = async (run: Run, item: RequestItem): Promise<Verdict> => {
  const { ports, delivery, request, provider, asking } = run;
  if (await finishedEarlier(run, item)) return { done: true };
  admit(ports, delivery, request);
  const aimed = await aim(ports, asking, provider, item, request);
  const pinned = item.pin ? item : await withPin(ports, item, aimed.pin);
  return item.planOnly ? planOnly(run, pinned, aimed) : underLease(run, pinned, aimed);
};

/** A fault after the request was pinned belongs into the key's case as well: a call of this request may have left. */
const faulted = async (run: Run, item: RequestItem, fault: Fault): Promise<Verdict> => {
  const { ports, delivery, holder, request } = run;
  const { pin } = item;
  if (pin === undefined || item.planOnly) return settleEnd(ports, item, outcomeOf(fault), undefined);
  const key = { ...pin, provider: request.provider };
  const taken = await takeLease(ports, key, { holder, until: delivery.deadline, seen: [] });
  return taken.taken
    ? settleEnd(ports, item, outcomeOf(fault), holder)
    : settleRetry(ports, delivery, item, { code: 'in-progress', notBefore: taken.notBefore }, undefined);
};

const retryOf = (error: unknown): Retry | undefined => {
  if (error instanceof NotYet) return error.retry;
  if (error instanceof Unavailable) return { code: 'aws-down' };
  return error instanceof LeaseLost ? { code: 'in-progress' } : undefined;
};

const onRequest = async (
  ports: Ports,
  delivery: Delivery,
  item: RequestItem,
  request: RevocationRequest,
): Promise<Verdict> => {
  const asking: Asking = { ports, deadline: delivery.deadline };
  const run: Run = {
    ports,
    delivery,
    request,
    provider: ports.provider(request.provider),
    asking,
    holder: ports.newId(),
  };
  try {
    return await carryOut(run, item);
  } catch (error) {
    if (error instanceof Fault) return faulted(run, item, error);
    const retry = retryOf(error);
    if (retry === undefined) throw error;
    if (error instanceof Unavailable)
      ports.log.warn('aws did not answer', { requestId: item.requestId, problem: error.message });
    return settleRetry(ports, delivery, item, retry, undefined);
  }
};

/**
 * Carries out one delivery of one message: claims the request, opens its credential, probes, calls, proves, and publishes the receipt.
 * Each step is in the ledger before the next, so any later delivery goes on from there.
 *
 * @returns whether the message is done with; if not, when it may come again
 * @throws whatever is a defect of ours: the message comes again by itself
 */
export const revoke = async (ports: Ports, delivery: Delivery): Promise<Verdict> => {
  try {
    const item = await claim(ports, delivery, parseRequest(delivery.body));
    if (item.ended) {
      await finishAgain(ports, item, item.ended);
      return { done: true };
    }
    const { request } = item;
    if (request === undefined) throw new Error('Cannot carry out an item without a request');
    return await onRequest(ports, delivery, item, request);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    ports.log.warn('aws did not answer', { messageId: delivery.messageId, problem: error.message });
    return unclaimed(ports, delivery);
  }
};
