import { type EpochMs, epochMs } from '../../core/epoch.ts';
import { type Index, inBrief } from '../../core/ledger/in-brief.ts';
import { requestIdOf, requestKey } from '../../core/ledger/keys.ts';
import { BY_STATE_2, CASES, ENDED_REQUESTS, type EndedBrief, type Kind } from '../../core/ledger/lists.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { INDEX_KEY, type IndexItem, indexOf, isUnbroken } from '../../core/ledger/sweep-items.ts';
import { allOver, someAtOnce } from '../../core/some-at-once.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { HistoryEntry } from './entry.ts';

export interface History {
  /** The latest first. */
  readonly entries: readonly HistoryEntry[];
  /** From here on every request that has ended is there. `undefined`: an older release may be at work. */
  readonly wholeSince: EpochMs | undefined;
}

const NEVER = epochMs(Number.MAX_SAFE_INTEGER);

const briefsIn = async <T>(
  deployed: Deployed,
  index: Index,
  kind: Kind<T>,
  since: EpochMs,
  until: EpochMs,
): Promise<readonly T[]> => {
  const briefs: T[] = [];
  const read = async (state: string): Promise<void> => {
    for await (const page of inBrief(deployed, index, kind, state, since, until))
      await someAtOnce(page, async (entry) => {
        const brief = await entry.read();
        if (brief !== undefined) briefs.push(brief);
      });
  };
  await allOver(kind.states.map(read));
  return briefs;
};

const nameOf = ({ requestId, attempt }: EndedBrief): string => `${requestId}#${attempt}`;

/** Requests that ended before there were lists, as far as the case of a key names them. */
const unlisted = async ({ ledger }: Deployed, names: readonly string[]): Promise<readonly EndedBrief[]> => {
  const found: EndedBrief[] = [];
  await someAtOnce(names, async (name) => {
    const item = await ledger.read<RequestItem>(requestKey(requestIdOf(name), false));
    if (item?.ended !== undefined && item.state === undefined) found.push(ENDED_REQUESTS.briefOf(item));
  });
  return found;
};

/**
 * The requests that ended between two instants, with what was found later about their keys. It reads lists of the index, and no whole table.
 *
 * @throws Unavailable if the ledger does not answer
 */
export const historyOf = async (deployed: Deployed, since: EpochMs, until: EpochMs): Promise<History> => {
  const { ledger, clock } = deployed;
  const indexItem = await ledger.read<IndexItem>(INDEX_KEY);
  const index = indexOf(indexItem, clock.now());
  const [listed, cases] = await Promise.all([
    briefsIn(deployed, BY_STATE_2, ENDED_REQUESTS, since, until),
    briefsIn(deployed, index, CASES, since, NEVER),
  ]);
  const known = new Set(listed.map(nameOf));
  const owners = cases.flatMap(({ owner }) => (owner === undefined || known.has(owner) ? [] : [owner]));
  const older = (await unlisted(deployed, [...new Set(owners)])).filter(
    (one) => !known.has(nameOf(one)) && one.endedAt >= since && one.endedAt <= until,
  );
  const found = new Map(cases.flatMap((one) => Object.entries(one.found ?? {})));
  const entries = [...new Map([...listed, ...older].map((one) => [nameOf(one), one])).values()].map(
    (one): HistoryEntry => ({ ...one, found: found.get(nameOf(one)) }),
  );
  return {
    entries: entries.toSorted((a, b) => b.endedAt - a.endedAt || a.requestId.localeCompare(b.requestId)),
    wholeSince: indexItem && isUnbroken(indexItem, clock.now()) ? indexItem.since : undefined,
  };
};
