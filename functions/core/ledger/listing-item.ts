import type { EpochMs } from '../epoch.ts';
import type { ItemKey, Versioned } from '../ports.ts';

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
