import { markSigner } from '../attempt/call-guards.ts';
import { withEnd } from '../attempt/progress.ts';
import { nextDelivery, type Retry } from '../backoff.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { after, type EpochMs, fromIso, later, toIso } from '../epoch.ts';
import {
  type AttemptEnded,
  type AttemptResult,
  type AttemptWaiting,
  attemptEnded,
  attemptWaiting,
} from '../ledger/attempt-result.ts';
import { type AttemptRecord, type CaseItem, executedCalls } from '../ledger/case-item.ts';
import { inheritPin } from '../ledger/claim.ts';
import { attemptName, caseKey, recheckName, requestKey } from '../ledger/keys.ts';
import { releaseLease, takeLeaseFor, updateLeasedCase } from '../ledger/lease.ts';
import type { Ended, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { isDead, needsPerson } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { isUrgent } from '../reason.ts';
import type { Receipt } from '../receipt.ts';
import { endFacts } from '../receipts/log-facts.ts';
import { finalReceipt, interimReceipt, owesInterim } from '../receipts/make-receipt.ts';
import { statusTags } from '../request/expiry-tags.ts';
import { TIMING } from '../timing.ts';
import { sendRecheck, setAside } from './enqueue.ts';

export const DONE: Disposition = { done: true };

/** A request that has ended: that and its receipt are written at once. */
type EndedRequest = RequestItem & { readonly ended: Ended; readonly receipt: Receipt };

const hasReceipt = (item: RequestItem | undefined): item is EndedRequest => item?.receipt !== undefined;

const ledgerKey = ({ requestId, planOnly }: RequestItem) => requestKey(requestId, planOnly);

/** Another delivery has pinned the request since this one read it: a call of that delivery may be on its way. */
const isPinnedSince = (current: RequestItem, item: RequestItem): boolean =>
  current.pin !== undefined && item.pin === undefined && !item.planOnly;

/** Writes how a request ended, with its whole receipt, once: what stands there already stays. */
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

/** How long after a proof the key is probed once more, in seconds. */
const RECHECK_SECONDS = 600;

const tagTarget = async (
  ports: Ports,
  { pin, planOnly, requestId }: RequestItem,
  { outcome, at }: Ended,
): Promise<void> => {
  const arn = pin?.self ? pin.signer.arn : pin?.target?.arn;
  if (arn === undefined || planOnly) return;
  await ports.vault
    .tag(arn, statusTags(outcome, at))
    .catch(() => ports.log.warn('secret not tagged', { requestId, outcome }));
};

/** A recheck that is not sent is made up for by the daily pass. */
const sendRecheckLater = async ({ outbox, log }: Ports, item: RequestItem): Promise<void> => {
  await sendRecheck(outbox, item, RECHECK_SECONDS).catch(() =>
    log.warn('second look not sent', { requestId: item.requestId }),
  );
};

/**
 * Publishes the end of a request: the receipt into the ledger, the copy for the stuck queue, the receipt to its readers, the mark that it
 * was published. What an earlier delivery did of this is not done again.
 *
 * @returns the wait, where another delivery is at work on the request
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
  await updateItem<RequestItem>(ports, ledgerKey(item), (current) =>
    current?.receipt?.receiptId === receipt.receiptId && !current.published
      ? { ...current, published: true }
      : undefined,
  );
  ports.log.info('request ended', endFacts(receipt));
  await tagTarget(ports, written, written.ended);
  if (isDead(outcome) && written.pin) await sendRecheckLater(ports, written);
  return undefined;
};

/** What others do on the key: not this request, in this attempt or an earlier one, nor a recheck for one of these. */
const attemptsOfOthers = ({ attempts }: CaseItem, { requestId, attempt }: RequestItem): CaseItem['attempts'] => {
  const isOurs = (name: string): boolean =>
    [`${requestId}#`, recheckName(`${requestId}#`)].some(
      (ours) => name.startsWith(ours) && Number(name.slice(ours.length)) <= attempt,
    );
  return Object.fromEntries(Object.entries(attempts).filter(([name]) => !isOurs(name)));
};

/** Whether nothing more is to be signed for this key. */
const isSignerFree = (held: CaseItem, item: RequestItem): boolean =>
  Object.values(attemptsOfOthers(held, item)).every(({ ended }) => ended !== undefined);

/** Continues from an end that the case holds: makes its receipt, publishes it and lets the case go. */
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
  if (!pin.self && (isDead(record.ended.outcome) || isSignerFree(held, item))) await markSigner(ports, pin, false);
  await updateItem<CaseItem>(ports, caseKey(pin.keyName), (current) => {
    if (current === undefined) return undefined;
    // Another delivery may have come as far already; the lease is this one's all the same.
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
 * Does what is left to do of an end that an earlier delivery wrote down, in the case or in the request.
 *
 * @returns false where the request has not ended
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
 * A credential that vanished after an accepted call leaves a death unproved, not a request undone; nor is a request refused whose call has
 * left.
 */
const afterCall = (end: AttemptEnded, record: AttemptRecord | undefined): AttemptEnded => {
  const unproven = (why: string): AttemptEnded => ({ ...end, outcome: 'stuck/unproven', why });
  if (end.outcome === 'stuck/credential-missing' && record?.acceptedAt !== undefined)
    return unproven(
      `The delete was accepted at ${toIso(record.acceptedAt)}, but the credential was removed before the death was proved`,
    );
  if (end.outcome.startsWith('refused/') && record?.lastCallAt !== undefined && hasLeft(record))
    return unproven(
      [`A call was sent at ${toIso(record.lastCallAt)}, before the request was refused`, end.why]
        .filter(Boolean)
        .join('. '),
    );
  return end;
};

/** Ends a request. Without a lease this takes one: the end belongs into the key's case as well, since a call may have left. */
const end = async (
  ports: Ports,
  delivery: Delivery,
  claimed: RequestItem,
  result: AttemptEnded,
  given: string | undefined,
): Promise<Disposition> => {
  const item = given === undefined ? await inheritPin(ports, claimed) : claimed;
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
  const held = await updateLeasedCase(ports, pin.keyName, holder, (current) => {
    const record = current.attempts[name];
    return record?.ended ? current : withEnd(current, name, endedAs(afterCall(result, record), ports.clock.now()));
  });
  await publishFromCase(ports, item, held, holder);
  return DONE;
};

/** The instant from which a request's time is counted. */
export const countedFrom = ({ receivedAt, request }: RequestItem): EpochMs =>
  later(receivedAt, (request?.notBefore && fromIso(request.notBefore)) || receivedAt);

/** What a request ends as whose time is up: the code that its answers asked for, else that nothing was proved. */
const timeIsUp = ({ code, fallbackCode }: Retry, record: AttemptRecord | undefined): AttemptEnded => {
  const stuck = code === 'limit' ? 'limit' : (record?.fallbackCode ?? fallbackCode ?? 'unproven');
  return attemptEnded(`stuck/${stuck}`, `The request ran out of time. It was last waiting for: ${code}`);
};

const publishInterim = async (
  ports: Ports,
  item: RequestItem,
  record: AttemptRecord | undefined,
  { code }: Retry,
): Promise<void> => {
  const now = ports.clock.now();
  const { requestId, attempt, request } = item;
  if (!request || !isUrgent(request.reason) || !owesInterim(item, countedFrom(item), now)) return;
  await ports.outbox.publish(interimReceipt(ports, item, record, code));
  ports.log.warn('urgent request waits', { requestId, provider: request.provider, code });
  await updateItem<RequestItem>(ports, ledgerKey(item), (current) =>
    current?.attempt === attempt && !current.receipt
      ? { ...current, interim: { count: current.interim.count + 1, at: now } }
      : undefined,
  );
};

/** What this delivery read of a request at first is old where it has pinned or ended the request since. */
const asItStands = async ({ ledger }: Ports, item: RequestItem): Promise<RequestItem> => {
  const current = await ledger.read<RequestItem>(ledgerKey(item));
  return current?.attempt === item.attempt ? current : item;
};

/** The key is gone, and its hour is under way: a request whose time is up gets that hour, but not one after the other. */
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

/** Puts a request back on the queue; an urgent one that takes long says so. */
const comeAgain = async (
  ports: Ports,
  delivery: Delivery,
  { item, record, isOver }: Standing,
  wait: Retry,
  holder: string | undefined,
): Promise<Disposition> => {
  // An end that is in the ledger is not waited for: the next delivery publishes it.
  if (!isOver) await publishInterim(ports, item, record, wait);
  if (holder !== undefined) await releaseLease(ports, item, holder);
  const { requestId, attempt } = item;
  ports.log.info('request goes on later', { requestId, attempt, code: wait.code });
  // While an hour of absence is counted, the key is looked at as often as for a young request.
  return waitFor(ports, delivery, item, wait, record?.absentSince);
};

/** Puts a request back on the queue, or gives it up where its time is over. */
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
  // A message that was lost is sent again long after its time.
  if (now >= givenUpAt && !isOver && !isAbsenceCounted(record, later(givenUpAt, delivery.sentAt), now))
    return end(ports, delivery, item, timeIsUp(wait, record), holder);
  return comeAgain(ports, delivery, standing, wait, holder);
};

/** Back on the queue. @param since the instant that the waits grow from */
export const waitFor = (
  { clock, random }: Ports,
  { receiveCount }: Delivery,
  item: RequestItem,
  wait: Retry,
  since = countedFrom(item),
): Disposition => {
  const now = clock.now();
  const urgent = item.request !== undefined && isUrgent(item.request.reason);
  const circumstances = { now, age: now - since, receiveCount, urgent, random: random() };
  return { done: false, code: wait.code, notBefore: nextDelivery(wait, circumstances) };
};

/**
 * Writes down how far a delivery came with a request. An end goes into the case first, then into the request with its receipt, then out to
 * its readers; the lease goes last. A wait puts the message back on the queue.
 *
 * @param holder names this delivery's lease, where it has one
 */
export const conclude = (
  ports: Ports,
  delivery: Delivery,
  item: RequestItem,
  result: AttemptResult,
  holder: string | undefined,
): Promise<Disposition> =>
  result.hasEnded ? end(ports, delivery, item, result, holder) : waitOrGiveUp(ports, delivery, item, result, holder);

const UNCLAIMED = { code: 'aws-down' } as const;

/** The wait of a message whose request could not even be claimed. */
export const waitUnclaimed = ({ clock, random }: Ports, { receiveCount, sentAt }: Delivery): Disposition => {
  const now = clock.now();
  const circumstances = { now, age: now - sentAt, receiveCount, urgent: true, random: random() };
  return { done: false, ...UNCLAIMED, notBefore: nextDelivery(UNCLAIMED, circumstances) };
};
