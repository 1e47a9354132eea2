import { type EpochMs, earlier, epochMs } from '../epoch.ts';
import { type Index, inBrief } from '../ledger/in-brief.ts';
import { BY_STATE } from '../ledger/keys.ts';
import { CASES, OPEN_REQUESTS, type RequestBrief } from '../ledger/lists.ts';
import { isForgotten, pausedSince } from '../ledger/operator-items.ts';
import { LISTING_KEY, type ListingItem } from '../ledger/sweep-items.ts';
import type { Ports } from '../ports.ts';
import { SECOND_MS } from '../timing.ts';
import { oneByOne } from './one-by-one.ts';

type GaugePorts = Pick<Ports, 'ledger' | 'clock' | 'config' | 'log'>;

/** How much is open, and for how long. */
export interface Gauges {
  readonly openCases: number;
  readonly oldestOpenCaseSeconds: number;
  readonly pausedSeconds: number;
  /** Since the listing of the tagged secrets was last whole; where it never was, since the first one began. */
  readonly reconciliationAgeSeconds: number;
}

/** Whether a request is forgotten. Only requests past their time are checked, so these are few. */
const isLeftOff = async (ports: GaugePorts, brief: RequestBrief, now: EpochMs): Promise<boolean> =>
  now - brief.from > ports.config.giveUpAfterMs && (await isForgotten(ports, brief));

/** Each key that may be alive although it should be dead, and since when. A request whose key is not known yet counts as one key. */
const open = async (ports: GaugePorts, index: Index, now: EpochMs): Promise<ReadonlyMap<string, EpochMs>> => {
  const { serve, finish } = oneByOne(ports, 'gauge');
  const found = new Map<string, EpochMs>();
  const note = (name: string, since: EpochMs): void => void found.set(name, earlier(since, found.get(name) ?? since));
  const noteRequest = async (brief: RequestBrief | undefined): Promise<void> => {
    if (brief?.isMeant && brief.from <= now && !(await isLeftOff(ports, brief, now))) note(brief.name, brief.from);
  };
  for await (const page of inBrief(ports, index, OPEN_REQUESTS, 'open-request', epochMs(0), now))
    for (const { name, read } of page) await serve(name, async () => noteRequest(await read()));
  for await (const page of inBrief(ports, index, CASES, 'open-case', epochMs(0), now))
    for (const { name, read } of page)
      await serve(name, async () => {
        const brief = await read();
        if (brief) note(brief.name, earlier(brief.since ?? now, now));
      });
  finish();
  return found;
};

const secondsSince = (instant: EpochMs | undefined, now: EpochMs): number =>
  instant === undefined ? 0 : Math.max(0, Math.floor((now - instant) / SECOND_MS));

/**
 * Counts in the ledger what is open, and logs it in one line. A stuck request stays open until its key is dead or forgotten.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const gauge = async (ports: GaugePorts, index: Index = BY_STATE): Promise<Gauges> => {
  const now = ports.clock.now();
  const since = [...(await open(ports, index, now)).values()];
  const listing = await ports.ledger.read<ListingItem>(LISTING_KEY);
  const gauges = {
    openCases: since.length,
    oldestOpenCaseSeconds: secondsSince(since.length === 0 ? undefined : since.reduce(earlier), now),
    pausedSeconds: secondsSince(await pausedSince(ports), now),
    reconciliationAgeSeconds: secondsSince(listing?.wholeAt ?? listing?.startedAt, now),
  };
  ports.log.info('gauges read', gauges);
  return gauges;
};
