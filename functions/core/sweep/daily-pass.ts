import { after, type EpochMs, epochMs } from '../epoch.ts';
import { type Index, inBrief } from '../ledger/in-brief.ts';
import { BY_STATE, requestIdOf, requestKey } from '../ledger/keys.ts';
import { CASES, type CaseBrief, OPEN_REQUESTS, type RequestBrief } from '../ledger/lists.ts';
import { isForgotten, pausedSince } from '../ledger/operator-items.ts';
import type { RequestItem } from '../ledger/request-item.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { ItemKey, Ports, Versioned } from '../ports.ts';
import { resend, sendRecheck, setAside } from '../revoke/enqueue.ts';
import { someAtOnce } from '../some-at-once.ts';
import { DAY_MS, HOUR_MS, LONGEST_DELAY_SECONDS, MINUTE_MS } from '../timing.ts';
import { type OneByOne, oneByOne } from './one-by-one.ts';

/** A pass that did not finish starts again after this time, which is longer than a sweep may take. */
const BROKEN_OFF_MS = 15 * MINUTE_MS;
/** Every request that is still on the queue comes earlier than this after its time is up. */
const LOST_MS = 13 * HOUR_MS;
/** A case that ended less than this ago has its recheck on the way. */
const SETTLED_MS = 12 * HOUR_MS;
/** The days after its end on which a key that was proved gone, or that was restricted, is rechecked. */
const RECHECK_DAYS: readonly number[] = [1, 3, 7];
/** A case that ended longer than this before the last pass has had its last recheck. */
const RECENT_MS = 8 * DAY_MS;
/** The stuck queue drops a copy after 14 days. An open case's copy is sent again after this many. */
const COPY_MS = 10 * DAY_MS;

/** When the daily pass ran. */
interface DailyPassItem extends Versioned {
  readonly startedAt: EpochMs;
  readonly startedBy: string;
  /** When the last pass that finished began. */
  readonly completedAt?: EpochMs | undefined;
}

const KEY: ItemKey = { pk: 'sweep#look-after', sk: 'sweep' };

/** What one pass put on the queues. */
export interface DailyPassReport {
  readonly resent: number;
  readonly looks: number;
  readonly copies: number;
}

/** Starts the day's pass, unless it is done or running. @returns since when copies are due */
const beginPass = async (ports: Ports, startedBy: string): Promise<EpochMs | undefined> => {
  const now = ports.clock.now();
  const written = await updateItem<DailyPassItem>(ports, KEY, (current) => {
    const isDone = current?.completedAt !== undefined && now < after(current.completedAt, DAY_MS);
    const isUnderWay = current !== undefined && now < after(current.startedAt, BROKEN_OFF_MS);
    return isDone || isUnderWay ? undefined : { startedAt: now, startedBy, completedAt: current?.completedAt };
  });
  const item = written as DailyPassItem; // of this pass, or of the one that is done or running
  return item.startedBy === startedBy ? (item.completedAt ?? after(now, -DAY_MS)) : undefined;
};

const completePass = (ports: Ports, startedBy: string): Promise<unknown> =>
  updateItem<DailyPassItem>(ports, KEY, (current) =>
    current?.startedBy === startedBy ? { ...current, completedAt: current.startedAt } : undefined,
  );

/** Whether another ten days of a stuck request have passed since the last pass. */
const owesCopy = (endedAt: EpochMs, since: EpochMs, now: EpochMs): boolean =>
  Math.floor((now - endedAt) / COPY_MS) > Math.max(0, Math.floor((since - endedAt) / COPY_MS));

/** Whether a recheck of a case that ended then has become due since the last pass. A pass may come late or early by half a day. */
const owesRecheck = (endedAt: EpochMs, since: EpochMs, now: EpochMs): boolean => {
  const dayAt = (instant: EpochMs): number => Math.round((instant - endedAt) / DAY_MS);
  return RECHECK_DAYS.some((day) => dayAt(since) < day && day <= dayAt(now));
};

