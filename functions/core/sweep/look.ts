import { after, type EpochMs, toIso } from '../epoch.ts';
import { laneOf } from '../lane.ts';
import { requestKey } from '../ledger/keys.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Described, Ports } from '../ports.ts';
import { providerNamed } from '../provider.ts';
import { endFacts } from '../receipts/log-facts.ts';
import { finalReceipt } from '../receipts/make-receipt.ts';
import {
  EXPIRY_TAG,
  type ExpiryOrder,
  expiryRequestId,
  PROVIDER_TAG,
  readTags,
  type SentOrder,
  type SweepItem,
  sweepKey,
} from '../request/expiry-tags.ts';
import { marksOf } from '../request/marks.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { setAside } from '../revoke/enqueue.ts';
import { LONGEST_DELAY_MS, MINUTE_MS, SECOND_MS } from '../timing.ts';

/** Until when orders are sent that are not due yet: no further ahead than a queue delays. */
export const horizonOf = (now: EpochMs, aheadMs: number): EpochMs => after(now, Math.min(aheadMs, LONGEST_DELAY_MS));

/** An order whose message has not been claimed by then is sent again. This also covers a crash between the send and its note. */
const RESEND_MS = 15 * MINUTE_MS;

/** Ends after which no sweep looks after an order any more. Every other end may be followed by an attempt that is withdrawn. */
const OVER: readonly (string | undefined)[] = ['revoked', 'already-revoked', 'restricted'];

/** An order to send. */
export interface Ready {
  readonly secret: Described;
  readonly order: ExpiryOrder;
  readonly requestId: string;
  readonly request: RevocationRequest;
  readonly attempt: number;
  readonly provider: string;
  /** When it is due. */
  readonly at: EpochMs;
}

/** What a look at one secret found; `undefined`: nothing to do, or not yet. */
export type Found = Ready | 'unreadable' | undefined;

type Body = Omit<SweepItem, 'rev' | 'nonce'>;

const writeSweep = (
  ports: Ports,
  arn: string,
  change: (item: SweepItem | undefined) => Body | undefined,
): Promise<SweepItem | undefined> => updateItem<SweepItem>(ports, sweepKey(arn), change);

/** An order of tags that can be read, for the version that it is meant for. */
export interface OrderFor {
  readonly order: ExpiryOrder;
  readonly requestId: string;
  readonly request: RevocationRequest;
}

const VERSION_LOST =
  'Cannot tell which version the date is meant for: give another date, or name the version in key-revoker:version';

/**
 * What the tags of a secret order.
 *
 * @param firstSeen the version that was current when a look first met the date
 * @returns why they order nothing, as a sentence
 */
export const orderIn = (
  { providers, digest }: Pick<Ports, 'providers' | 'digest'>,
  secret: Described,
  firstSeen: string,
): OrderFor | string => {
  const read = readTags(providers, secret.tags);
  if (read.kind === 'unreadable') return read.why;
  const { order } = read;
  const version = order.version ?? firstSeen;
  if (version === '') return VERSION_LOST;
  const made = order.requestFor(secret, version);
  if (made.kind === 'refused') return made.message;
  return { order, request: made.request, requestId: expiryRequestId(digest, secret.arn, version, secret.tags) };
};

/** Names tags that cannot be read: without a version, since which one was meant cannot be told from them. */
export const unreadableId = ({ digest }: Pick<Ports, 'digest'>, { arn, tags }: Described): string =>
  expiryRequestId(digest, arn, '', tags);

/** The date as a first look meets it. It is meant for the version that is current then. */
const firstSeenIn = (item: SweepItem | undefined, { tags, stages }: Described, now: EpochMs): Body => {
  const expiresAt = tags[EXPIRY_TAG] ?? '';
  if (item?.expiresAt === expiresAt) return item;
  // Which date was there before cannot be read: it may have been this one, and meant for an earlier version.
  if (item?.salvagedAt !== undefined && item.expiresAt === '') return { ...item, expiresAt, version: '' };
  return { expiresAt, version: stages['AWSCURRENT'] ?? '', firstSeenAt: now };
};

const notDue = ({ state: _state, at: _at, provider: _provider, ...item }: Body): Body => item;

/** Whether two items say the same of when the order is due. */
const isSame = (a: SweepItem | undefined, b: Body): boolean =>
  a !== undefined &&
  a.expiresAt === b.expiresAt &&
  a.version === b.version &&
  a.state === b.state &&
  a.at === b.at &&
  a.provider === b.provider;

/** Notes which version was current when this date was first seen, and puts an order that is not sent yet among those that are due. */
const note = async (ports: Ports, secret: Described): Promise<SweepItem> => {
  const now = ports.clock.now();
  const noted = await writeSweep(ports, secret.arn, (current) => {
    const item = firstSeenIn(current, secret, now);
    const found = orderIn(ports, secret, item.version);
    const isWaiting = typeof found !== 'string' && item.sent?.requestId !== found.requestId;
    const next: Body = isWaiting
      ? { ...item, state: 'due', at: found.order.expiresAt, provider: found.request.provider }
      : notDue(item);
    return isSame(current, next) ? undefined : next;
  });
  return noted as SweepItem; // written now, or by an earlier look
};

