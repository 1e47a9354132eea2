import { type Act, type AttemptHooks, advanceAttempt } from '../attempt/advance.ts';
import { withEnd } from '../attempt/progress.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { toIso } from '../epoch.ts';
import { type AttemptEnded, type AttemptWaiting, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { type CaseItem, NEW_ATTEMPT, ownerOf } from '../ledger/case-item.ts';
import { readAgain } from '../ledger/claim.ts';
import { attemptName, caseKey, recheckName, requestKey } from '../ledger/keys.ts';
import { releaseLease, takeLeaseFor, updateLeasedCase } from '../ledger/lease.ts';
import type { Ended, Pin, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { isGone, type KeyState } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { type Finding, findingReceipt } from '../receipts/make-receipt.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { DONE, waitFor } from './conclude.ts';
import { contextOf, type DeliveryMode, type Run, runOf } from './run.ts';

/** A request that has ended and had a pinned key. */
type PublishedRequest = RequestItem & { readonly request: RevocationRequest; readonly pin: Pin; readonly ended: Ended };

/** Whether the sender is one of our own functions. SQS names a role's session `<role id>:<session>`. */
export const isOwnSender = ({ config }: Pick<Ports, 'config'>, { sender }: Pick<Delivery, 'sender'>): boolean =>
  config.ownRoles.some((role) => sender.startsWith(`${role}:`));

/** A pinned item has a request, and a published item has ended. */
const isPublished = (item: RequestItem | undefined): item is PublishedRequest =>
  item?.pin !== undefined && item.published;

/** The item under whose name a recheck writes its attempt. */
const asRecheck = <T extends RequestItem>(original: T): T => ({
  ...original,
  requestId: recheckName(original.requestId),
});

/** What a recheck of an open case reports: the state of the key, or that the key has been handled since. */
const findingOf = ({ ended }: PublishedRequest, { outcome }: AttemptEnded, keyState: KeyState): Finding | undefined => {
  const since = `The request ended as ${ended.outcome} at ${toIso(ended.at)}`;
  if (isGone(outcome) || outcome === 'restricted')
    return { outcome, keyState, why: `${since}. The key has been handled since, but not by this request` };
  if (keyState === 'unknown') return undefined;
  const told = isGone(ended.outcome) ? 'resurrected' : ended.outcome;
  return { outcome: told, keyState, why: `${since}, and the key is still ${keyState}` };
};

/** The case after a recheck: closed if the key has been handled since, otherwise unchanged. The lease is released. */
const withRecheck = (current: CaseItem, original: PublishedRequest, end: AttemptEnded, at: Ended['at']): CaseItem => {
  const { [attemptName(asRecheck(original))]: record = NEW_ATTEMPT, ...attempts } = current.attempts;
  const without = { ...current, attempts, lease: undefined };
  if (current.proved || !(isGone(end.outcome) || end.outcome === 'restricted')) return without;
  const name = attemptName(original);
  const { outcome, why, evidence } = end;
  const ended = withEnd({ ...without, attempts: { ...attempts, [name]: record } }, name, {
    outcome,
    why,
    evidence,
    at,
  });
  return { ...ended, attempts };
};

/** Removes from the case what a recheck without an end left there. */
const dropRecheck = async (ports: Ports, original: PublishedRequest): Promise<void> => {
  const name = attemptName(asRecheck(original));
  await updateItem<CaseItem>(ports, caseKey(original.pin.keyName), (current) => {
    if (current?.attempts[name] === undefined) return undefined;
    const { [name]: _, ...attempts } = current.attempts;
    return { ...current, attempts };
  });
};

/** Publishes the finding, writes it into the case and releases the case. */
const conclude = async (
  { ports, holder }: Run,
  original: PublishedRequest,
  end: AttemptEnded,
  leased: CaseItem,
): Promise<Disposition> => {
  const { requestId, pin } = original;
  const { attempts } = (await ports.ledger.read<CaseItem>(caseKey(pin.keyName))) ?? leased;
  const record = attempts[attemptName(asRecheck(original))] ?? NEW_ATTEMPT;
  const keyState = isGone(end.outcome) ? 'gone' : record.keyState;
  const finding = leased.proved ? undefined : findingOf(original, end, keyState);
  if (finding) await ports.outbox.publish(findingReceipt(ports, original, record, finding, leased));
  await updateLeasedCase(ports, pin.keyName, holder, (held) => ({
    ...withRecheck(held, original, end, ports.clock.now()),
    findings: (held.findings ?? 0) + (finding ? 1 : 0),
  }));
  ports.log.info('look done', { requestId, saw: record.keyState, finding: finding?.outcome ?? '' });
  return DONE;
};

const recheckLater = async (
  { ports, delivery, holder }: Run,
  original: PublishedRequest,
  wait: AttemptWaiting,
): Promise<Disposition> => {
  const { clock, config, log } = ports;
  if (wait.problem) log.warn('aws did not answer', { requestId: original.requestId, problem: wait.problem });
  // Every exchange was awaited, so no exchange of ours is on its way.
  await releaseLease(ports, original, holder).catch(() => undefined);
  if (clock.now() - delivery.sentAt < config.giveUpAfterMs)
    return waitFor(ports, delivery, { ...original, receivedAt: delivery.sentAt }, wait);
  await dropRecheck(ports, original);
  log.warn('look given up', { requestId: original.requestId, code: wait.code });
  return DONE;
};

/** A recheck is over at the point where a request would act. */
const probesOnly: Act = async () => attemptEnded('planned');

/** Probes the key of a request that has ended. */
const RECHECK: DeliveryMode = {
  isOrder: false,
  needsLease: true,
  work: (run, item, resolved, leased) => {
    const { ports, request } = run;
    const found = leased as CaseItem; // this mode needs a lease
    const hooks: AttemptHooks = {
      rereadOrder: async () => undefined,
      resurrected: async (_, provedAt) => {
        const why = `The key was proved gone at ${toIso(provedAt)}. Send a request to kill the key again`;
        const finding = { outcome: 'resurrected', keyState: 'alive', why } as const;
        await ports.outbox.publish(findingReceipt(ports, item, NEW_ATTEMPT, finding, found));
        const { keyName } = resolved.pin;
        ports.log.warn('resurrected', { requestId: item.requestId, provider: request.provider, key: keyName });
      },
    };
    return advanceAttempt(contextOf(run, asRecheck(item), resolved), hooks, found, probesOnly);
  },
  conclude: async (run, item, result, leased) => {
    const original = item as PublishedRequest; // a recheck is about one
    if (!result.hasEnded) return recheckLater(run, original, result);
    if (leased) return conclude(run, original, result, leased);
    // An earlier delivery may have written a finding into the case.
    const { ports, holder, delivery } = run;
    const key = { ...original.pin, provider: original.request.provider };
    const taken = await takeLeaseFor(ports, original, key, { holder, until: delivery.deadline, seen: [] });
    if (taken.taken) return conclude(run, original, result, taken.item);
    return recheckLater(run, original, attemptWaiting({ code: 'in-progress', notBefore: taken.notBefore }));
  },
};

/**
 * Finds the request of a recheck. A recheck probes the key of a request that has ended, and sends no call. If the key is alive although its
 * death was proved, the recheck reports that and opens the case again. For a case that was left open it reports the state of the key. For a
 * dead key that stays dead it reports nothing.
 *
 * @returns undefined if nothing is left to recheck
 */
export const recheckOf = async (
  ports: Ports,
  delivery: Delivery,
  { requestId = delivery.messageId }: RevocationRequest,
): Promise<{ readonly run: Run; readonly item: RequestItem } | undefined> => {
  const original = await ports.ledger.read<RequestItem>(requestKey(requestId, false));
  if (!isPublished(original)) return undefined;
  const { pin } = original;
  const known = await ports.ledger.read<CaseItem>(caseKey(pin.keyName));
  // Another request has taken over the key since. The key is rechecked for that request.
  if (known === undefined || ownerOf(known) !== attemptName(original)) {
    await dropRecheck(ports, original);
    return undefined;
  }
  // A recheck is not urgent, so it can wait for every answer. It keeps to the versions that its request pinned.
  const request = readAgain(ports, original.request);
  const calm = { ...request, reason: 'manual', secretVersion: pin.signer.versionId } as const;
  return { run: runOf(ports, delivery, RECHECK, calm), item: original };
};
