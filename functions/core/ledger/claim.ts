import { type Delivery, isFirstDelivery } from '../delivery.ts';
import { type EpochMs, earlier, fromIso, toIso } from '../epoch.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import type { AskedId, Parsed } from '../request/parse-request.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { asksForNext, attemptsOf, formerIdOf, isWithdrawn, uncounted } from './counted-marks.ts';
import { requestKey } from './keys.ts';
import type { Ended, RequestItem } from './request-item.ts';
import { digestOf, isSameRequest } from './same-request.ts';
import { apartFrom, ID_OF_SWEEP, mayUseFirst } from './taken-id.ts';
import { updateItem } from './update-item.ts';

type Fresh = Omit<RequestItem, 'rev' | 'nonce'>;

/** The id that a refused message was sent with, so that its sender finds the answer. An id that looks like a secret is told by its digest. */
const shownId = (digest: Ports['digest'], asked: AskedId | undefined): string | undefined =>
  asked && (asked.isPlain ? asked.text : `sha256:${digest(asked.text)}`);

/** What the stuck queue gets for a body that was not a valid request. It is never a copy of the body. */
const stubOf = (
  { messageId, sender, body }: Delivery,
  { code, fields, askedId }: Pick<Parsed & { readonly kind: 'refused' }, 'code' | 'fields' | 'askedId'>,
  now: EpochMs,
  digest: Ports['digest'],
): string =>
  JSON.stringify({
    messageId,
    requestId: shownId(digest, askedId),
    sender,
    at: toIso(now),
    code,
    digest: `sha256:${digest(body)}`,
    length: body.length,
    fields,
  });

const fresh = (
  delivery: Delivery,
  now: EpochMs,
  rest: Partial<Fresh> & Pick<Fresh, 'requestId' | 'digest'>,
): Fresh => ({
  planOnly: false,
  attempt: 1,
  provider: rest.request?.provider,
  request: undefined,
  sender: delivery.sender,
  dueAt: delivery.sentAt,
  receivedAt: now,
  published: false,
  interim: { count: 0, at: undefined },
  state: 'open-request',
  at: now,
  ...rest,
});

const endedAs = (outcome: FinalOutcome, why: string, at: EpochMs): Ended => ({ outcome, why, at, evidence: [] });

/** The end of a message without a request of its own. It is kept under the message's id. */
const claimMessage = async (
  ports: Ports,
  delivery: Delivery,
  rest: Partial<Fresh>,
  outcome: FinalOutcome,
  why: string,
): Promise<RequestItem> => {
  const now = ports.clock.now();
  const requestId = delivery.messageId;
  const item = await updateItem<RequestItem>(ports, requestKey(requestId, false), (current) =>
    // Its end could not be read, unless a redrive of it is at work.
    current && (current.ended || current.salvagedAt === undefined || current.attempt > 1)
      ? undefined
      : fresh(delivery, now, {
          requestId,
          // A redriven copy must be recognised by its fields.
          digest: rest.request ? digestOf(ports, rest.request) : ports.digest(delivery.body),
          ended: endedAs(outcome, why, now),
          ...rest,
        }),
  );
  return item as RequestItem;
};

/**
 * The request of a message whose id another request has, carried out under the message's id. However often the message is delivered, it is
 * this one request.
 */
const claimApart = async (
  ports: Ports,
  delivery: Delivery,
  rest: Partial<Fresh> & { readonly request: RevocationRequest; readonly askedId: string },
): Promise<RequestItem> => {
  const now = ports.clock.now();
  const requestId = delivery.messageId;
  const digest = digestOf(ports, rest.request);
  const item = await updateItem<RequestItem>(ports, requestKey(requestId, false), (current) => {
    if (current === undefined) return fresh(delivery, now, { requestId, digest, ...rest });
    // What was stored of the request could not be read. The message says it once more.
    return current.request === undefined && current.askedId !== undefined
      ? { ...current, digest, request: rest.request }
      : undefined;
  });
  if (item?.receivedAt === now) ports.log.warn('request id taken', { requestId, askedId: rest.askedId });
  return item as RequestItem;
};

/**
 * What an earlier delivery of the message has made of it, where its id was taken. The request that has the id may have become unreadable
 * since, and would look like this one.
 */
const claimedApart = async ({ ledger }: Ports, delivery: Delivery): Promise<RequestItem | undefined> => {
  const item = await ledger.read<RequestItem>(requestKey(delivery.messageId, false));
  return item?.askedId === undefined || item.salvagedAt !== undefined ? undefined : item;
};

const redriven = (
  { withdrawnAt: _, ...current }: RequestItem,
  { sender }: Delivery,
  attempt: number,
  now: EpochMs,
): Fresh => ({
  ...current,
  attempt,
  sender,
  receivedAt: now,
  former: current.pin ?? current.former,
  pin: undefined,
  refused: undefined,
  ended: undefined,
  receipt: undefined,
  published: false,
  interim: { count: 0, at: undefined },
  state: 'open-request',
  at: now,
});

/** Under which id a message asks, and whether only a plan is made. */
const nameOf = async (
  ports: Ports,
  delivery: Delivery,
  request: RevocationRequest,
): Promise<Pick<RequestItem, 'requestId' | 'planOnly'>> => {
  const planOnly = request.dryRun || ports.config.mode === 'observe';
  const named = request.requestId ?? delivery.mark?.requestId;
  return {
    requestId: named ?? (await formerIdOf(ports, delivery, request, planOnly)) ?? delivery.messageId,
    planOnly,
  };
};

/** Its copy carries the message's id. With the id that it came with, its redrive would look like the other request. */
const underMessage = ({ messageId }: Delivery, request: RevocationRequest) => ({
  request: { ...request, requestId: messageId },
  provider: request.provider,
});

