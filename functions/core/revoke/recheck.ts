import { advanceAttempt } from '../attempt/advance.ts';
import { NEW_ATTEMPT, withEnd } from '../attempt/progress.ts';
import type { AttemptResult } from '../attempt/pursuit.ts';
import type { Retry } from '../backoff.ts';
import type { Delivery, Disposition } from '../delivery.ts';
import { type EpochMs, toIso } from '../epoch.ts';
import { Fault, NotYet } from '../fault.ts';
import { type CaseItem, ownerOf } from '../ledger/case-item.ts';
import { attemptName, caseKey, recheckName, requestKey } from '../ledger/keys.ts';
import { LeaseLost, releaseLease, takeLease, updateLeasedCase } from '../ledger/lease.ts';
import type { Ended, Pin, RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import { isDead, type KeyState } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { type Finding, findingReceipt } from '../receipts/make-receipt.ts';
import type { RevocationRequest } from '../request/parse-request.ts';
import { resolveTarget } from './resolve-target.ts';
import { endOfFault, nextDeliveryAt } from './settle.ts';

/** A request that has ended, on a key of its own. */
type PublishedRequest = RequestItem & { readonly request: RevocationRequest; readonly pin: Pin; readonly ended: Ended };

type RecheckEnd = Pick<Extract<AttemptResult, { hasEnded: true }>, 'outcome' | 'why' | 'evidence'>;

interface RecheckContext {
  readonly ports: Ports;
  readonly delivery: Delivery;
  /** Names this delivery's lease. */
  readonly holder: string;
  readonly original: PublishedRequest;
}

/** Whether the sender is a function of ours; SQS names a role's session `<role id>:<session>`. */
export const isOwnSender = ({ config }: Pick<Ports, 'config'>, { sender }: Pick<Delivery, 'sender'>): boolean =>
  config.ownRoles.some((role) => sender.startsWith(`${role}:`));

/** What was pinned was a request, and what was published had ended. */
const isPublished = (item: RequestItem | undefined): item is PublishedRequest =>
  item?.pin !== undefined && item.published;

/** What a look writes its work under. */
const asRecheck = (original: PublishedRequest): PublishedRequest => ({
  ...original,
  requestId: recheckName(original.requestId),
});

/** What a look at a case that it found open has to tell: how the key stands, or that somebody has seen to it since. */
const findingOf = ({ ended }: PublishedRequest, { outcome }: RecheckEnd, keyState: KeyState): Finding | undefined => {
  const since = `The request had ended as ${ended.outcome} at ${toIso(ended.at)}`;
  if (isDead(outcome) || outcome === 'restricted')
    return { outcome, keyState, why: `${since}; somebody else has seen to it since` };
  if (keyState === 'unknown') return undefined;
  const told = isDead(ended.outcome) ? 'resurrected' : ended.outcome;
  return { outcome: told, keyState, why: `${since}, and the key is ${keyState} still` };
};

/** The case as a look leaves it: closed where the key was seen to since, else as it stands; the lease goes. */
const withRecheck = (current: CaseItem, original: PublishedRequest, end: RecheckEnd, at: Ended['at']): CaseItem => {
  const { [attemptName(asRecheck(original))]: progress = NEW_ATTEMPT, ...attempts } = current.attempts;
  const without = { ...current, attempts, lease: undefined };
  if (current.proved || !(isDead(end.outcome) || end.outcome === 'restricted')) return without;
  const name = attemptName(original);
  return {
    ...withEnd({ ...without, attempts: { ...attempts, [name]: progress } }, name, { ...end, at }),
    attempts,
  };
};

/** Tells what was found, writes it into the case and lets that go. */
const concludeRecheck = async (
  { ports, holder, original }: RecheckContext,
  found: CaseItem,
  end: RecheckEnd,
): Promise<void> => {
  const { keyName } = original.pin;
  const { attempts } = (await ports.ledger.read<CaseItem>(caseKey(keyName))) ?? found;
  const progress = attempts[attemptName(asRecheck(original))] ?? NEW_ATTEMPT;
  const finding = found.proved ? undefined : findingOf(original, end, isDead(end.outcome) ? 'dead' : progress.keyState);
  if (finding) await ports.outbox.publish(findingReceipt(original, progress, finding, found, ports.digest));
  await updateLeasedCase(ports, keyName, holder, (held) => ({
    ...withRecheck(held, original, end, ports.clock.now()),
    findings: (held.findings ?? 0) + (finding ? 1 : 0),
  }));
  const { requestId } = original;
  ports.log.info('look done', { requestId, saw: progress.keyState, finding: finding?.outcome ?? '' });
};

const probeOnly = async (
  { ports, delivery, holder, original }: RecheckContext,
  found: CaseItem,
): Promise<AttemptResult> => {
  const asking = { ports, deadline: delivery.deadline };
  const provider = ports.provider(original.request.provider);
  // Nobody waits for a look, so that it can wait for every answer.
  const request = { ...original.request, reason: 'manual' } as const;
  const { pin, order } = await resolveTarget(ports, asking, provider, original, request);
  const item = asRecheck(original);
  const resurrected = async (_: CaseItem, provedAt: EpochMs): Promise<void> => {
    const why = `It was proved dead at ${toIso(provedAt)}. Send a request to kill it again`;
    const finding = { outcome: 'resurrected', keyState: 'alive', why } as const;
    await ports.outbox.publish(findingReceipt(original, NEW_ATTEMPT, finding, found, ports.digest));
    ports.log.warn('resurrected', { requestId: original.requestId, provider: provider.name, key: pin.keyName });
  };
  const hooks = { rereadOrder: async () => undefined, resurrected };
  return advanceAttempt({ ports, provider, item, request, pin, order, asking, holder, isRecheck: true }, hooks, found);
};

/** Takes out of the case what a look without an end left there. */
const dropRecheck = async ({ ports, original }: Pick<RecheckContext, 'ports' | 'original'>): Promise<void> => {
  const look = attemptName(asRecheck(original));
  await updateItem<CaseItem>(ports, caseKey(original.pin.keyName), (current) => {
    if (current?.attempts[look] === undefined) return undefined;
    const { [look]: _, ...attempts } = current.attempts;
    return { ...current, attempts };
  });
};

const recheckLater = async (context: RecheckContext, retry: Retry): Promise<Disposition> => {
  const { ports, delivery, original } = context;
  const { clock, config, log } = ports;
  const { requestId } = original;
  if (clock.now() - delivery.sentAt >= config.giveUpAfterMs) {
    await dropRecheck(context);
    log.warn('look given up', { requestId, code: retry.code });
    return { done: true };
  }
  return {
    done: false,
    code: retry.code,
    notBefore: nextDeliveryAt(ports, delivery, { ...original, receivedAt: delivery.sentAt }, retry),
  };
};

const recheckUnderLease = async (context: RecheckContext, found: CaseItem): Promise<Disposition> => {
  const { ports, original, holder } = context;
  try {
    const over = await probeOnly(context, found).catch((error: unknown) => {
      if (error instanceof Fault) return { hasEnded: true, ...endOfFault(error) } as const;
      if (error instanceof NotYet) return { hasEnded: false, ...error.retry } as const;
      throw error;
    });
    if (!over.hasEnded) return await recheckLater(context, over);
    await concludeRecheck(context, found, over);
    return { done: true };
  } finally {
    // Every exchange was awaited, so nothing of ours is on its way.
    await releaseLease(ports, original, holder).catch(() => undefined);
  }
};

/**
 * Looks again at the key of a request that has ended: probes, no call. A key that lives though its death was proved is told of and its
 * case is open again; for a case that was left open it is told how the key stands. A dead key that stays dead is not worth a word.
 *
 * @throws Unavailable where an AWS service does not answer
 */
export const recheck = async (
  ports: Ports,
  delivery: Delivery,
  { requestId = delivery.messageId }: RevocationRequest,
): Promise<Disposition> => {
  const original = await ports.ledger.read<RequestItem>(requestKey(requestId, false));
  if (!isPublished(original)) return { done: true };
  const { pin } = original;
  const known = await ports.ledger.read<CaseItem>(caseKey(pin.keyName));
  // Another request has gone on with the key since; it is looked at for that one.
  if (known === undefined || ownerOf(known) !== attemptName(original)) {
    await dropRecheck({ ports, original });
    return { done: true };
  }
  const holder = ports.newId();
  const context: RecheckContext = { ports, delivery, holder, original };
  const key = { ...pin, provider: original.request.provider };
  const taken = await takeLease(ports, key, { holder, until: delivery.deadline, seen: [] });
  if (!taken.taken) return recheckLater(context, { code: 'in-progress', notBefore: taken.notBefore });
  return recheckUnderLease(context, taken.item).catch((error: unknown) => {
    if (error instanceof LeaseLost) return recheckLater(context, { code: 'in-progress' });
    throw error;
  });
};
