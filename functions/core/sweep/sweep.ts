import { after, type EpochMs, epochMs, toIso } from '../epoch.ts';
import { laneOf } from '../lane.ts';
import { requestKey } from '../ledger/keys.ts';
import { pausedSince } from '../ledger/operator-items.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Described, ItemKey, Ports, Versioned } from '../ports.ts';
import { providerNamed } from '../provider.ts';
import { endFacts } from '../receipts/log-facts.ts';
import { finalReceipt } from '../receipts/make-receipt.ts';
import {
  EXPIRY_TAG,
  type ExpiryOrder,
  expiryRequestId,
  PROVIDER_TAG,
  readTags,
  type SweepItem,
  sweepKey,
} from '../request/expiry-tags.ts';
import { marksOf } from '../request/marks.ts';
import type { RevocationRequest } from '../request/revocation-request.ts';
import { setAside } from '../revoke/enqueue.ts';
import { AT_ONCE, someAtOnce } from '../some-at-once.ts';
import { LONGEST_DELAY_SECONDS, MINUTE_MS, SECOND_MS, TIMING } from '../timing.ts';
import { type OneByOne, oneByOne } from './one-by-one.ts';

const LONGEST_DELAY_MS = LONGEST_DELAY_SECONDS * SECOND_MS;

/** An order whose message has not been claimed by then is sent again. This also covers a crash between the send and its note. */
const RESEND_MS = 15 * MINUTE_MS;

interface Due {
  readonly secret: Described;
  readonly order: ExpiryOrder;
  readonly requestId: string;
  readonly request: RevocationRequest;
}

/** What one sweep did. */
export interface Swept {
  readonly secrets: number;
  readonly sent: number;
  /** Due, but left to a later sweep because of the limit or a pause. */
  readonly left: number;
  readonly unreadable: number;
  /** Tagged secrets that are replicas of secrets in other regions: their own region reads the tags. Absent if there is none. */
  readonly replicas?: number;
  /** Tagged secrets that are marked for deletion: nothing can be sent for them. Absent if there is none. */
  readonly markedForDeletion?: number;
  /** Where its time ran out: the next sweep continues from there. */
  readonly goesOn?: true;
}

const writeSweep = (
  ports: Ports,
  arn: string,
  change: (item: SweepItem | undefined) => Omit<SweepItem, 'rev' | 'nonce'> | undefined,
) => updateItem<SweepItem>(ports, sweepKey(arn), change);

/** Records which version was current when this date was first seen. The date is meant for that version. */
const noteFirstSeen = async (ports: Ports, { arn, tags, stages }: Described): Promise<SweepItem> => {
  const expiresAt = tags[EXPIRY_TAG] ?? '';
  const version = stages['AWSCURRENT'] ?? '';
  const firstSeen = await writeSweep(ports, arn, (item) => {
    if (item?.expiresAt === expiresAt) return undefined;
    // Which date was there before cannot be read: it may have been this one, and meant for an earlier version.
    if (item?.salvagedAt !== undefined && item.expiresAt === '') return { ...item, expiresAt, version: '' };
    return { expiresAt, version, firstSeenAt: ports.clock.now() };
  });
  return firstSeen as SweepItem; // written now, or by an earlier sweep
};

