import { toIso } from '../../core/epoch.ts';
import { LANES } from '../../core/lane.ts';
import { shortened } from '../../core/receipts/make-receipt.ts';
import { sentence } from '../../core/receipts/sentences.ts';
import { EXPIRY_TAG } from '../../core/request/expiry-tags.ts';
import { keyIdIn } from '../deployment/key-name.ts';
import type { StoredKey } from '../deployment/keys.ts';
import { whoPaused } from '../deployment/paused.ts';
import { placeOf } from '../deployment/place.ts';
import { markedNote, replicasNote } from '../deployment/unopened.ts';
import { deadAfter, goneAfter, type HistoryEntry, standingOf, standingWord } from '../history/entry.ts';
import type { EndRecord } from '../history/record.ts';
import { keyNameOf } from '../report/left-to-do.ts';
import { TONES, tableOf } from '../report/parts.ts';
import { drawingName } from '../report/sections.ts';
import { type ListedState, listedState } from '../show/key-state.ts';
import type { Overview } from '../show/overview.ts';
import { inWords } from '../terminal/duration.ts';
import { drawSvg } from '../timeline/draw-svg.ts';
import { type Markup, markup } from '../timeline/markup.ts';
import type { Snapshot } from './snapshot.ts';

const NOTHING = '–';

const text = (value: string | undefined): Markup => markup`${value ?? NOTHING}`;

const keyText = (name: string | undefined): Markup =>
  name === undefined ? text(undefined) : markup`<code>${shortened(keyIdIn(name))}</code>`;

const span = (ms: number | undefined): Markup => text(ms === undefined ? undefined : inWords(Math.max(0, ms)));

const state = (tone: string, word: string): Markup => markup`<span class="state ${tone}">${word}</span>`;

const section = (id: string, title: string, body: Markup): Markup =>
  markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${[body]}</section>`;

const queueText = ({ lanes, stuck, undelivered }: Overview): string =>
  [
    ...LANES.filter((lane) => lanes[lane] !== undefined).map((lane) => `${lane} ${lanes[lane]}`),
    `stuck ${stuck}`,
    `undelivered ${undelivered}`,
  ].join(', ');

/** What has ended and left its key alive is listed with what needs a person. */
const openRows = ({ overview: { open }, forPeople: entries }: Snapshot): Overview['open'] => {
  const ended = new Set(entries.map(({ requestId, attempt }) => `${requestId}#${attempt}`));
  return open.filter(({ request }) => !ended.has(request));
};

/** The whole in a few numbers. */
const inBrief = (snapshot: Snapshot): Markup => {
  const { overview, summary, forPeople, found } = snapshot;
  const open = openRows(snapshot);
  const facts: readonly (readonly [name: string, value: string, tone: string])[] = [
    ['Keys under the prefix', String(found.keys.length), ''],
    ['At work', String(open.length), open.length > 0 ? 'wait' : ''],
    ['Need a person', String(forPeople.length), forPeople.length > 0 ? 'bad' : ''],
    ['Ended in 7 days', String(summary.count), ''],
    ['Due to gone, median', summary.gone === undefined ? NOTHING : inWords(summary.gone.median), ''],
    ['Due to dead, median', summary.dead === undefined ? NOTHING : inWords(summary.dead.median), ''],
  ];
  return markup`<dl class="short">${facts.map(
    ([name, value, tone]) => markup`<div><dt>${name}</dt><dd class="${tone}">${value}</dd></div>`,
  )}</dl><p class="quiet">On the queues, about: ${queueText(overview)}.</p>`;
};

const pauseNote = ({ overview: { paused } }: Snapshot): Markup =>
  paused === undefined
    ? markup``
    : markup`<p class="note">Requests are paused by ${whoPaused(paused)}. None starts until resume.</p>`;

const atWork = (snapshot: Snapshot): Markup => {
  const open = openRows(snapshot);
  return section(
    'at-work',
    'At work',
    open.length === 0
      ? markup`<p class="quiet">No request is open.</p>`
      : tableOf(
          'At work',
          ['Request', 'Key', 'Open for', 'So far'],
          open.map(({ request, key, since, soFar }) => [
            text(request),
            keyText(key),
            span(snapshot.at - since),
            text(soFar),
          ]),
        ),
  );
};

const forPeople = ({ forPeople: entries, at }: Snapshot): Markup =>
  section(
    'for-people',
    'Needs a person',
    entries.length === 0
      ? markup`<p class="quiet">Nothing.</p>`
      : tableOf(
          'Needs a person',
          ['Request', 'Key', 'Ended as', 'Why, and what to do', 'Ago'],
          entries.map((entry) => [
            text(entry.requestId),
            keyText(entry.key),
            state('bad', entry.outcome),
            text(sentence(entry.outcome)),
            span(at - entry.endedAt),
          ]),
        ),
  );

