import type { Delivery } from '../delivery.ts';
import { type EpochMs, earlier, fromIso, toIso } from '../epoch.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { canonical } from '../request/canonical.ts';
import { type Parsed, parseRequest } from '../request/parse-request.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { requestKey } from './keys.ts';
import type { Ended, RequestItem } from './request-item.ts';
import { updateItem } from './update-item.ts';

type Fresh = Omit<RequestItem, 'rev' | 'nonce'>;

/** What the stuck queue gets for a body that was not a valid request. It is never a copy of the body. */
const stubOf = (
  { messageId, sender, body }: Delivery,
  code: string,
  fields: readonly string[],
  now: EpochMs,
  digest: Ports['digest'],
): string =>
  JSON.stringify({
    messageId,
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
  attempt: delivery.attempt,
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

/** The digest of a request's fields, without its id. */
export const digestOf = ({ digest }: Pick<Ports, 'digest'>, { requestId: _, ...fields }: RevocationRequest): string =>
  digest(canonical(fields));

/** A stored request as today's schema reads it: an older release knew no default for a field that has one now. */
export const readAgain = ({ providers }: Pick<Ports, 'providers'>, stored: RevocationRequest): RevocationRequest => {
  const read = parseRequest(providers, JSON.stringify(stored));
  return read.kind === 'request' ? read.request : stored;
};

/** Whether a stored request means the same as the one with this digest. */
export const isSameRequest = (
  ports: Pick<Ports, 'digest' | 'providers'>,
  { digest, request: stored }: Pick<RequestItem, 'digest' | 'request'>,
  asked: string,
): boolean => digest === asked || (stored !== undefined && digestOf(ports, readAgain(ports, stored)) === asked);

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
    current
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

const redriven = (current: RequestItem, delivery: Delivery, now: EpochMs): Fresh => ({
  ...current,
  attempt: delivery.attempt,
  sender: delivery.sender,
  receivedAt: now,
  former: current.pin ?? current.former,
  pin: undefined,
  ended: undefined,
  receipt: undefined,
  published: false,
  interim: { count: 0, at: undefined },
  state: 'open-request',
  at: now,
});

const claimRequest = async (
  ports: Ports,
  delivery: Delivery,
  request: RevocationRequest,
  eventAt: EpochMs | undefined,
  isFinished: boolean,
): Promise<RequestItem> => {
  const now = ports.clock.now();
  const requestId = request.requestId ?? delivery.requestId ?? delivery.messageId;
  const planOnly = request.dryRun || ports.config.mode === 'observe';
  const digest = digestOf(ports, request);
  const named = { ...request, requestId };
  // The sender sets an event’s time, so the time of its message is the upper bound.
  const askedAt = earlier(eventAt ?? delivery.sentAt, delivery.sentAt);
  const dueAt = (request.notBefore && fromIso(request.notBefore)) || askedAt;
  const item = await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) => {
    if (current === undefined) return fresh(delivery, now, { requestId, planOnly, digest, request: named, dueAt });
    const isRedrive = delivery.attempt > current.attempt && isSameRequest(ports, current, digest);
    return isRedrive && (isFinished || current.ended === undefined) ? redriven(current, delivery, now) : undefined;
  });
  // An older release may have stored the request without a field that has got a default since.
  if (item && isSameRequest(ports, item, digest)) return item.digest === digest ? item : { ...item, request: named };
  // Its copy carries the message's id. With the id that it came with, its redrive would look like the other request.
  const copy = { ...named, requestId: delivery.messageId };
  return claimMessage(ports, delivery, { request: copy, provider: request.provider }, 'refused/request-id-reused', '');
};

const claimOnce = (ports: Ports, delivery: Delivery, parsed: Parsed, isFinished: boolean): Promise<RequestItem> => {
  if (parsed.kind === 'request') return claimRequest(ports, delivery, parsed.request, parsed.eventAt, isFinished);
  const { code, message, fields, clean, provider } = parsed;
  const requestId = delivery.messageId;
  const kept = clean
    ? { request: { ...clean, requestId }, provider: clean.provider }
    : { provider, stub: stubOf(delivery, code, fields, ports.clock.now(), ports.digest) };
  return claimMessage(ports, delivery, kept, `refused/${code}`, message);
};

/**
 * Claims the request in the ledger. The same request gets the item as it is. A redrive (a higher attempt) starts the item again.
 * A message that is not a valid request, or that uses another request's id, gets an ended item under the message's id.
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
  if (item.ended === undefined || item.attempt >= delivery.attempt) return item;
  await finish(item);
  return claimOnce(ports, delivery, parsed, true);
};

/**
 * If a redrive pinned no key, it takes over the previous attempt's pin; otherwise that case stays open with no request behind it. If
 * another delivery has pinned something else in the meantime, the lease for the returned item cannot be taken.
 */
export const inheritPin = async (ports: Pick<Ports, 'ledger' | 'newId'>, item: RequestItem): Promise<RequestItem> => {
  const { former, attempt, requestId, planOnly } = item;
  if (former === undefined || item.pin !== undefined || planOnly) return item;
  await updateItem<RequestItem>(ports, requestKey(requestId, planOnly), (current) =>
    current?.attempt === attempt && !current.receipt && !current.pin ? { ...current, pin: former } : undefined,
  );
  return { ...item, pin: former };
};
