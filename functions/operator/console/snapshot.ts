import { after, type EpochMs } from '../../core/epoch.ts';
import { needsPerson } from '../../core/outcome.ts';
import type { DeploymentCard } from '../../core/request/deployment-card.ts';
import { DAY_MS, MINUTE_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { type FoundKeys, keysUnder } from '../deployment/keys.ts';
import type { HistoryEntry } from '../history/entry.ts';
import { historyOf } from '../history/history.ts';
import { type EndRecord, endRecord } from '../history/record.ts';
import { type Summary, summaryOf } from '../history/summary.ts';
import { type Overview, overview } from '../show/overview.ts';

/** So far back the page shows what has ended. */
const BACK_MS = 7 * DAY_MS;
/** So many ends are listed. */
const MOST_ENTRIES = 50;
/** So many of them are drawn: each one costs two reads. */
const MOST_DRAWN = 8;
/** So long the secrets are not opened again, unless a request has moved on. */
const KEYS_MS = MINUTE_MS;

/** All that the page shows, as of one instant. No secret is in it. */
export interface Snapshot {
  readonly at: EpochMs;
  readonly card: Pick<DeploymentCard, 'stack' | 'prefix' | 'mode' | 'requestsQueueArn'>;
  readonly overview: Overview;
  readonly found: FoundKeys;
  /** The latest first. */
  readonly entries: readonly HistoryEntry[];
  readonly summary: Summary;
  /** Ends that a person has to look at, and no later request of the same key has put right. */
  readonly forPeople: readonly HistoryEntry[];
  /** Of the latest ends. */
  readonly records: readonly EndRecord[];
}

/** The latest end of each key, and every end that is about no key. @param entries the latest first */
const forPeopleIn = (entries: readonly HistoryEntry[]): readonly HistoryEntry[] => {
  const seen = new Set<string>();
  return entries.filter(({ key, outcome }) => {
    const isLatest = key === undefined || !seen.has(key);
    if (key !== undefined) seen.add(key);
    return isLatest && needsPerson(outcome);
  });
};

/** Changes whenever a request moves on. */
const stampOf = ({ open }: Overview, entries: readonly HistoryEntry[]): string =>
  JSON.stringify([
    open.map(({ request, soFar }) => [request, soFar]),
    entries.map((one) => [one.requestId, one.found]),
  ]);

/** What reads the page's values, one reading after another. */
export const snapshotReader = (context: Context, deployed: Deployed): (() => Promise<Snapshot>) => {
  let keys: { readonly found: FoundKeys; readonly at: EpochMs; readonly stamp: string } | undefined;
  const keysAt = async (at: EpochMs, stamp: string): Promise<FoundKeys> => {
    if (keys === undefined || keys.stamp !== stamp || at - keys.at >= KEYS_MS)
      keys = { found: await keysUnder(context, deployed, () => true), at, stamp };
    return keys.found;
  };
  return async () => {
    const at = deployed.clock.now();
    const [over, history] = await Promise.all([overview(deployed, at), historyOf(deployed, after(at, -BACK_MS), at)]);
    const { entries } = history;
    const drawn = await Promise.all(
      entries.slice(0, MOST_DRAWN).map(({ requestId }) => endRecord(deployed, requestId)),
    );
    const { stack, prefix, mode, requestsQueueArn } = deployed.card;
    return {
      at,
      card: { stack, prefix, mode, requestsQueueArn },
      overview: over,
      found: await keysAt(at, stampOf(over, entries)),
      entries: entries.slice(0, MOST_ENTRIES),
      summary: summaryOf(entries),
      forPeople: forPeopleIn(entries),
      records: drawn.filter((record) => record !== undefined),
    };
  };
};
