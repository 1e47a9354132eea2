import type { EpochMs } from '../epoch.ts';
import { LISTING_KEY, type ListingItem } from '../ledger/sweep-items.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { Described, Ports } from '../ports.ts';
import { EXPIRY_TAG, type SweepItem, sweepKey } from '../request/expiry-tags.ts';
import { someAtOnce } from '../some-at-once.ts';
import { MINUTE_MS } from '../timing.ts';
import { attemptOf, look, orderIn, type Ready, unreadableId } from './look.ts';
import type { OneByOne } from './one-by-one.ts';

/** A round takes no longer, so that the next one begins within the hour. */
const ROUND_MS = 50 * MINUTE_MS;

/** A tick reads at least so many pages of a hundred secrets. So a small fleet is listed whole by each tick. */
const LEAST_PAGES = 10;

/** What the listing says of one secret. */
type Seen = 'as noted' | 'unreadable' | 'to look at';

/** Compares a listing, which may be minutes old, with what is noted. A difference decides nothing: it is a reason to look. */
const seen = async (ports: Ports, secret: Described, item: SweepItem | undefined): Promise<Seen> => {
  // Nothing can be sent for it. What is noted must not come due.
  if (secret.isMarkedForDeletion) return item?.state === 'due' ? 'to look at' : 'as noted';
  if (item === undefined || item.expiresAt !== (secret.tags[EXPIRY_TAG] ?? '')) return 'to look at';
  const found = orderIn(ports, secret, item.version);
  if (typeof found === 'string') return item.refused === unreadableId(ports, secret) ? 'unreadable' : 'to look at';
  const { requestId, order, request } = found;
  if (item.sent?.requestId === requestId) {
    // Its message may be lost, or its request withdrawn while the tags were others for a time.
    const isSettled = item.sent.isOver || (await attemptOf(ports, secret, found, item)) === undefined;
    return isSettled ? 'as noted' : 'to look at';
  }
  const isWaiting = item.state === 'due' && item.at === order.expiresAt && item.provider === request.provider;
  return isWaiting ? 'as noted' : 'to look at';
};

/** One tick's part of the listing. */
export interface Part {
  /** How the listing stood before. */
  readonly before: ListingItem | undefined;
  secrets: number;
  replicas: number;
  markedForDeletion: number;
  unreadable: number;
  pages: number;
  /** The page that the next tick begins with. */
  next: string | undefined;
  /** Its time ran out. */
  goesOn: boolean;
}

/** @returns the orders that are to be sent */
const readPage = async (
  ports: Ports,
  { serve }: OneByOne,
  secrets: readonly Described[],
  horizon: EpochMs,
  part: Part,
): Promise<readonly Ready[]> => {
  const own = secrets.filter(({ isReplica }) => !isReplica);
  part.pages += 1;
  part.replicas += secrets.length - own.length;
  const marked = own.filter(({ isMarkedForDeletion }) => isMarkedForDeletion);
  part.markedForDeletion += marked.length;
  part.secrets += own.length - marked.length;
  const items = await ports.ledger.readMany<SweepItem>(own.map(({ arn }) => sweepKey(arn)));
  const noted = new Map(items.map((item) => [item.pk, item]));
  const ready: Ready[] = [];
  await someAtOnce(own, async (secret) => {
    const one = await serve(secret.name, async () => {
      const says = await seen(ports, secret, noted.get(sweepKey(secret.arn).pk));
      return says === 'to look at' ? look(ports, secret.arn, horizon) : says;
    });
    if (one === 'unreadable') part.unreadable += 1;
    else if (typeof one === 'object') ready.push(one);
  });
  return ready;
};

/** How many pages this tick reads. How many there are is known from the last whole round. */
const pagesAt = (item: ListingItem | undefined, now: EpochMs): number => {
  const { wholePages, startedAt = now, pages = 0 } = item ?? {};
  if (wholePages === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(LEAST_PAGES, Math.ceil((wholePages * (now - startedAt)) / ROUND_MS) - pages);
};

/**
 * Lists the tagged secrets, and looks at each one that is not as noted. No event tells of every change: the listing finds what events have
 * missed. A large fleet is listed once an hour, some pages at each tick.
 *
 * @param until when it stops reading. A page at least is read
 * @param keep takes the orders that are to be sent, after each page
 * @throws Unavailable if an AWS service does not answer at all; the next tick begins where this one began
 */
export const reconcile = async (
  ports: Ports,
  each: OneByOne,
  { horizon, until }: { readonly horizon: EpochMs; readonly until: EpochMs },
  keep: (ready: readonly Ready[]) => void,
): Promise<Part> => {
  const { ledger, vault, config, clock } = ports;
  const before = await ledger.read<ListingItem>(LISTING_KEY);
  const most = pagesAt(before, clock.now());
  const part: Part = {
    ...{ before, secrets: 0, replicas: 0, markedForDeletion: 0, unreadable: 0 },
    ...{ pages: 0, next: undefined, goesOn: false },
  };
  for await (const { secrets, next } of vault.tagged(config.secretPrefix, EXPIRY_TAG, before?.next)) {
    keep(await readPage(ports, each, secrets, horizon, part));
    part.next = next;
    part.goesOn = next !== undefined && clock.now() >= until;
    if (part.goesOn || part.pages >= most) break;
  }
  return part;
};

/**
 * Records where the next tick begins. If sweeps overlap, the last one to end decides: at worst some secrets are read twice, or one round
 * later.
 *
 * @returns how many tags cannot be read in all secrets
 */
export const noteListing = async (ports: Ports, { before, next, pages, unreadable }: Part): Promise<number> => {
  const now = ports.clock.now();
  const { startedAt = now, wholeAt, wholePages, wholeUnreadable = 0 } = before ?? { at: now };
  const so = { pages: (before?.pages ?? 0) + pages, unreadable: (before?.unreadable ?? 0) + unreadable };
  await updateItem<ListingItem>(ports, LISTING_KEY, () =>
    next === undefined
      ? { at: now, wholeAt: now, wholePages: so.pages, wholeUnreadable: so.unreadable }
      : { next, at: now, startedAt, ...so, wholeAt, wholePages, wholeUnreadable },
  );
  return next === undefined ? so.unreadable : Math.max(so.unreadable, wholeUnreadable);
};
