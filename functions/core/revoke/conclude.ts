import { markSigner } from '../attempt/call-guards.ts';
import { withEnd } from '../attempt/progress.ts';
import { type SettleTerms, withSettling } from '../attempt/settle-window.ts';
import type { Retry } from '../backoff.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { after, type EpochMs, later, toIso } from '../epoch.ts';
import { noteAsked } from '../ledger/asked-ids.ts';
import {
  type AttemptEnded,
  type AttemptResult,
  type AttemptWaiting,
  attemptEnded,
  attemptWaiting,
} from '../ledger/attempt-result.ts';
import { type AttemptRecord, type CaseItem, executedCalls, type Settling } from '../ledger/case-item.ts';
import { attemptName, caseKey, recheckName, requestKey } from '../ledger/keys.ts';
import { inheritPin, releaseLease, takeLeaseFor, updateLeasedCase } from '../ledger/lease.ts';
import { countedFrom, type Ended, type RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { type FinalOutcome, type FindingOutcome, isGone, needsPerson } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { providerNamed } from '../provider.ts';
import { isUrgent } from '../reason.ts';
import type { Receipt } from '../receipt.ts';
import { endFacts } from '../receipts/log-facts.ts';
import { finalReceipt, interimReceipt, owesInterim } from '../receipts/make-receipt.ts';
import { statusTags } from '../request/expiry-tags.ts';
import { LONGEST_DELAY_SECONDS, SECOND_MS, TIMING } from '../timing.ts';
import { controlLoss, targetSecretOf } from './control-loss.ts';
import { sendRecheck, setAside, waitInLane } from './enqueue.ts';
import { DONE, waitFor } from './wait-for.ts';

/** A request that has ended. The end and its receipt are written together. */
type EndedRequest = RequestItem & { readonly ended: Ended; readonly receipt: Receipt };

const hasReceipt = (item: RequestItem | undefined): item is EndedRequest => item?.receipt !== undefined;

const ledgerKey = ({ requestId, planOnly }: RequestItem) => requestKey(requestId, planOnly);

/** Another delivery has pinned the request since this delivery read it. A call of that delivery may be on its way. */
const isPinnedSince = (current: RequestItem, item: RequestItem): boolean =>
  current.pin !== undefined && item.pin === undefined && !item.planOnly;

/** Writes how a request ended, with its whole receipt, once. An earlier end stays. */
const withReceipt = (
  ports: Ports,
  item: RequestItem,
  ended: Ended,
  record: AttemptRecord | undefined,
): Promise<RequestItem | undefined> =>
  updateItem<RequestItem>(ports, ledgerKey(item), (current) => {
    if (current?.attempt !== item.attempt || current.receipt || isPinnedSince(current, item)) return undefined;
    const receipt = finalReceipt(ports, current, record, ended);
    return { ...current, ended, receipt, state: undefined, at: ended.at };
  });

/** Writes the status of a key into the tags of its secret, for people. */
export const tagTarget = async (
  ports: Ports,
  { pin, planOnly, requestId }: RequestItem,
  { outcome, at }: { readonly outcome: FinalOutcome | FindingOutcome; readonly at: EpochMs },
): Promise<void> => {
  const arn = targetSecretOf(pin);
  if (arn === undefined || planOnly) return;
  await ports.vault
    .tag(arn, statusTags(outcome, at))
    .catch(() => ports.log.warn('secret not tagged', { requestId, outcome }));
};

/** Sends the first reading of a settle window, or for the finding that there is. If it is not sent, a sweep sends it. */
const sendReading = async ({ outbox, clock, log }: Ports, item: RequestItem, settling: Settling): Promise<void> => {
  const isFirst = settling.owners[0] === attemptName(item);
  if (!isFirst && settling.finding === undefined) return;
  const waitMs = settling.finding ? 0 : settling.nextAt - clock.now();
  const seconds = Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil(waitMs / SECOND_MS)));
  await sendRecheck(outbox, item, seconds).catch(() => log.warn('second look not sent', { requestId: item.requestId }));
};

/**
 * Publishes the end of a request: the receipt into the ledger, the copy to the stuck queue, the receipt to its readers, the
 * note for a sender that gave another id, and the mark that it was published. Steps of an earlier delivery are not repeated.
 *
 * @returns the wait, if another delivery is at work on the request
 */
