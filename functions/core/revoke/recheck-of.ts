import type { Delivery, Disposition } from '../delivery.ts';
import { type AttemptWaiting, attemptWaiting } from '../ledger/attempt-result.ts';
import { type CaseItem, ownerOf } from '../ledger/case-item.ts';
import { attemptName, caseKey, recheckName, requestKey } from '../ledger/keys.ts';
import { releaseLease, takeLeaseFor } from '../ledger/lease.ts';
import type { Ended, Pin, RequestItem } from '../ledger/request-item.ts';
import { readAgain } from '../ledger/same-request.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Ports } from '../ports.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { keepingOpen } from './open-credential.ts';
import { type DeliveryMode, type Run, runOf } from './run.ts';
import { DONE, waitFor } from './wait-for.ts';

/** A request that has ended and had a pinned key. */
export type PublishedRequest = RequestItem & {
  readonly request: RevocationRequest;
  readonly pin: Pin;
  readonly ended: Ended;
};

/** The item under whose name a recheck writes its attempt. */
export const asRecheck = <T extends RequestItem>(original: T): T => ({
  ...original,
  requestId: recheckName(original.requestId),
});

/** Removes from the case what a recheck without an end left there. */
const dropRecheck = async (ports: Ports, original: PublishedRequest): Promise<void> => {
  const name = attemptName(asRecheck(original));
  await updateItem<CaseItem>(ports, caseKey(original.pin.keyName), (current) => {
    if (current?.attempts[name] === undefined) return undefined;
    const { [name]: _, ...attempts } = current.attempts;
    return { ...current, attempts };
  });
};

/** Concludes with the lease of the key's case, which a delivery that could not open its credential has not taken yet. */
export const withCase = async (
  run: Run,
  original: PublishedRequest,
  leased: CaseItem | undefined,
  work: (leased: CaseItem) => Promise<Disposition>,
): Promise<Disposition> => {
  if (leased) return work(leased);
  const { ports, holder, delivery } = run;
  const key = { ...original.pin, provider: original.request.provider };
  const taken = await takeLeaseFor(ports, original, key, { holder, until: delivery.deadline, seen: [] });
  if (taken.taken) return work(taken.item);
  return recheckLater(run, original, attemptWaiting({ code: 'in-progress', notBefore: taken.notBefore }));
};

/** Takes back the word of an end: the same request sent again is its next attempt. */
export const takeBack = (ports: Ports, { requestId, attempt }: RequestItem): Promise<unknown> =>
  updateItem<RequestItem>(ports, requestKey(requestId, false), (current) =>
    current?.attempt === attempt && current.withdrawnAt === undefined
      ? { ...current, withdrawnAt: ports.clock.now() }
      : undefined,
  );

/** Puts the message of a recheck back on the queue, or gives it up when its time is over. */
export const recheckLater = async (
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

/** A published item has ended. */
const isPublished = (item: RequestItem & Pick<PublishedRequest, 'request'>): item is PublishedRequest =>
  item.pin !== undefined && item.published;

/** Whether this end's message makes the next reading of the key's settle window, or publishes what was found in it. */
const owesReading = ({ settling }: CaseItem, name: string): boolean =>
  settling !== undefined && (settling.finding ? settling.owners.includes(name) : settling.owners[0] === name);

/**
 * Finds the request of a recheck. A recheck probes the key of a request that has ended, and sends no call. If the key is alive although its
 * death was proved, the recheck reports that and opens the case again; so it does if a restricted key may do more again. For a case that was
 * left open it reports the state of the key. For a key that stays dead or restricted it reports nothing.
 *
 * @returns undefined if nothing is left to recheck
 */
export const recheckOf = async (
  ports: Ports,
  delivery: Delivery,
  asked: RevocationRequest,
  modes: { readonly confirm: DeliveryMode; readonly recheck: DeliveryMode },
): Promise<{ readonly run: Run; readonly item: RequestItem } | undefined> => {
  const { requestId = delivery.messageId } = asked;
  const found = await ports.ledger.read<RequestItem>(requestKey(requestId, false));
  // Where the stored request cannot be read, the message says it.
  const original = found && { ...found, request: found.request ?? asked };
  if (original === undefined || !isPublished(original)) return undefined;
  const { pin } = original;
  const known = await ports.ledger.read<CaseItem>(caseKey(pin.keyName));
  const calmly = (mode: DeliveryMode) => {
    // A recheck is not urgent, so it can wait for every answer. It keeps to the versions that its request pinned.
    const request = readAgain(ports, original.request);
    const calm = { ...request, reason: 'manual', secretVersion: pin.signer.versionId } as const;
    return { run: runOf({ ...ports, vault: keepingOpen(ports) }, delivery, mode, calm), item: original };
  };
  if (known && owesReading(known, attemptName(original))) return calmly(modes.confirm);
  // Another request has taken over the key since. The key is rechecked for that request.
  if (known === undefined || ownerOf(known) !== attemptName(original)) {
    await dropRecheck(ports, original);
    return undefined;
  }
  return calmly(modes.recheck);
};