const KEY_TONES: Readonly<Record<ListedState, string>> = {
  dead: 'good',
  open: 'bad',
  forgotten: 'wait',
  alive: 'plain',
  'not seen': 'plain',
  unreadable: 'bad',
};

/** How the end of its latest request stands, if there is one: `gone` comes before `dead`. */
const keyStateCell = (key: StoredKey, entries: readonly HistoryEntry[]): Markup => {
  const latest = entries.find((entry) => entry.key !== undefined && entry.key === key.name);
  if (latest !== undefined && latest.outcome !== 'withdrawn' && listedState(key) === 'dead')
    return state(TONES[standingOf(latest)], standingWord(latest));
  return state(KEY_TONES[listedState(key)], listedState(key));
};

const keyTable = ({ found, entries }: Snapshot): Markup =>
  tableOf(
    'Keys',
    ['Secret', 'State', 'Provider', 'Key', 'Expires (UTC)'],
    found.keys.map((key) => [
      text(key.secret.name),
      keyStateCell(key, entries),
      text(key.provider),
      keyText(key.name),
      text(key.secret.tags[EXPIRY_TAG]),
    ]),
  );

const keys = (snapshot: Snapshot): Markup => {
  const { keys: stored, unopened } = snapshot.found;
  const notes = [...replicasNote(unopened), ...markedNote(unopened)];
  const body = stored.length === 0 ? markup`<p class="quiet">No secret is under the prefix.</p>` : keyTable(snapshot);
  return section('keys', 'Keys', markup`${[body]}${notes.map((note) => markup`<p class="quiet">${note}</p>`)}`);
};

const receiptRow = (entry: HistoryEntry): readonly Markup[] => [
  text(`${entry.requestId}#${entry.attempt}`),
  state(TONES[standingOf(entry)], standingWord(entry)),
  keyText(entry.key),
  text(entry.operation),
  span(goneAfter(entry)),
  span(deadAfter(entry)),
  text(toIso(entry.endedAt).slice(0, 19).replace('T', ' ')),
  text(entry.reference),
];

const RECEIPT_HEADS = ['Request', 'State', 'Key', 'Operation', 'Gone after', 'Dead after', 'Ended (UTC)', 'Reference'];

const receipts = ({ entries }: Snapshot): Markup =>
  section(
    'receipts',
    'Receipts',
    entries.length === 0
      ? markup`<p class="quiet">No request has ended in the last 7 days.</p>`
      : tableOf('Receipts', RECEIPT_HEADS, entries.map(receiptRow)),
  );

const timeline = (record: EndRecord, index: number): Markup => {
  const { item, entry } = record;
  const id = `timeline-${item.receipt.receiptId}`;
  // The script keeps what a person has opened or closed.
  const details = index === 0 ? markup`<details id="${id}" open>` : markup`<details id="${id}">`;
  return markup`${[details]}<summary>${keyNameOf(record)}: ${[
    state(TONES[standingOf(entry)], standingWord(entry)),
  ]} <span class="quiet">${item.requestId}</span></summary><p>${item.receipt.message}</p><div class="drawing" role="region" aria-label="Drawing of the timeline" tabindex="0">${[
    drawSvg(record.timeline, drawingName(record)),
  ]}</div></details>`;
};

const timelines = ({ records }: Snapshot): Markup =>
  records.length === 0 ? markup`` : section('timelines', 'Timelines', markup`${records.map(timeline)}`);

/** What stands between the head and the foot of the page. Every text in it is escaped. */
export const asPage = (snapshot: Snapshot): Markup => {
  const { at, card } = snapshot;
  const { account, region } = placeOf(card.requestsQueueArn);
  return markup`<p class="quiet">${card.stack}, prefix ${card.prefix}, account ${account}, ${region}, mode ${card.mode}. As of <time datetime="${toIso(at)}">${toIso(at).slice(0, 19).replace('T', ' ')} UTC</time>.</p>
${[pauseNote(snapshot)]}${[inBrief(snapshot)]}${[forPeople(snapshot)]}${[atWork(snapshot)]}${[keys(snapshot)]}${[receipts(snapshot)]}${[timelines(snapshot)]}`;
};

/** The page where a reading went wrong. */
export const asTrouble = (message: string): Markup =>
  markup`<p class="note" role="alert">${message}. The page tries again by itself.</p>`;
