import { type KeyRecord, waitIn } from '../answer.ts';
import { type Act, type AttemptHooks, advanceAttempt } from '../attempt/advance.ts';
import { withEnd } from '../attempt/progress.ts';
import { probeRound } from '../attempt/round.ts';
import { whileSettling } from '../attempt/settle-window.ts';
import type { Disposition } from '../delivery.ts';
import { toIso } from '../epoch.ts';
import { type AttemptEnded, type AttemptResult, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { type CaseItem, NEW_ATTEMPT, ownerOf } from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import { updateLeasedCase } from '../ledger/lease.ts';
import type { Ended } from '../ledger/request-item.ts';
import { updateLater } from '../ledger/update-item.ts';
import { isGone, type KeyState } from '../outcome.ts';
import { type Finding, findingReceipt } from '../receipts/make-receipt.ts';
import { contextOf } from './attempt-context.ts';
import { setAside } from './enqueue.ts';
import { asRecheck, type PublishedRequest, recheckLater, takeBack, withCase } from './recheck-of.ts';
import type { ResolvedTarget } from './resolve-target.ts';
import type { DeliveryMode, Run } from './run.ts';
import { DONE } from './wait-for.ts';

/** What a recheck of an open case reports: the state of the key, or that the key has been handled since. */
const findingOf = ({ ended }: PublishedRequest, { outcome }: AttemptEnded, keyState: KeyState): Finding | undefined => {
  const since = `The request ended as ${ended.outcome} at ${toIso(ended.at)}`;
  if (isGone(outcome) || outcome === 'restricted')
    return { outcome, keyState, why: `${since}. The key has been handled since, but not by this request` };
  // Where a restricted key may do more, that is told as soon as it is read.
  if (keyState === 'unknown' || ended.outcome === 'restricted') return undefined;
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
  return whileSettling({ ...ended, attempts });
};

/** Publishes the finding, writes it into the case and releases the case. */
const conclude = async (
  { ports, holder }: Run,
  original: PublishedRequest,
  end: AttemptEnded,
  leased: CaseItem,
): Promise<Disposition> => {
  const { requestId, pin } = original;
  // As it will be written: its last round may be kept back.
  const { attempts } = await updateLeasedCase(ports, pin.keyName, holder, (held) => held, updateLater);
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

/** A recheck is over at the point where a request would act. */
const probesOnly: Act = async () => attemptEnded('planned');

/** Reports a key that may do more although it was restricted, and opens its case. A person may have changed the key, so no call is sent. */
const tellWidened = async ({ ports, holder }: Run, original: PublishedRequest, found: CaseItem): Promise<void> => {
  const { requestId, request, ended, pin } = original;
  const isNew = found.state === 'restricted-case';
  // An update that ended otherwise was found as restricted by a recheck.
  const since = ended.outcome === 'restricted' ? ended.at : found.at;
  const why = `The key had been restricted since ${toIso(since)}. Send the request again to restrict the key`;
  const finding = { outcome: 'widened', keyState: 'alive', why } as const;
  const receipt = findingReceipt(ports, original, NEW_ATTEMPT, finding, found);
  if (isNew) await setAside(ports.outbox, { ...original, receipt });
  await ports.outbox.publish(receipt);
  await takeBack(ports, original);
  await updateLeasedCase(ports, pin.keyName, holder, (held) => ({
    ...held,
    restrictedBy: undefined,
    leftOpenBy: attemptName(original),
    findings: (held.findings ?? 0) + 1,
    state: 'open-case',
    at: isNew ? ports.clock.now() : held.at,
  }));
  if (isNew) ports.log.warn('widened', { requestId, provider: request.provider, key: pin.keyName });
};

/** Whether the case is that of an update which left the key restricted. */
const wasRestricted = (original: PublishedRequest, { proved, state, ...found }: CaseItem): boolean =>
  proved === undefined &&
  ownerOf({ ...found, state }) === attemptName(original) &&
  (state === 'restricted-case' || original.ended.outcome === 'restricted');

/**
 * Reads the settings of a restricted key once, and compares them with what was asked and with what the key had before.
 *
 * @returns undefined if more than one reading has to tell how an open case stands
 */
const rereadRestricted = async (
  run: Run,
  original: PublishedRequest,
  resolved: ResolvedTarget,
  found: CaseItem,
): Promise<AttemptResult | undefined> => {
  const before = original.receipt?.change?.before as KeyRecord | undefined;
  // The call of this request has left, in an earlier attempt.
  const called = { ...NEW_ATTEMPT, calls: 1, before };
  const { round, roundVerdict } = await probeRound(contextOf(run, asRecheck(original), resolved), found, called, true);
  if (roundVerdict === 'wider' || roundVerdict === 'web-only') {
    await tellWidened(run, original, found);
    return attemptEnded('planned');
  }
  const silence = round.heldUp ?? round.asked.map(({ answer }) => waitIn(answer)).find((one) => one !== undefined);
  if (roundVerdict === 'none' && (silence || round.cutShort)) return attemptWaiting(silence ?? { code: 'no-reply' });
  return found.state === 'restricted-case' ? attemptEnded('planned') : undefined;
};

/** Probes the key of a request that has ended. */
export const RECHECK: DeliveryMode = {
  isOrder: false,
  needsLease: true,
  work: async (run, item, resolved, leased) => {
    const { ports, request } = run;
    const found = leased as CaseItem; // this mode needs a lease
    const original = item as PublishedRequest; // a recheck is about one
    const reread = wasRestricted(original, found) ? await rereadRestricted(run, original, resolved, found) : undefined;
    if (reread) return reread;
    const hooks: AttemptHooks = {
      rereadOrder: async () => undefined,
      resurrected: async (_, provedAt) => {
        const why = `The key was proved gone at ${toIso(provedAt)}. Send the request again to kill the key`;
        const finding = { outcome: 'resurrected', keyState: 'alive', why } as const;
        const receipt = findingReceipt(ports, item, NEW_ATTEMPT, finding, found);
        await setAside(ports.outbox, { ...item, receipt });
        await ports.outbox.publish(receipt);
        await takeBack(ports, item);
        const { keyName } = resolved.pin;
        ports.log.warn('resurrected', { requestId: item.requestId, provider: request.provider, key: keyName });
      },
    };
    return advanceAttempt(contextOf(run, asRecheck(item), resolved), hooks, found, probesOnly);
  },
  conclude: async (run, item, result, leased) => {
    const original = item as PublishedRequest; // a recheck is about one
    if (!result.hasEnded) return recheckLater(run, original, result);
    // An earlier delivery may have written a finding into the case.
    return withCase(run, original, leased, (held) => conclude(run, original, result, held));
  },
};