/** A request that was only planned in the mode `observe` would be carried out now. */
const isMeantStill = ({ config }: Ports, { planOnly, request }: RequestItem): boolean =>
  request !== undefined && (!planOnly || request.dryRun || config.mode === 'observe');

/** An open request as it stands now. A plan has an item of its own beside the request of the same id. */
const openNow = async (
  { ledger }: Ports,
  { requestId, isPlan, attempt }: RequestBrief,
): Promise<RequestItem | undefined> => {
  const item = await ledger.read<RequestItem>(requestKey(requestId, isPlan));
  return item?.state === 'open-request' && item.attempt === attempt ? item : undefined;
};

/** Sends requests again whose message must have been lost: their time is up, and they have not ended. */
const resendLost = async (ports: Ports, { serve }: OneByOne, index: Index, now: EpochMs): Promise<number> => {
  const { config, outbox } = ports;
  const lostBefore = after(now, -config.giveUpAfterMs - LOST_MS);
  let resent = 0;
  for await (const page of inBrief(ports, index, OPEN_REQUESTS, 'open-request', epochMs(0), lostBefore))
    await someAtOnce(page, async ({ name, read }) => {
      await serve(name, async () => {
        const brief = await read();
        if (brief === undefined || brief.from >= lostBefore || (await isForgotten(ports, brief))) return;
        const item = await openNow(ports, brief);
        if (item === undefined || !isMeantStill(ports, item)) return;
        await resend(outbox, item);
        resent += 1;
      });
    });
  return resent;
};

/** The request for which a key is rechecked, as long as its end still stands. */
const ownerRequest = async ({ ledger }: Ports, { owner }: CaseBrief): Promise<RequestItem | undefined> => {
  if (owner === undefined) return undefined;
  const request = await ledger.read<RequestItem>(requestKey(requestIdOf(owner), false));
  return request?.published && request.ended && request.request ? request : undefined;
};

/**
 * Once a day, for the ledger's open and recent cases: sends the rechecks that are due, sends lost requests again, and
 * sends copies to the stuck queue again before the queue drops them. It only enqueues. The rechecks publish the findings. An item that
 * fails is logged and counted, and the pass continues with the others.
 *
 * @returns what it sent; `undefined` if the day's pass is done or running, or the system is paused
 * @throws Unavailable if an AWS service does not answer at all; a later sweep starts the pass again
 */
export const dailyPass = async (ports: Ports, index: Index = BY_STATE): Promise<DailyPassReport | undefined> => {
  const { clock, outbox, random, log } = ports;
  if ((await pausedSince(ports)) !== undefined) return undefined;
  const startedBy = ports.newId();
  const since = await beginPass(ports, startedBy);
  if (since === undefined) return undefined;
  const now = clock.now();
  const each = oneByOne(ports, 'daily pass');
  const sent = { resent: await resendLost(ports, each, index, now), looks: 0, copies: 0 };
  const settled = after(now, -SETTLED_MS);
  const lookAt = async (state: string, brief: CaseBrief | undefined): Promise<void> => {
    if (brief === undefined) return;
    const request = await ownerRequest(ports, brief);
    if (request?.ended === undefined) return;
    if (state !== 'open-case' && !owesRecheck(request.ended.at, since, now)) return;
    // Spread over the longest delay of a queue.
    await sendRecheck(outbox, request, Math.floor(random() * LONGEST_DELAY_SECONDS));
    sent.looks += 1;
    if (!brief.isLeft || !owesCopy(request.ended.at, since, now)) return;
    await setAside(outbox, request);
    sent.copies += 1;
  };
  const lookAtEach = async (state: string, from: EpochMs): Promise<void> => {
    for await (const page of inBrief(ports, index, CASES, state, from, settled))
      await someAtOnce(page, async ({ name, read }) => {
        await each.serve(name, async () => lookAt(state, await read()));
      });
  };
  await lookAtEach('open-case', epochMs(0));
  for (const state of ['proved-case', 'restricted-case']) await lookAtEach(state, after(since, -RECENT_MS));
  each.finish();
  await completePass(ports, startedBy);
  log.info('look-after done', { ...sent });
  return sent;
};