export const publishEnd = async (
  ports: Ports,
  item: RequestItem,
  ended: Ended,
  record?: AttemptRecord,
): Promise<AttemptWaiting | undefined> => {
  const written = await withReceipt(ports, item, ended, record);
  if (written?.attempt === item.attempt && !written.receipt) return attemptWaiting({ code: 'in-progress' });
  if (!hasReceipt(written) || written.published) return undefined;
  const { receipt } = written;
  const { outcome } = written.ended;
  // A dry run leaves no copy on the stuck queue.
  if (needsPerson(outcome) && !written.request?.dryRun) await setAside(ports.outbox, written);
  await ports.outbox.publish(receipt);
  if (written.askedId !== undefined) await noteAsked(ports, written.askedId, written);
  await updateItem<RequestItem>(ports, ledgerKey(item), (current) =>
    current?.receipt?.receiptId === receipt.receiptId && !current.published
      ? { ...current, published: true }
      : undefined,
  );
  ports.log.info('request ended', endFacts(receipt));
  await tagTarget(ports, written, written.ended);
  return undefined;
};

/** The attempts of other requests on the key: not those of this request up to this attempt, nor a recheck for one of these. */
const attemptsOfOthers = ({ attempts }: CaseItem, { requestId, attempt }: RequestItem): CaseItem['attempts'] => {
  const isOurs = (name: string): boolean =>
    [`${requestId}#`, recheckName(`${requestId}#`)].some(
      (ours) => name.startsWith(ours) && Number(name.slice(ours.length)) <= attempt,
    );
  return Object.fromEntries(Object.entries(attempts).filter(([name]) => !isOurs(name)));
};

/** Whether the managing key has nothing more to sign for this key. */
const isSignerFree = (held: CaseItem, item: RequestItem): boolean =>
  Object.values(attemptsOfOthers(held, item)).every(({ ended }) => ended !== undefined);

/** Continues from an end in the case: makes its receipt, publishes it and releases the case. */
export const publishFromCase = async (
  ports: Ports,
  item: RequestItem,
  held: CaseItem,
  holder: string | undefined,
): Promise<void> => {
  const name = attemptName(item);
  const record = held.attempts[name];
  const { pin } = item;
  if (record?.ended === undefined || pin === undefined) return;
  await publishEnd(ports, item, record.ended, record);
  if (held.settling?.owners.includes(name)) await sendReading(ports, item, held.settling);
  if (!pin.self && (isGone(record.ended.outcome) || isSignerFree(held, item))) await markSigner(ports, pin, false);
  await updateItem<CaseItem>(ports, caseKey(pin.keyName), (current) => {
    if (current === undefined) return undefined;
    // Another delivery may have done this already. The lease still belongs to this delivery.
    const isHeld = holder !== undefined && current.lease?.holder === holder;
    if (current.attempts[name] === undefined && !isHeld) return undefined;
    return { ...current, attempts: attemptsOfOthers(current, item), ...(isHeld ? { lease: undefined } : {}) };
  });
};

const recordOf = (found: CaseItem | undefined, item: RequestItem): AttemptRecord | undefined =>
  found?.attempts[attemptName(item)];

const caseOf = async ({ ledger }: Ports, { pin }: RequestItem): Promise<CaseItem | undefined> =>
  pin && (await ledger.read<CaseItem>(caseKey(pin.keyName)));

/**
 * Finishes an end that an earlier delivery wrote into the case or the request.
 *
 * @returns false if the request has not ended
 */
export const publishStoredEnd = async (ports: Ports, item: RequestItem): Promise<boolean> => {
  const found = await caseOf(ports, item);
  if (found && recordOf(found, item)?.ended) await publishFromCase(ports, item, found, undefined);
  else if (item.ended) await publishEnd(ports, item, item.ended);
  else return false;
  return true;
};

const endedAs = ({ outcome, why, evidence, plan }: AttemptEnded, at: EpochMs): Ended => ({
  outcome,
  why,
  at,
  evidence,
  ...(plan ? { plan } : {}),
});