/** Refuses a message whose attempt counts for nothing. The request that the message names is left as it is. */
const refuseAttempt = (
  ports: Ports,
  delivery: Delivery,
  request: RevocationRequest & Pick<RequestItem, 'requestId'>,
): Promise<RequestItem> => {
  const why = uncounted(delivery, request.requestId);
  const kept = { ...underMessage(delivery, request), askedId: request.requestId };
  return claimMessage(ports, delivery, kept, 'refused/malformed', why);
};

const claimRequest = async (
  ports: Ports,
  delivery: Delivery,
  request: RevocationRequest,
  eventAt: EpochMs | undefined,
  isFinished: boolean,
  mayBeApart = delivery.receiveCount > 1,
): Promise<RequestItem> => {
  const now = ports.clock.now();
  const { requestId, planOnly } = await nameOf(ports, delivery, request);
  const attemptFor = await attemptsOf(ports, delivery, requestId);
  const digest = digestOf(ports, request);
  const named = { ...request, requestId };
  // The sender sets an event’s time, so the time of its message is the upper bound.
  const askedAt = earlier(eventAt ?? delivery.sentAt, delivery.sentAt);
  const dueAt = (request.notBefore && fromIso(request.notBefore)) || askedAt;
  const next = (current: RequestItem | undefined): Fresh | undefined => {
    if (current !== undefined && !isSameRequest(ports, current, request)) return undefined;
    const attempt = attemptFor(current);
    if (attempt === undefined) return undefined;
    if (current === undefined)
      return mayUseFirst(ports, delivery, requestId)
        ? fresh(delivery, now, { requestId, planOnly, attempt, digest, request: named, dueAt })
        : undefined;
    // What was stored of the request could not be read. The message says it once more.
    const whole = current.request === undefined ? { ...current, digest, request: named } : current;
    const isRedrive = attempt > current.attempt && (isFinished || current.ended === undefined || isWithdrawn(current));
    return isRedrive ? redriven(whole, delivery, attempt, now) : whole === current ? undefined : whole;
  };
  const key = requestKey(requestId, planOnly);
  // Most likely it was never claimed.
  const expected = isFirstDelivery(delivery) ? 'none' : undefined;
  const item = await (mayBeApart
    ? ports.ledger.read<RequestItem>(key)
    : updateItem<RequestItem>(ports, key, next, expected));
  // Most redeliveries change nothing, so only a write costs the question what the first delivery did.
  if (mayBeApart && next(item) !== undefined)
    return (await claimedApart(ports, delivery)) ?? claimRequest(ports, delivery, request, eventAt, isFinished, false);
  if ((!item || isSameRequest(ports, item, request)) && attemptFor(item) === undefined)
    return refuseAttempt(ports, delivery, named);
  // An older release may have stored the request without a field that has got a default since.
  if (item && isSameRequest(ports, item, request)) return item.digest === digest ? item : { ...item, request: named };
  const kept = { ...underMessage(delivery, named), askedId: requestId };
  if (item === undefined) return claimMessage(ports, delivery, kept, 'refused/malformed', ID_OF_SWEEP);
  const apart = apartFrom(ports, item, request);
  if (apart) return claimApart(ports, delivery, { ...kept, ...apart, dueAt });
  return claimMessage(ports, delivery, kept, 'refused/request-id-reused', '');
};

/** Whether an earlier release, whose secret scan let the message pass, has claimed its request. */
const isClaimed = async (ports: Ports, delivery: Delivery, clean: RevocationRequest): Promise<boolean> => {
  const { requestId, planOnly } = await nameOf(ports, delivery, clean);
  const item = await ports.ledger.read<RequestItem>(requestKey(requestId, planOnly));
  return item !== undefined && item.ended?.outcome !== SECRET && isSameRequest(ports, item, clean);
};

const SECRET: FinalOutcome = 'refused/secret-in-message';

const claimOnce = async (
  ports: Ports,
  delivery: Delivery,
  parsed: Parsed,
  isFinished: boolean,
): Promise<RequestItem> => {
  if (parsed.kind === 'request') return claimRequest(ports, delivery, parsed.request, parsed.eventAt, isFinished);
  const { code, message, clean, provider } = parsed;
  if (clean && (await isClaimed(ports, delivery, clean)))
    return claimRequest(ports, delivery, clean, undefined, isFinished);
  const requestId = delivery.messageId;
  const kept = clean
    ? { request: { ...clean, requestId }, provider: clean.provider }
    : { provider, stub: stubOf(delivery, parsed, ports.clock.now(), ports.digest) };
  const askedId = shownId(ports.digest, parsed.askedId);
  return claimMessage(ports, delivery, { ...kept, ...(askedId && { askedId }) }, `refused/${code}`, message);
};

/**
 * Claims the request in the ledger. The same request gets the item as it is. A redrive (a higher attempt that counts) starts the item again.
 * A message that is not a valid request, or whose attempt counts for nothing, gets an ended item under the message's id. A message that uses
 * another request's id is kept under the message's id too: ended, or open if it may be carried out all the same.
 *
 * @param finish finishes the previous attempt, which a crash may have interrupted
 */
export const claim = async (
  ports: Ports,
  delivery: Delivery,
  parsed: Parsed,
  finish: (item: RequestItem) => Promise<unknown>,
): Promise<RequestItem> => {
  const item = await claimOnce(ports, delivery, parsed, false);
  if (item.ended === undefined || !(await asksForNext(ports, delivery, item))) return item;
  await finish(item);
  return claimOnce(ports, delivery, parsed, true);
};
