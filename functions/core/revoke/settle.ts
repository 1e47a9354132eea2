import { markSigner } from '../attempt/call-guards.ts';
import { withEnd } from '../attempt/progress.ts';
import { nextDelivery, type Retry } from '../backoff.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { after, type EpochMs, fromIso, later, toIso } from '../epoch.ts';
import type { Fault } from '../fault.ts';
import { inheritPin } from '../ledger/adopt.ts';
import type { AttemptRecord, CaseItem } from '../ledger/case-item.ts';
import { attemptName, caseKey, recheckName, requestKey } from '../ledger/keys.ts';
import { releaseLease, takeLeaseFor, updateLeasedCase } from '../ledger/lease.ts';
import type { Ended, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { type FinalOutcome, isDead } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { isUrgent } from '../reason.ts';
import { interimReceipt, owesInterim } from '../receipts/make-receipt.ts';
import { TIMING } from '../timing.ts';
import { publishEnd } from './finish.ts';

/** How a delivery left a request, before it is written down. */
export interface RequestEnd {
  readonly outcome: FinalOutcome;
  readonly why: string;
  readonly evidence: Ended['evidence'];
}

/** What a fault ends a request as. */
export const endOfFault = ({ outcome, message, evidence }: Fault): RequestEnd => ({ outcome, why: message, evidence });

const endedAs = ({ outcome, why, evidence }: RequestEnd, at: EpochMs): Ended => ({ outcome, why, at, evidence });

/**
 * A credential that vanished after an accepted call leaves a death unproved, not a request undone; nor is one refused whose call has
 * left.
 */
const afterCall = (outcome: RequestEnd, progress: AttemptRecord | undefined): RequestEnd => {
  const unproven = (why: string): RequestEnd => ({ ...outcome, outcome: 'stuck/unproven', why });
  if (outcome.outcome === 'stuck/credential-missing' && progress?.acceptedAt !== undefined)
    return unproven(
      `The delete was accepted at ${toIso(progress.acceptedAt)}; its credential was removed before the proof`,
    );
  if (
    outcome.outcome.startsWith('refused/') &&
    progress?.lastCallAt !== undefined &&
    progress.calls > progress.notExecuted
  )
    return unproven(
      [`A call left at ${toIso(progress.lastCallAt)} before this was refused`, outcome.why].filter(Boolean).join('. '),
    );
  return outcome;
};

/**
 * Ends a request: into the case first, then into the request with its receipt, then out to its readers; the lease goes last.
 *
 * @param holder names this delivery's lease; a plan and a request without a key have none, nor anything in a case
 */
export const conclude = async (
  ports: Ports,
  item: RequestItem,
  outcome: RequestEnd,
  holder: string | undefined,
): Promise<Disposition> => {
  const { pin } = item;
  if (pin === undefined || holder === undefined) {
    await publishEnd(ports, item, endedAs(outcome, ports.clock.now()));
    return { done: true };
  }
  const name = attemptName(item);
  const held = await updateLeasedCase(ports, pin.keyName, holder, (current) => {
    const progress = current.attempts[name];
    return progress?.ended ? current : withEnd(current, name, endedAs(afterCall(outcome, progress), ports.clock.now()));
  });
  await publishFromCase(ports, item, held, holder);
  return { done: true };
};

/** What others do on the key: not this request, in this attempt or in one that it has taken over from, nor a look for one of these. */
const attemptsOfOthers = ({ attempts }: CaseItem, { requestId, attempt }: RequestItem): CaseItem['attempts'] => {
  const isOurs = (name: string): boolean =>
    [`${requestId}#`, recheckName(`${requestId}#`)].some(
      (ours) => name.startsWith(ours) && Number(name.slice(ours.length)) <= attempt,
    );
  return Object.fromEntries(Object.entries(attempts).filter(([name]) => !isOurs(name)));
};

/** Whether the case is closed for its signer: nothing more is to be signed for this key. */
const isSignerFree = (held: CaseItem, item: RequestItem): boolean =>
  Object.values(attemptsOfOthers(held, item)).every(({ ended }) => ended !== undefined);

/** Goes on from an end that is in the case already: makes its receipt, publishes it and lets the case go. */
export const publishFromCase = async (
  ports: Ports,
  item: RequestItem,
  held: CaseItem,
  holder: string | undefined,
): Promise<void> => {
  const name = attemptName(item);
  const progress = held.attempts[name];
  const { pin } = item;
  if (progress?.ended === undefined || pin === undefined) return;
  await publishEnd(ports, item, progress.ended, progress);
  if (!pin.self && (isDead(progress.ended.outcome) || isSignerFree(held, item))) await markSigner(ports, pin, false);
  await updateItem<CaseItem>(ports, caseKey(pin.keyName), (current) => {
    if (current === undefined) return undefined;
    // Another delivery may have come as far already; the lease is this one's all the same.
    const isHeld = holder !== undefined && current.lease?.holder === holder;
    if (current.attempts[name] === undefined && !isHeld) return undefined;
    return { ...current, attempts: attemptsOfOthers(current, item), ...(isHeld ? { lease: undefined } : {}) };
  });
};

/** The instant from which a request's time is counted. */
export const countedFrom = ({ receivedAt, request }: RequestItem): EpochMs =>
  later(receivedAt, (request?.notBefore && fromIso(request.notBefore)) || receivedAt);

/** What a request ends as whose time is up: the code that its answers asked for, else that nothing was proved. */
const timeIsUp = ({ code, fallbackCode }: Retry, progress: AttemptRecord | undefined): RequestEnd => {
  const stuck = code === 'limit' ? 'limit' : (progress?.fallbackCode ?? fallbackCode ?? 'unproven');
  return { outcome: `stuck/${stuck}`, why: `The time for it was up; last it stood at ${code}`, evidence: [] };
};

const publishInterim = async (
  ports: Ports,
  item: RequestItem,
  progress: AttemptRecord | undefined,
  { code }: Retry,
): Promise<void> => {
  const now = ports.clock.now();
  const { requestId, planOnly, attempt, request } = item;
  if (!request || !isUrgent(request.reason) || !owesInterim(item, countedFrom(item), now)) return;
  await ports.outbox.publish(interimReceipt(item, progress, code, ports.digest));
  ports.log.warn('urgent request waits', { requestId, provider: request.provider, code });
  await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) =>
    current?.attempt === attempt && !current.receipt
      ? { ...current, interim: { count: current.interim.count + 1, at: now } }
      : undefined,
  );
};

