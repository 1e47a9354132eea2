import type { Retry } from '../backoff.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { fromIso } from '../epoch.ts';
import { Fault, NotYet, Unavailable } from '../fault.ts';
import { inheritPin } from '../ledger/adopt.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import { claim } from '../ledger/claim.ts';
import { attemptName, caseKey } from '../ledger/keys.ts';
import { LeaseLost, takeLeaseFor } from '../ledger/lease.ts';
import { type Ended, isSamePin, type RequestItem } from '../ledger/request-item.ts';
import type { Ports } from '../ports.ts';
import type { Asking } from '../probe/ask.ts';
import { isUrgent } from '../reason.ts';
import { type Parsed, parseRequest, type RevocationRequest } from '../request/parse-request.ts';
import { publishEnd } from './finish.ts';
import { isOwnSender, recheck } from './recheck.ts';
import { type ResolvedTarget, resolveTarget } from './resolve-target.ts';
import { conclude, endOfFault, latestNotBefore, publishFromCase, waitOrGiveUp, waitUnclaimed } from './settle.ts';
import { endAsPlan, type Run, resolveAgain, withLease, withPin } from './with-lease.ts';

/** The rules that need neither credential nor provider. */
const checkPreconditions = (
  { config, clock }: Ports,
  { sentAt }: Delivery,
  { provider, notBefore }: RevocationRequest,
): void => {
  if (!config.providers.includes(provider))
    throw new Fault('refused/provider-off', `Cannot act at ${provider}, wanted one of ${config.providers.join(', ')}`);
  const due = fromIso(String(notBefore));
  // Stryker disable next-line ConditionalExpression: an instant that there is not is later than no other
  if (due === undefined) return;
  if (due > latestNotBefore(sentAt, config.giveUpAfterMs)) throw new Fault('refused/too-far', '');
  if (due > clock.now()) throw new NotYet({ code: 'early', notBefore: due });
};

/** An end that the case holds already, by a delivery that did not come as far as its receipt. */
const publishEndInCase = async ({ ports }: Run, item: RequestItem): Promise<boolean> => {
  const found = item.pin && (await ports.ledger.read<CaseItem>(caseKey(item.pin.keyName)));
  if (found?.attempts[attemptName(item)]?.ended === undefined) return false;
  await publishFromCase(ports, item, found, undefined);
  return true;
};

/** A request that has ended: whatever of its end an earlier delivery did not come to is done now. */
const publishAgain = async (ports: Ports, item: RequestItem, ended: Ended): Promise<void> => {
  const found = item.pin && (await ports.ledger.read<CaseItem>(caseKey(item.pin.keyName)));
  if (found?.attempts[attemptName(item)]?.ended) await publishFromCase(ports, item, found, undefined);
  else await publishEnd(ports, item, ended);
};

/** A managing key's version that is gone has been rotated away, or its secret made anew. */
const resolveOrReopen = async (run: Run, item: RequestItem): Promise<ResolvedTarget> => {
  const { ports, asking, provider, request } = run;
  try {
    return await resolveTarget(ports, asking, provider, item, request);
  } catch (error) {
    const isMissing = error instanceof Fault && error.outcome === 'stuck/credential-missing';
    const fresh = isMissing ? await resolveAgain(run, item) : undefined;
    if (fresh === undefined) throw error;
    return fresh;
  }
};

const carryOut = async (run: Run, item: RequestItem): Promise<Disposition> => {
  const { ports, delivery, request } = run;
  if (await publishEndInCase(run, item)) return { done: true };
  checkPreconditions(ports, delivery, request);
  const resolved = await resolveOrReopen(run, item);
  const pinned = item.pin && isSamePin(item.pin, resolved.pin) ? item : await withPin(ports, item, resolved.pin);
  return item.planOnly ? endAsPlan(run, pinned, resolved) : withLease(run, pinned, resolved);
};

/** A fault after the request was pinned belongs into the key's case as well: a call of this request may have left. */
const concludeFault = async (run: Run, claimed: RequestItem, fault: Fault): Promise<Disposition> => {
  const { ports, delivery, holder, request } = run;
  const item = await inheritPin(ports, claimed);
  const { pin } = item;
  if (pin === undefined || item.planOnly) return conclude(ports, item, endOfFault(fault), undefined);
  const key = { ...pin, provider: request.provider };
  const taken = await takeLeaseFor(ports, item, key, { holder, until: delivery.deadline, seen: [] });
  return taken.taken
    ? conclude(ports, item, endOfFault(fault), holder)
    : waitOrGiveUp(ports, delivery, item, { code: 'in-progress', notBefore: taken.notBefore }, undefined);
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
): Promise<Disposition> => {
  // Whose key it is has to be known before a call can leave.
  const asking: Asking = { ports, deadline: delivery.deadline, bypassesBreaker: isUrgent(request.reason) };
  const run: Run = {
    ports,
    delivery,
    request,
    provider: ports.provider(request.provider),
    asking,
    holder: ports.newId(),
  };
  try {
    return await carryOut(run, item).catch((error: unknown) => {
      if (error instanceof Fault) return concludeFault(run, item, error);
      throw error;
    });
  } catch (error) {
    const retry = retryOf(error);
    if (retry === undefined) throw error;
    if (error instanceof Unavailable)
      ports.log.warn('aws did not answer', { requestId: item.requestId, problem: error.message });
    return waitOrGiveUp(ports, delivery, item, retry, undefined);
  }
};

const NOT_FOR_YOU: Parsed = {
  // Stryker disable next-line StringLiteral: whatever is not a request is refused
  kind: 'refused',
  code: 'malformed',
  message: 'Cannot take look from this sender, wanted it from this system’s own functions alone',
  fields: ['look'],
  clean: undefined,
  provider: undefined,
};

/**
 * Carries out one delivery of one message: claims the request, opens its credential, probes, calls, proves, and publishes the receipt.
 * Each step is in the ledger before the next, so any later delivery goes on from there.
 *
 * @returns whether the message is done with; if not, when it may come again
 * @throws whatever is a defect of ours: the message comes again by itself
 */
export const revoke = async (ports: Ports, delivery: Delivery): Promise<Disposition> => {
  try {
    const parsed = parseRequest(delivery.body);
    const isLook = parsed.kind === 'request' && parsed.request.look;
    if (isLook && isOwnSender(ports, delivery)) return await recheck(ports, delivery, parsed.request);
    const asked = isLook ? NOT_FOR_YOU : parsed;
    let item = await claim(ports, delivery, asked);
    if (item.ended && item.attempt < delivery.attempt) {
      // A new attempt takes the place of the one before, with whatever a crash left of its end to do.
      await publishAgain(ports, item, item.ended);
      item = await claim(ports, delivery, asked, { isFinished: true });
    }
    if (item.ended) {
      await publishAgain(ports, item, item.ended);
      return { done: true };
    }
    const { request } = item;
    if (request === undefined) throw new Error('Cannot carry out an item without a request');
    return await onRequest(ports, delivery, item, request);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    ports.log.warn('aws did not answer', { messageId: delivery.messageId, problem: error.message });
    return waitUnclaimed(ports, delivery);
  }
};
