import { after, type EpochMs } from '../epoch.ts';
import type { ItemKey, Ledger, Versioned } from '../ports.ts';
import { MINUTE_MS } from '../timing.ts';
import type { Index } from './in-brief.ts';
import { BY_STATE } from './keys.ts';
import { BY_STATE_2 } from './lists.ts';

/** Whether the index `by-state-2` holds every item. */
export interface IndexItem extends Versioned {
  /** Since when each tick has been one of this release or a later one. */
  readonly since: EpochMs;
  readonly tickedAt: EpochMs;
  /** What the walk that puts items into their lists does next. Absent if none is under way. */
  readonly next?: { readonly state: string; readonly from: EpochMs } | undefined;
  /** When the last whole walk ended. */
  readonly filledAt?: EpochMs | undefined;
}

export const INDEX_KEY: ItemKey = { pk: 'sweep#index', sk: 'sweep' };

/** Longer without a tick than the slowest clock, and a release that knows no lists may have written in between. */
const UNBROKEN_MS = 12 * MINUTE_MS;

export const isUnbroken = ({ tickedAt }: Pick<IndexItem, 'tickedAt'>, now: EpochMs): boolean =>
  now <= after(tickedAt, UNBROKEN_MS);

/** The index that readers use: the new one once every item is sure to be in it. */
export const indexOf = (item: IndexItem | undefined, now: EpochMs): Index =>
  item?.filledAt !== undefined && isUnbroken(item, now) ? BY_STATE_2 : BY_STATE;

/** @throws Unavailable if the ledger does not answer */
export const indexInUse = async ({ ledger }: { readonly ledger: Ledger }, now: EpochMs): Promise<Index> =>
  indexOf(await ledger.read<IndexItem>(INDEX_KEY), now);

/** How far the listing of the tagged secrets is, and when it was last whole. */
export interface ListingItem extends Versioned {
  /** The page that the next sweep begins with. Absent if a sweep has reached the end. */
  readonly next?: string | undefined;
  readonly at: EpochMs;
  /** When the round under way began, what it has read, and how many tags in it cannot be read. Absent after a whole one. */
  readonly startedAt?: EpochMs | undefined;
  readonly pages?: number | undefined;
  readonly unreadable?: number | undefined;
  /** When the last whole round ended, and the same of that round. */
  readonly wholeAt?: EpochMs | undefined;
  readonly wholePages?: number | undefined;
  readonly wholeUnreadable?: number | undefined;
}

export const LISTING_KEY: ItemKey = { pk: 'sweep#progress', sk: 'sweep' };

/** When events of secrets were seen last, each to the minute. */
export interface SecretEventsItem extends Versioned {
  /** Of tags, as CloudTrail sends them. It is the only proof that a trail carries them. */
  readonly tagEventAt?: EpochMs | undefined;
  /** Of versions, as Secrets Manager sends them itself. */
  readonly labelEventAt?: EpochMs | undefined;
}

export const SECRET_EVENTS_KEY: ItemKey = { pk: 'sweep#events', sk: 'sweep' };

/** Which version of a secret under the prefix became the current one last, as far as events told. */
export interface CurrentVersionItem extends Versioned {
  readonly versionId: string;
  /** When that was seen first. */
  readonly seenAt: EpochMs;
}

export const currentVersionKey = (arn: string): ItemKey => ({ pk: `sweep#${arn}`, sk: 'version' });