/** Ends a request whose time is up. Its calls would stand open in the case for ever, so the case is taken for it where nobody has it. */
const giveUp = async (
  ports: Ports,
  delivery: Delivery,
  waiting: RequestItem,
  outcome: RequestEnd,
  holder: string | undefined,
): Promise<Disposition> => {
  const item = await inheritPin(ports, waiting);
  const { pin, provider, planOnly } = item;
  const key = pin && provider && { ...pin, provider };
  if (holder !== undefined || key === undefined || planOnly) return conclude(ports, item, outcome, holder);
  const mine = ports.newId();
  const taken = await takeLeaseFor(ports, item, key, { holder: mine, until: delivery.deadline, seen: [] });
  return taken.taken
    ? conclude(ports, item, outcome, mine)
    : { done: false, code: 'in-progress', notBefore: taken.notBefore ?? ports.clock.now() };
};

/** What this delivery read of a request at first is old where it has pinned or ended it since. */
const asItStands = async ({ ledger }: Ports, item: RequestItem): Promise<RequestItem> => {
  const current = await ledger.read<RequestItem>(requestKey(item.requestId, item.planOnly));
  return current?.attempt === item.attempt ? current : item;
};

/** The key is gone, and its hour is under way: however old the request is, it ends by that. */
const isAbsenceCounted = (progress: AttemptRecord | undefined, now: EpochMs): boolean =>
  progress?.absentSince !== undefined && now < after(progress.absentSince, TIMING.outageMs);

/** Puts a request back on the queue, or gives it up where its time is over; an urgent one that takes long says so. */
export const waitOrGiveUp = async (
  ports: Ports,
  delivery: Delivery,
  claimed: RequestItem,
  retry: Retry,
  holder: string | undefined,
): Promise<Disposition> => {
  const now = ports.clock.now();
  const item = await asItStands(ports, claimed);
  const found = item.pin && (await ports.ledger.read<CaseItem>(caseKey(item.pin.keyName)));
  const progress = found?.attempts[attemptName(item)];
  // An end that is in the ledger is not waited for: the next delivery tells of it.
  const isOver = item.ended !== undefined || progress?.ended !== undefined;
  const isTimeUp = now - countedFrom(item) >= ports.config.giveUpAfterMs;
  if (isTimeUp && !isOver && !isAbsenceCounted(progress, now))
    return giveUp(ports, delivery, item, timeIsUp(retry, progress), holder);
  if (!isOver) await publishInterim(ports, item, progress, retry);
  if (holder !== undefined) await releaseLease(ports, item, holder);
  ports.log.info('request goes on later', { requestId: item.requestId, attempt: item.attempt, code: retry.code });
  return { done: false, code: retry.code, notBefore: nextDeliveryAt(ports, delivery, item, retry) };
};

/** When a message may come again. */
export const nextDeliveryAt = (
  { clock, random }: Ports,
  { receiveCount }: Delivery,
  item: RequestItem,
  retry: Retry,
): EpochMs => {
  const now = clock.now();
  const { request } = item;
  const urgent = request !== undefined && isUrgent(request.reason);
  return nextDelivery(retry, { now, age: now - countedFrom(item), receiveCount, urgent, random: random() });
};

const UNCLAIMED = { code: 'aws-down' } as const;

/** The wait of a message whose request could not even be claimed. */
export const waitUnclaimed = ({ clock, random }: Ports, { receiveCount, sentAt }: Delivery): Disposition => {
  const now = clock.now();
  const circumstances = { now, age: now - sentAt, receiveCount, urgent: true, random: random() };
  return { done: false, ...UNCLAIMED, notBefore: nextDelivery(UNCLAIMED, circumstances) };
};

/** A queue forgets after 14 days; what waits for its time and is then tried for has to be over in 13. */
const HORIZON_MS = 13 * 86_400_000;

/** The latest `notBefore` that leaves a message, sent at that instant, its whole time. */
export const latestNotBefore = (sentAt: EpochMs, giveUpAfterMs: number): EpochMs =>
  after(sentAt, HORIZON_MS - giveUpAfterMs);
