import { type EpochMs, epochMs } from '../../core/epoch.ts';
import { inBrief } from '../../core/ledger/in-brief.ts';
import { requestKey } from '../../core/ledger/keys.ts';
import { OPEN_REQUESTS } from '../../core/ledger/lists.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { indexInUse } from '../../core/ledger/sweep-items.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { placeOf } from '../deployment/place.ts';
import { historyOf } from '../history/history.ts';
import { type EndRecord, endRecord } from '../history/record.ts';
import { type Summary, summaryOf } from '../history/summary.ts';
import { caseOf, nextTry, type Open, progressOf } from '../requests/request-progress.ts';

/** A request that has not ended. */
export interface OpenRequest {
  readonly requestId: string;
  readonly soFar: string;
  readonly nextTry: string;
}

/** All that a report says of one reference. */
export interface Report {
  readonly reference: string;
  readonly madeAt: EpochMs;
  /** Who ran the command, as the machine knows them. */
  readonly madeBy: string | undefined;
  readonly deployment: {
    readonly stack: string;
    readonly prefix: string;
    readonly account: string;
    readonly region: string;
  };
  /** The earliest end first. */
  readonly records: readonly EndRecord[];
  readonly open: readonly OpenRequest[];
  readonly summary: Summary;
}

const openWith = async (deployed: Deployed, reference: string): Promise<readonly OpenRequest[]> => {
  const { ledger, clock } = deployed;
  const now = clock.now();
  const index = await indexInUse(deployed, now);
  const found: Open[] = [];
  for await (const page of inBrief(deployed, index, OPEN_REQUESTS, 'open-request', epochMs(0), now))
    await someAtOnce(page, async (entry) => {
      const brief = await entry.read();
      if (brief === undefined || brief.isPlan) return;
      const item = await ledger.read<RequestItem>(requestKey(brief.requestId, false));
      if (item?.state !== 'open-request' || item.request?.reference !== reference) return;
      found.push({ item, found: await caseOf(deployed, item) });
    });
  return found
    .toSorted((a, b) => a.item.receivedAt - b.item.receivedAt)
    .map((open) => ({
      requestId: open.item.requestId,
      soFar: progressOf(open, now),
      nextTry: nextTry(open, now),
    }));
};

/**
 * Collects what the ledger holds of all requests with a reference.
 *
 * @returns undefined if there are none
 * @throws Unavailable if the ledger does not answer
 */
export const reportOf = async (
  context: Context,
  deployed: Deployed,
  reference: string,
): Promise<Report | undefined> => {
  const { clock, card } = deployed;
  const now = clock.now();
  const history = await historyOf(deployed, epochMs(0), now);
  const wanted = history.entries.filter((entry) => entry.reference === reference);
  const records: EndRecord[] = [];
  await someAtOnce(wanted, async ({ requestId }) => {
    const record = await endRecord(deployed, requestId);
    if (record !== undefined) records.push(record);
  });
  const open = await openWith(deployed, reference);
  if (records.length === 0 && open.length === 0) return undefined;
  return {
    reference,
    madeAt: now,
    madeBy: context.user === 'unknown' ? undefined : context.user,
    deployment: { stack: card.stack, prefix: card.prefix, ...placeOf(card.requestsQueueArn) },
    records: records.toSorted(({ item: a }, { item: b }) => a.ended.at - b.ended.at),
    open,
    summary: summaryOf(records.map(({ entry }) => entry)),
  };
};
