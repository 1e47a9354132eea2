import { after, type EpochMs, epochMs } from '../epoch.ts';
import type { Index } from '../ledger/in-brief.ts';
import { LISTED_STATES, listMarks, listsOf, stateOfList } from '../ledger/lists.ts';
import { INDEX_KEY, type IndexItem, indexOf, isUnbroken } from '../ledger/sweep-items.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { ItemKey, Listed, Ports, Versioned } from '../ports.ts';
import { someAtOnce } from '../some-at-once.ts';
import { DAY_MS, HOUR_MS } from '../timing.ts';
import { oneByOne } from './one-by-one.ts';

/** So long after a deployment a function of the release before may still be at work, and it knows no lists. */
const ROLLING_MS = HOUR_MS;

const NEVER = epochMs(Number.MAX_SAFE_INTEGER);

/** What a walk goes through: the states of the old index, then the lists of the new one, whose stale entries it takes out. */
const STEPS: readonly string[] = [...LISTED_STATES, ...LISTED_STATES.flatMap(listsOf)];

const FIRST = { state: 'open-request', from: epochMs(0) };

type Stored = ItemKey & Versioned & { readonly at: EpochMs; readonly listed?: unknown };

type Body = Omit<IndexItem, keyof Versioned>;

/** Notes the tick, and begins a walk when one is due: after an hour, and then daily. */
const ticked = (current: IndexItem | undefined, now: EpochMs): Body => {
  const run = current && isUnbroken(current, now) ? current : { since: now };
  const { since, filledAt, next } = run as Body;
  const isDue = now >= after(since, ROLLING_MS) && (filledAt === undefined || now >= after(filledAt, DAY_MS));
  return {
    since,
    tickedAt: now,
    filledAt,
    next: next ?? (isDue ? FIRST : undefined),
  };
};

/** Puts an item of the old index into its list. */
const enter = async ({ ledger }: Ports, { pk, sk, ...item }: Stored): Promise<void> => {
  const marks = listMarks({ pk, sk }, item);
  if (item.listed !== marks?.listed) await ledger.enlist({ pk, sk }, item.rev, marks);
};

/** Takes an entry out that a release without lists has left behind: its item is in another state by now. */
const takeOut = async ({ ledger }: Ports, list: string, { pk, sk, state }: Listed): Promise<void> => {
  if (state === stateOfList(list)) return;
  const item = await ledger.read({ pk, sk });
  if (item) await ledger.enlist({ pk, sk }, item.rev, listMarks({ pk, sk }, item));
};

/** @returns where the next tick continues; `undefined` at the end */
const walk = async (
  ports: Ports,
  begin: NonNullable<IndexItem['next']>,
  until: EpochMs,
): Promise<IndexItem['next']> => {
  const { ledger, clock } = ports;
  const { serve, finish } = oneByOne(ports, 'index');
  let { from } = begin;
  let isWhole = true;
  for (const step of STEPS.slice(STEPS.indexOf(begin.state))) {
    const isList = step.includes('#');
    const pages = isList ? ledger.listed(step, from, NEVER) : ledger.inState<Stored>(step, from, NEVER);
    for await (const page of pages) {
      await someAtOnce<Listed | Stored>(page, async (one) => {
        const work = () => (isList ? takeOut(ports, step, one) : enter(ports, one as Stored));
        isWhole = (await serve(one.pk, () => work().then(() => true))) === true && isWhole;
      });
      if (isWhole && clock.now() >= until) return { state: step, from: page.at(-1)?.at ?? from };
    }
    from = epochMs(0);
  }
  finish();
  // An item that failed may be missing in the index.
  return isWhole ? undefined : FIRST;
};

/**
 * Notes that a tick of this release has begun.
 *
 * @returns the index that the tick's readers use
 * @throws Unavailable if the ledger does not answer
 */
export const noteTick = async (ports: Ports): Promise<Index> => {
  const now = ports.clock.now();
  return indexOf(await updateItem<IndexItem>(ports, INDEX_KEY, (current) => ticked(current, now)), now);
};

/**
 * Puts every item into its list of the index `by-state-2`. Items that an older release wrote lack it until they are written again. The walk
 * begins once no older release can be at work any more, continues with each tick, and is repeated daily, since a rollback may have been
 * too short to be noticed.
 *
 * @param until when this tick's part of the walk stops
 * @throws Unavailable if the ledger does not answer at all; the next tick continues
 */
export const fillIndex = async (ports: Ports, until: EpochMs): Promise<void> => {
  const item = await ports.ledger.read<IndexItem>(INDEX_KEY);
  if (item?.next === undefined) return;
  const beganAt = ports.clock.now();
  const next = await walk(ports, item.next, until);
  await updateItem<IndexItem>(ports, INDEX_KEY, (current) =>
    current?.since === item.since ? { ...current, next, ...(next ? {} : { filledAt: beganAt }) } : undefined,
  );
};
