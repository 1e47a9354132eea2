import { type Act, type AttemptHooks, advanceAttempt } from '../attempt/advance.ts';
import { withEnd } from '../attempt/progress.ts';
import { whileSettling } from '../attempt/settle-window.ts';
import type { Disposition } from '../delivery.ts';
import { toIso } from '../epoch.ts';
import { type AttemptEnded, attemptEnded } from '../ledger/attempt-result.ts';
import { type CaseItem, NEW_ATTEMPT } from '../ledger/case-item.ts';
import { attemptName, caseKey, requestKey } from '../ledger/keys.ts';
import { updateLeasedCase } from '../ledger/lease.ts';
import type { Ended, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { isGone, type KeyState } from '../outcome.ts';
import { type Finding, findingReceipt } from '../receipts/make-receipt.ts';
import { contextOf } from './attempt-context.ts';
import { setAside } from './enqueue.ts';
import { asRecheck, type PublishedRequest, recheckLater, withCase } from './recheck-of.ts';
import type { DeliveryMode, Run } from './run.ts';
import { DONE } from './wait-for.ts';

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

/** A recheck is over at the point where a request would act. */
const probesOnly: Act = async () => attemptEnded('planned');

/** Probes the key of a request that has ended. */
export const RECHECK: DeliveryMode = {
  isOrder: false,
  needsLease: true,
  work: (run, item, resolved, leased) => {
    const { ports, request } = run;
    const found = leased as CaseItem; // this mode needs a lease
    const hooks: AttemptHooks = {
      rereadOrder: async () => undefined,
      resurrected: async (_, provedAt) => {
        const why = `The key was proved gone at ${toIso(provedAt)}. Send the request again to kill the key`;
        const finding = { outcome: 'resurrected', keyState: 'alive', why } as const;
        const receipt = findingReceipt(ports, item, NEW_ATTEMPT, finding, found);
        await setAside(ports.outbox, { ...item, receipt });
        await ports.outbox.publish(receipt);
        await updateItem<RequestItem>(ports, requestKey(item.requestId, false), (current) =>
          current?.attempt === item.attempt ? { ...current, withdrawnAt: ports.clock.now() } : undefined,
        );
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