/** Reports tags that cannot be read, once until they change. */
const refuse = async (ports: Ports, secret: Described, firstSeen: SweepItem, why: string): Promise<void> => {
  const { arn, name, tags } = secret;
  const requestId = expiryRequestId(ports.digest, arn, '', tags);
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

/** The attempt with which to send an order; `undefined` if it has ended or is running. */
const attemptOf = async (ports: Ports, { requestId }: Due, { sent }: SweepItem): Promise<number | undefined> => {
  const item = await ports.ledger.read<RequestItem>(requestKey(requestId, ports.config.mode === 'observe'));
  const outcome = item?.receipt?.outcome ?? item?.ended?.outcome;
  if (item !== undefined && outcome !== 'withdrawn') return undefined;
  const attempt = (item?.attempt ?? 0) + 1;
  const isUnderWay =
    sent?.requestId === requestId && sent.attempt === attempt && ports.clock.now() < after(sent.at, RESEND_MS);
  return isUnderWay ? undefined : attempt;
};

const send = async (ports: Ports, due: Due, attempt: number): Promise<void> => {
  const { secret, order, request, requestId } = due;
  const now = ports.clock.now();
  const body = JSON.stringify({ ...request, requestId });
  const delayMs = Math.min(LONGEST_DELAY_MS, Math.max(0, order.expiresAt - now));
  const seconds = Math.ceil(delayMs / SECOND_MS);
  await ports.outbox.enqueue(body, marksOf({ requestId, attempt }), seconds, laneOf(request));
  await writeSweep(ports, secret.arn, (item) => item && { ...item, sent: { requestId, attempt, at: now } });
};

/** Oldest first, and per provider no more at once than the limit of an hour. */
const withinLimits = (due: readonly Ready[], limit: number): readonly Ready[] => {
  const sent = new Map<string, number>();
  return [...due]
    .sort((a, b) => a.due.order.expiresAt - b.due.order.expiresAt)
    .filter(({ provider }) => {
      const count = (sent.get(provider) ?? 0) + 1;
      sent.set(provider, count);
      return count <= limit;
    });
};

/** Sends several orders in one call. @returns how many were sent; there was no time for the rest */
const sendAll = async (ports: Ports, { serve }: OneByOne, ready: readonly Ready[], until: EpochMs): Promise<number> => {
  let sent = 0;
  for (let tried = 0; tried < ready.length && ports.clock.now() < until; tried += AT_ONCE)
    await someAtOnce(ready.slice(tried, tried + AT_ONCE), async ({ due, attempt }) => {
      await serve(due.secret.name, async () => {
        await send(ports, due, attempt);
        sent += 1;
      });
    });
  return sent;
};

interface Ready {
  readonly due: Due;
  readonly attempt: number;
  readonly provider: string;
}

const VERSION_LOST =
  'Cannot tell which version the date is meant for: give another date, or name the version in key-revoker:version';

/** What to send for a secret; `undefined` if there is nothing, or not yet. */
const readyIn = async (
  ports: Ports,
  secret: Described,
  horizon: EpochMs,
): Promise<Ready | 'unreadable' | undefined> => {
  const firstSeen = await noteFirstSeen(ports, secret);
  const refused = async (why: string): Promise<'unreadable'> => {
    await refuse(ports, secret, firstSeen, why);
    return 'unreadable';
  };
  const read = readTags(ports.providers, secret.tags);
  if (read.kind === 'unreadable') return refused(read.why);
  const { order } = read;
  if (order.expiresAt > horizon) return undefined;
  const version = order.version ?? firstSeen.version;
  if (version === '') return refused(VERSION_LOST);
  const made = order.requestFor(secret, version);
  if (made.kind === 'refused') return refused(made.message);
  const { request } = made;
  const due = { secret, order, request, requestId: expiryRequestId(ports.digest, secret.arn, version, secret.tags) };
  const attempt = await attemptOf(ports, due, firstSeen);
  return attempt === undefined ? undefined : { due, attempt, provider: request.provider };
};

/** The results of one sweep's pages. */
interface Found {
  secrets: number;
  replicas: number;
  markedForDeletion: number;
  unreadable: number;
  /** Never more than may be sent at once. So a hundred thousand secrets take no more memory than a hundred. */
  ready: readonly Ready[];
  /** Due, but over the limit. */
  past: number;
  /** Where the time ran out. */
  next: string | undefined;
}

const readPages = async (
  ports: Ports,
  { serve }: OneByOne,
  from: string | undefined,
  horizon: EpochMs,
  until: EpochMs,
): Promise<Found> => {
  const found: Found = {
    secrets: 0,
    replicas: 0,
    markedForDeletion: 0,
    unreadable: 0,
    ready: [],
    past: 0,
    next: undefined,
  };
  for await (const { secrets, next } of ports.vault.tagged(ports.config.secretPrefix, EXPIRY_TAG, from)) {
    const ready = [...found.ready];
    await someAtOnce(secrets, async (secret) => {
      if (secret.isReplica || secret.isMarkedForDeletion) {
        found[secret.isReplica ? 'replicas' : 'markedForDeletion'] += 1;
        return;
      }
      found.secrets += 1;
      const one = await serve(secret.name, () => readyIn(ports, secret, horizon));
      if (one === 'unreadable') found.unreadable += 1;
      else if (one !== undefined) ready.push(one);
    });
    found.ready = withinLimits(ready, ports.config.limits.other);
    found.past += ready.length - found.ready.length;
    found.next = next;
    if (ports.clock.now() >= until) break;
  }
  return found;
};

/** Where a sweep stopped whose time had run out. */
interface SweepProgressItem extends Versioned {
  /** The page that the next sweep begins with. Absent if a sweep has reached the end. */
  readonly next: string | undefined;
  readonly at: EpochMs;
}

const PROGRESS_KEY: ItemKey = { pk: 'sweep#progress', sk: 'sweep' };

/** @returns the page that this sweep begins with; `undefined` for the first */
const leftOffAt = async ({ ledger }: Ports): Promise<string | undefined> =>
  (await ledger.read<SweepProgressItem>(PROGRESS_KEY))?.next;

/**
 * Records where the next sweep begins. If sweeps overlap, the last one to end decides: at worst some secrets are read twice, or one
 * round later.
 */
const leaveOff = async (ports: Ports, from: string | undefined, next: string | undefined): Promise<void> => {
  if (from !== next) await updateItem<SweepProgressItem>(ports, PROGRESS_KEY, () => ({ next, at: ports.clock.now() }));
};

const NEVER = epochMs(Number.POSITIVE_INFINITY);

/**
 * Turns expiry tags that are due, or will be before the next sweeps are over, into requests, each on the queue of its lane.
 * It decides from the ledger, so two sweeps at once make the same requests. While the system is paused, it reads and reports,
 * but sends nothing.
 *
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 * @param until when it stops reading. It sends what it has found by then, and the next sweep continues from there
 * @throws Unavailable if an AWS service does not answer at all; the next sweep begins where this one began
 */
export const sweep = async (ports: Ports, aheadMs: number, until: EpochMs = NEVER): Promise<Swept> => {
  const horizon = after(ports.clock.now(), Math.min(aheadMs, LONGEST_DELAY_MS));
  const from = await leftOffAt(ports);
  const each = oneByOne(ports, 'sweep');
  const { ready, past, next, secrets, replicas, markedForDeletion, unreadable } = await readPages(
    ports,
    each,
    from,
    horizon,
    until,
  );
  const isPaused = (await pausedSince(ports)) !== undefined;
  const sent = isPaused ? 0 : await sendAll(ports, each, ready, after(until, TIMING.sweepSendMs));
  each.finish();
  await leaveOff(ports, from, next);
  const left = past + ready.length - sent;
  const swept = {
    secrets,
    sent,
    left,
    unreadable,
    ...(replicas > 0 && { replicas }),
    ...(markedForDeletion > 0 && { markedForDeletion }),
    ...(next !== undefined && { goesOn: true as const }),
  };
  ports.log.info('sweep done', { ...swept });
  return swept;
};