/** Calls that may have taken effect. */
const hasLeft = (record: AttemptRecord): boolean =>
  executedCalls(record) > 0 || record.callReplies?.includes('lost') === true;

/**
 * If the credential is gone after an accepted call, the death is unproved. If AWS denies it, a grant and a redrive can still prove the death. A
 * request whose call has left cannot end as refused either.
 */
const afterCall = (end: AttemptEnded, record: AttemptRecord | undefined): AttemptEnded => {
  const unproven = (why: string): AttemptEnded => ({ ...end, outcome: 'stuck/unproven', why });
  if (end.outcome === 'stuck/credential-missing' && record?.acceptedAt !== undefined)
    return unproven(
      `The delete was accepted at ${toIso(record.acceptedAt)}, but the credential was removed before the death was proved`,
    );
  if (end.outcome === 'stuck/access-denied' && record?.acceptedAt !== undefined)
    return { ...end, why: `The delete was accepted at ${toIso(record.acceptedAt)}, but not proved yet. ${end.why}` };
  if (end.outcome.startsWith('refused/') && record?.lastCallAt !== undefined && hasLeft(record))
    return unproven(
      [`A call was sent at ${toIso(record.lastCallAt)}, before the request was refused`, end.why]
        .filter(Boolean)
        .join('. '),
    );
  return end;
};

/** How the settle window of a request's end is kept. */
const termsOf = ({ providers }: Ports, { provider, request }: RequestItem): SettleTerms => ({
  ...(providerNamed(providers, provider)?.settle ?? { windowMs: 0, source: 'assumed' }),
  urgent: request !== undefined && isUrgent(request.reason),
});

/** Ends a request. Without a lease this takes one: a call may have left, so the end also belongs in the key's case. */
const end = async (
  ports: Ports,
  delivery: Delivery,
  claimed: RequestItem,
  result: AttemptEnded,
  given: string | undefined,
): Promise<Disposition> => {
  const item = await inheritPin(ports, claimed);
  const { pin, provider, planOnly } = item;
  if (pin === undefined || provider === undefined || planOnly) {
    const wait = await publishEnd(ports, item, endedAs(result, ports.clock.now()), result.record);
    return wait ? waitOrGiveUp(ports, delivery, item, wait, undefined) : DONE;
  }
  const holder = given ?? ports.newId();
  if (given === undefined) {
    const wanted = { holder, until: delivery.deadline, seen: [] };
    const taken = await takeLeaseFor(ports, item, { ...pin, provider }, wanted);
    if (!taken.taken) {
      const wait = { code: 'in-progress', notBefore: taken.notBefore } as const;
      return comeAgain(ports, delivery, await standingOf(ports, item), wait, undefined);
    }
  }
  const name = attemptName(item);
  const lost = isGone(result.outcome) ? await controlLoss(ports, provider, pin, 'end') : [];
  const told = { ...result, why: [result.why, ...lost].filter(Boolean).join('. ') };
  const held = await updateLeasedCase(ports, pin.keyName, holder, (current) => {
    const record = current.attempts[name];
    if (record?.ended) return current;
    const ended = endedAs(afterCall(told, record), ports.clock.now());
    return withSettling(withEnd(current, name, ended), name, ended, termsOf(ports, item));
  });
  await publishFromCase(ports, item, held, holder);
  return DONE;
};

/** The end of a request whose time is up: the code from its answers, or `unproven`. */
const timeIsUp = (
  { code, fallbackCode }: Retry,
  record: AttemptRecord | undefined,
  { refused }: RequestItem,
): AttemptEnded => {
  const isRefused = code === 'refused-for-now';
  const known = isRefused ? fallbackCode : (record?.fallbackCode ?? fallbackCode);
  const stuck = code === 'limit' ? 'limit' : (known ?? 'unproven');
  const why = isRefused ? refused?.why : undefined;
  const ranOut = `The request ran out of time. It was last waiting for: ${code}`;
  return attemptEnded(`stuck/${stuck}`, [why, ranOut].filter(Boolean).join('. '));
};

