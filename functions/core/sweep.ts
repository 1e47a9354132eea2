import { amend } from './amend.ts';
import { endFacts } from './end-facts.ts';
import { after, type EpochMs, toIso } from './epoch.ts';
import { EXPIRY_TAG, type ExpiryOrder, expiryRequestId, readTags, type SweepItem, sweepKey } from './expiry.ts';
import { type RequestItem, requestKey } from './ledger-items.ts';
import { finalReceipt } from './make-receipt.ts';
import { pausedSince } from './pause.ts';
import type { Described, Ports } from './ports.ts';
import { isProvider, type RevocationRequest } from './request.ts';
import { someAtOnce } from './some-at-once.ts';

/** A queue delays a message by as much and no more. */
const MOST_DELAY_MS = 900_000;

/** An order whose message has not been claimed by then is sent again; a crash between sending and noting it is met the same way. */
const RESEND_MS = 900_000;

/** A sweep asks no provider. */
export type SweepPorts = Omit<Ports, 'provider'>;

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
  /** Due, but left to a later sweep: by the limit, or because the system is paused. */
  readonly left: number;
  readonly unreadable: number;
}

const writeSweep = (
  ports: SweepPorts,
  arn: string,
  change: (item: SweepItem | undefined) => Omit<SweepItem, 'rev' | 'nonce'> | undefined,
) => amend<SweepItem>(ports, sweepKey(arn), change);

/** Notes which version was current when this date was first met: the one that it is meant for. */
const meet = async (ports: SweepPorts, { arn, tags, stages }: Described): Promise<SweepItem | undefined> => {
  const expiresAt = tags[EXPIRY_TAG] ?? '';
  const version = stages['AWSCURRENT'] ?? '';
  return writeSweep(ports, arn, (item) =>
    item?.expiresAt === expiresAt ? undefined : { expiresAt, version, metAt: ports.clock.now() },
  );
};

/** Tells once of tags that cannot be read, until they change. */
const refuse = async (ports: SweepPorts, secret: Described, met: SweepItem | undefined, why: string): Promise<void> => {
  const { arn, name, tags } = secret;
  const requestId = expiryRequestId(ports.digest, arn, '', tags);
  if (met?.refused === requestId) return;
  const now = ports.clock.now();
  const provider = tags['key-revoker:provider'];
  const item: RequestItem = {
    rev: 1,
    nonce: '',
    requestId,
    planOnly: false,
    digest: '',
    attempt: 1,
    provider: isProvider(provider) ? provider : undefined,
    request: undefined,
    sender: '',
    dueAt: now,
    receivedAt: now,
    published: false,
    interim: { count: 0, at: undefined },
    at: now,
  };
  const ended = {
    outcome: 'refused/tag-unreadable',
    why: `${why} (on the secret ${name})`,
    at: now,
    evidence: [],
  } as const;
  const receipt = finalReceipt(item, undefined, ended, ports.digest);
  const stub = JSON.stringify({ secretId: name, at: toIso(now), code: receipt.code, fields: Object.keys(tags) });
  await ports.outbox.setAside(stub, {
    requestId,
    attempt: '1',
    outcome: receipt.outcome,
    code: receipt.code ?? '',
    message: receipt.message,
  });
  await ports.outbox.publish(receipt);
  ports.log.info('request ended', endFacts(receipt));
  await writeSweep(ports, arn, (current) => current && { ...current, refused: requestId });
};

/** The attempt to send an order as; `undefined` where it has ended, or is under way. */
const attemptOf = async (
  ports: SweepPorts,
  { requestId }: Due,
  met: SweepItem | undefined,
): Promise<number | undefined> => {
  const item = await ports.ledger.read<RequestItem>(requestKey(requestId, ports.config.mode === 'observe'));
  if (item !== undefined && item.receipt?.outcome !== 'withdrawn') return undefined;
  const attempt = (item?.attempt ?? 0) + 1;
  const { sent } = met ?? {};
  const isUnderWay =
    sent?.requestId === requestId && sent.attempt === attempt && ports.clock.now() < after(sent.at, RESEND_MS);
  return isUnderWay ? undefined : attempt;
};

const send = async (ports: SweepPorts, due: Due, attempt: number): Promise<void> => {
  const { secret, order, request, requestId } = due;
  const now = ports.clock.now();
  const body = JSON.stringify({ ...request, requestId });
  const delayMs = Math.min(MOST_DELAY_MS, Math.max(0, order.expiresAt - now));
  await ports.outbox.enqueue(body, { requestId, attempt: String(attempt) }, Math.ceil(delayMs / 1_000));
  await writeSweep(ports, secret.arn, (item) => item && { ...item, sent: { requestId, attempt, at: now } });
};

/** Oldest first, and per provider no more at once than an hour's limit lets through. */
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

interface Ready {
  readonly due: Due;
  readonly attempt: number;
  readonly provider: string;
}

/**
 * Turns expiry tags that are due, or will be before the next sweeps are over, into requests on the same queue that everybody uses. What
 * it decides, it decides from the ledger; running twice at once makes the same requests. While the system is paused it reads and tells,
 * and sends nothing.
 *
 * @param aheadMs how far ahead of its expiry an order is sent, up to 15 minutes
 * @throws Unavailable where an AWS service does not answer; the next sweep begins anew
 */
export const sweep = async (ports: SweepPorts, aheadMs: number): Promise<Swept> => {
  const horizon: EpochMs = after(ports.clock.now(), Math.min(aheadMs, MOST_DELAY_MS));
  const ready: Ready[] = [];
  let secrets = 0;
  let unreadable = 0;
  for await (const page of ports.vault.tagged(ports.config.secretPrefix, EXPIRY_TAG)) {
    await someAtOnce(page, async (secret) => {
      if (secret.isReplica) return;
      secrets += 1;
      const met = await meet(ports, secret);
      const read = readTags(secret.tags);
      if (read.kind === 'unreadable') {
        unreadable += 1;
        return refuse(ports, secret, met, read.why);
      }
      const { order } = read;
      if (order.expiresAt > horizon) return;
      const version = order.version ?? met?.version ?? '';
      const made = order.requestFor(secret, version);
      if (made.kind === 'refused') {
        unreadable += 1;
        return refuse(ports, secret, met, made.message);
      }
      const due: Due = {
        secret,
        order,
        request: made.request,
        requestId: expiryRequestId(ports.digest, secret.arn, version, secret.tags),
      };
      const attempt = await attemptOf(ports, due, met);
      if (attempt !== undefined) ready.push({ due, attempt, provider: secret.tags['key-revoker:provider'] ?? '' });
    });
  }
  const isPaused = (await pausedSince(ports)) !== undefined;
  const now = isPaused ? [] : withinLimits(ready, ports.config.limits.other);
  await someAtOnce(now, ({ due, attempt }) => send(ports, due, attempt));
  const swept = { secrets, sent: now.length, left: ready.length - now.length, unreadable };
  ports.log.info('sweep done', { ...swept });
  return swept;
};