/** Reports tags that cannot be read, once until they change. */
const refuse = async (ports: Ports, secret: Described, firstSeen: SweepItem, why: string): Promise<void> => {
  const { arn, name, tags } = secret;
  const requestId = unreadableId(ports, secret);
  if (firstSeen.refused === requestId) return;
  const now = ports.clock.now();
  const item = {
    requestId,
    planOnly: false,
    attempt: 1,
    provider: providerNamed(ports.providers, tags[PROVIDER_TAG])?.name,
    request: undefined,
    sender: '',
    dueAt: now,
    receivedAt: now,
  };
  const ended = {
    outcome: 'refused/tag-unreadable',
    why: `${why} (on the secret ${name})`,
    at: now,
    evidence: [],
  } as const;
  const receipt = finalReceipt(ports, item, undefined, ended);
  const stub = JSON.stringify({ secretId: name, at: toIso(now), code: receipt.code, fields: Object.keys(tags) });
  await setAside(ports.outbox, { ...item, stub, receipt });
  await ports.outbox.publish(receipt);
  ports.log.info('request ended', endFacts(receipt));
  await writeSweep(ports, arn, (current) => current && { ...current, refused: requestId });
};

/** Marks an order as sent. In the same write it leaves those that are due. */
const noteSent = (ports: Ports, arn: string, sent: SentOrder): Promise<unknown> =>
  writeSweep(ports, arn, (item) => item && { ...notDue(item), sent });

/** The attempt with which to send an order; `undefined` if it has ended or is running. */
export const attemptOf = async (
  ports: Ports,
  { arn }: Described,
  { requestId }: OrderFor,
  { sent, state }: SweepItem,
): Promise<number | undefined> => {
  const now = ports.clock.now();
  const item = await ports.ledger.read<RequestItem>(requestKey(requestId, ports.config.mode === 'observe'));
  const outcome = item?.receipt?.outcome ?? item?.ended?.outcome;
  if (item !== undefined && outcome !== 'withdrawn') {
    const isOver = OVER.includes(outcome);
    const known = sent?.requestId === requestId ? sent : { requestId, attempt: item.attempt, at: now };
    if (state === 'due' || isOver) await noteSent(ports, arn, { ...known, ...(isOver && { isOver }) });
    return undefined;
  }
  const attempt = (item?.attempt ?? 0) + 1;
  const isUnderWay = sent?.requestId === requestId && sent.attempt === attempt && now < after(sent.at, RESEND_MS);
  return isUnderWay ? undefined : attempt;
};

/** A secret without a date of its own here: nothing of it is due any more. */
const withdraw = async (ports: Ports, arn: string): Promise<void> => {
  await writeSweep(ports, arn, (item) => (item?.state === undefined ? undefined : notDue(item)));
};

/**
 * Notes the date of a secret, reports tags that cannot be read, and says what to send.
 *
 * @param horizon an order that is due later is left for a later tick
 */
const lookAt = async (ports: Ports, secret: Described, horizon: EpochMs): Promise<Found> => {
  const isTagged = Object.keys(secret.tags).some((key) => key.startsWith(EXPIRY_TAG));
  if (secret.isReplica || secret.isMarkedForDeletion || !isTagged) {
    await withdraw(ports, secret.arn);
    return undefined;
  }
  const item = await note(ports, secret);
  const found = orderIn(ports, secret, item.version);
  if (typeof found === 'string') {
    await refuse(ports, secret, item, found);
    return 'unreadable';
  }
  if (found.order.expiresAt > horizon) return undefined;
  const attempt = await attemptOf(ports, secret, found, item);
  const { provider } = found.request;
  return attempt === undefined ? undefined : { ...found, secret, attempt, provider, at: found.order.expiresAt };
};

/**
 * Looks at one secret as it stands now.
 *
 * @param secretId a name or an ARN
 * @param horizon an order that is due later is left for a later tick
 * @param also what else to do with the secret as it stands
 * @throws Unavailable if AWS does not answer; Fault `stuck/access-denied`
 */
export const look = async (
  ports: Ports,
  secretId: string,
  horizon: EpochMs,
  also: (secret: Described) => Promise<void> = async () => undefined,
): Promise<Found> => {
  const secret = await ports.vault.describe(secretId);
  if (secret === undefined) {
    if (secretId.startsWith('arn:')) await withdraw(ports, secretId);
    return undefined;
  }
  if (!secret.name.startsWith(ports.config.secretPrefix)) return undefined;
  await also(secret);
  return lookAt(ports, secret, horizon);
};

/** Sends an order, to leave at its instant. Two looks at once send the same request. */
export const sendOrder = async (ports: Ports, { secret, order, request, requestId, attempt }: Ready): Promise<void> => {
  const now = ports.clock.now();
  const body = JSON.stringify({ ...request, requestId });
  const delayMs = Math.min(LONGEST_DELAY_MS, Math.max(0, order.expiresAt - now));
  await ports.outbox.enqueue(body, marksOf({ requestId, attempt }), Math.ceil(delayMs / SECOND_MS), laneOf(request));
  await noteSent(ports, secret.arn, { requestId, attempt, at: now });
};
