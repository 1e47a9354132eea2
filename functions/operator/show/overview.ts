import { type EpochMs, earlier, epochMs, toIso } from '../../core/epoch.ts';
import { LANES, type Lane } from '../../core/lane.ts';
import type { CaseItem } from '../../core/ledger/case-item.ts';
import type { Index } from '../../core/ledger/in-brief.ts';
import { attemptName, BY_STATE, keyName } from '../../core/ledger/keys.ts';
import { listsOf } from '../../core/ledger/lists.ts';
import type { RequestItem } from '../../core/ledger/request-item.ts';
import { indexInUse } from '../../core/ledger/sweep-items.ts';
import type { Versioned } from '../../core/ports.ts';
import { someAtOnce } from '../../core/some-at-once.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { type Pause, pauseOf, whoPaused } from '../deployment/paused.ts';
import { progressOf } from '../requests/request-progress.ts';
import { waitingByLane, waitingOn } from '../requests/requests-queue.ts';
import { inWords } from '../terminal/duration.ts';
import { type TableColumn, table } from '../terminal/table.ts';
import { pairs } from '../terminal/wrap.ts';

/** A request that is not over, or a key that one has left alive. */
interface OpenRow {
  /** As `requestId#attempt`. */
  readonly request: string;
  /** `undefined` where the request has not come as far. */
  readonly key: string | undefined;
  readonly since: EpochMs;
  readonly soFar: string;
}

/** How much there is, and who has paused. */
export interface Overview {
  readonly paused: Pause | undefined;
  /** On the queue of each lane that the deployment has. */
  readonly lanes: Readonly<Partial<Record<Lane, number>>>;
  readonly stuck: number;
  readonly undelivered: number;
  /** The oldest first. */
  readonly open: readonly OpenRow[];
}

const all = async <T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> => {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
};

/** Every item of a state, as it stands. */
const itemsIn = async <T extends Versioned & { readonly state?: string | undefined }>(
  { ledger }: Deployed,
  index: Index,
  state: string,
  now: EpochMs,
): Promise<readonly T[]> => {
  if (index === BY_STATE) return all(ledger.inState<T>(state, epochMs(0), now));
  const items = new Map<string, T>();
  for (const list of listsOf(state))
    await someAtOnce(await all(ledger.listed(list, epochMs(0), now)), async ({ pk, sk }) => {
      const item = await ledger.read<T>({ pk, sk });
      if (item?.state === state) items.set(pk, item);
    });
  return [...items.values()];
};

const openNow = async (deployed: Deployed, now: EpochMs): Promise<readonly OpenRow[]> => {
  const index = await indexInUse(deployed, now);
  const [requests, cases] = await Promise.all([
    itemsIn<RequestItem>(deployed, index, 'open-request', now),
    itemsIn<CaseItem>(deployed, index, 'open-case', now),
  ]);
  const byKey = new Map(cases.map((item) => [keyName(item.provider, item.realm, item.keyId), item]));
  const underWay = requests
    .filter(({ planOnly }) => !planOnly)
    .map((item) => ({
      request: attemptName(item),
      key: item.pin?.keyName,
      since: earlier(item.receivedAt, now),
      soFar: progressOf({ item, found: item.pin && byKey.get(item.pin.keyName) }, now),
    }));
  const left = [...byKey].flatMap(([key, { leftOpenBy, at }]) =>
    leftOpenBy === undefined ? [] : [{ request: leftOpenBy, key, since: at, soFar: 'ended, key not proved gone' }],
  );
  return [...underWay, ...left].toSorted((a, b) => a.since - b.since);
};

/** @throws Unavailable, Failure where AWS does not answer */
export const overview = async (deployed: Deployed, now: EpochMs): Promise<Overview> => {
  const { card } = deployed;
  const [paused, lanes, stuck, undelivered, open] = await Promise.all([
    pauseOf(deployed),
    waitingByLane(deployed),
    waitingOn(deployed, card.stuckQueueUrl),
    waitingOn(deployed, card.undeliveredQueueUrl),
    openNow(deployed, now),
  ]);
  return { paused, lanes, stuck, undelivered, open };
};

const pauseText = (pause: Pause, now: EpochMs): string =>
  `by ${whoPaused(pause)} ${inWords(now - pause.since)} ago: no request starts until resume`;

const columnsAt = (now: EpochMs): readonly TableColumn<OpenRow>[] => [
  { head: 'Request', cell: ({ request }) => request, isName: true },
  { head: 'Key', cell: ({ key = '–' }) => key, least: 36 },
  { head: 'Open for', cell: ({ since }) => inWords(now - since), align: 'right' },
  { head: 'So far', cell: ({ soFar }) => soFar },
];

export const overviewLines = ({ terminal, clock }: Context, of: Overview): readonly string[] => [
  ...pairs(terminal, [
    ['paused', of.paused === undefined ? 'no' : pauseText(of.paused, clock.now())],
    ...LANES.filter((lane) => of.lanes[lane] !== undefined).map(
      (lane) =>
        [
          `${lane} queue`,
          `about ${of.lanes[lane]}${lane === 'rechecks' ? ', later checks of dead keys' : ''}`,
        ] as const,
    ),
    ['stuck queue', `about ${of.stuck}`],
    ['undelivered queue', `about ${of.undelivered}`],
    ['open', of.open.length === 0 ? 'nothing' : String(of.open.length)],
  ]),
  ...(of.open.length === 0 ? [] : ['', ...table(terminal, columnsAt(clock.now()), of.open)]),
];

/** For machines. */
export const overviewShown = ({ paused, open, lanes, ...queues }: Overview): object => ({
  paused: paused ? { ...paused, since: toIso(paused.since) } : null,
  ...lanes,
  ...queues,
  open: open.map(({ key = null, since, ...row }) => ({ ...row, key, since: toIso(since) })),
});