const publishInterim = async (
  ports: Ports,
  item: RequestItem,
  record: AttemptRecord | undefined,
  { code }: Retry,
): Promise<void> => {
  const now = ports.clock.now();
  const { requestId, attempt, request } = item;
  if (!request || !owesInterim(item, { code, urgent: isUrgent(request.reason), countedFrom: countedFrom(item), now }))
    return;
  await ports.outbox.publish(interimReceipt(ports, item, record, code));
  if (isUrgent(request.reason)) ports.log.warn('urgent request waits', { requestId, provider: request.provider, code });
  await updateItem<RequestItem>(ports, ledgerKey(item), (current) =>
    current?.attempt === attempt && !current.receipt
      ? { ...current, interim: { count: current.interim.count + 1, at: now } }
      : undefined,
  );
};

/** The request as it is now: this delivery may have pinned or ended it since it read it. */
const asItStands = async ({ ledger }: Ports, item: RequestItem): Promise<RequestItem> => {
  const current = await ledger.read<RequestItem>(ledgerKey(item));
  return current?.attempt === item.attempt ? current : item;
};

/** The key is gone, and its hour is running. A request whose time is up gets that hour, but only once. */
const isAbsenceCounted = (record: AttemptRecord | undefined, timeUpAt: EpochMs, now: EpochMs): boolean =>
  record?.absentSince !== undefined &&
  now < after(record.absentSince, TIMING.outageMs) &&
  now < after(timeUpAt, TIMING.outageMs + TIMING.unwatchedMs);

/** How a request stands in the ledger. */
interface Standing {
  readonly item: RequestItem;
  readonly record: AttemptRecord | undefined;
  readonly isOver: boolean;
}

const standingOf = async (ports: Ports, claimed: RequestItem): Promise<Standing> => {
  const item = await asItStands(ports, claimed);
  const record = recordOf(await caseOf(ports, item), item);
  return { item, record, isOver: item.ended !== undefined || record?.ended !== undefined };
};

/** Puts a request back on the queue. An urgent request that takes long publishes an interim receipt. */
const comeAgain = async (
  ports: Ports,
  delivery: Delivery,
  { item, record, isOver }: Standing,
  wait: Retry,
  holder: string | undefined,
): Promise<Disposition> => {
  // An end in the ledger needs no interim receipt: the next delivery publishes the end.
  if (!isOver) await publishInterim(ports, item, record, wait);
  if (holder !== undefined) await releaseLease(ports, item, holder);
  const { requestId, attempt } = item;
  ports.log.info('request goes on later', { requestId, attempt, code: wait.code });
  // While an hour of absence is counted, or a refusal has to hold, the request comes back as often as a young one.
  const refusedSince = wait.code === 'refused-for-now' ? item.refused?.since : undefined;
  return waitInLane(ports, delivery, item, waitFor(ports, delivery, item, wait, record?.absentSince ?? refusedSince));
};

/** Puts a request back on the queue, or gives it up if its time is over. */
const waitOrGiveUp = async (
  ports: Ports,
  delivery: Delivery,
  claimed: RequestItem,
  wait: AttemptWaiting,
  holder: string | undefined,
): Promise<Disposition> => {
  const now = ports.clock.now();
  const { requestId } = claimed;
  if (wait.problem) ports.log.warn('aws did not answer', { requestId, problem: wait.problem });
  const standing = await standingOf(ports, claimed);
  const { item, record, isOver } = standing;
  const givenUpAt = after(countedFrom(item), ports.config.giveUpAfterMs);
  // A lost message is sent again long after its time.
  if (now >= givenUpAt && !isOver && !isAbsenceCounted(record, later(givenUpAt, delivery.sentAt), now))
    return end(ports, delivery, item, timeIsUp(wait, record, item), holder);
  return comeAgain(ports, delivery, standing, wait, holder);
};

/**
 * Records the result of a delivery. An end goes into the case first, then into the request with its receipt, then out to
 * its readers. The lease is released last. A wait puts the message back on the queue.
 *
 * @param holder names this delivery's lease, if it has one
 */
export const conclude = (
  ports: Ports,
  delivery: Delivery,
  item: RequestItem,
  result: AttemptResult,
  holder: string | undefined,
): Promise<Disposition> =>
  result.hasEnded ? end(ports, delivery, item, result, holder) : waitOrGiveUp(ports, delivery, item, result, holder);
