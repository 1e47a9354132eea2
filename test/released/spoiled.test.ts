import { expect, it } from 'vitest';
import type { Item } from './document-table.ts';
import type { Fixture, Message } from './fixture.ts';
import { casesOf } from './read-release.ts';
import { problemsOf, replayed } from './replay.ts';

type Spoil = (fixture: Fixture) => Fixture;

/** The same value with a field of another name, wherever it stands in it. */
const withRenamed = <T>(value: T, field: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll(`"${field}":`, `"${field}Again":`));

const inItems =
  (pk: string, change: (item: Item) => Item): Spoil =>
  (fixture) => ({ ...fixture, ledger: fixture.ledger.map((item) => (item.pk.startsWith(pk) ? change(item) : item)) });

/** As if today's code had another name for what the release has stored. */
const renamed = (pk: string, field: string): Spoil => inItems(pk, (item) => withRenamed(item, field));

const inMessages =
  (change: (message: Message) => Message): Spoil =>
  (fixture) => ({ ...fixture, requests: fixture.requests.map(change) });

const missing =
  (pk: string): Spoil =>
  (fixture) => ({ ...fixture, ledger: fixture.ledger.filter((item) => !item.pk.startsWith(pk)) });

const MASTER = 'bybit/delete-master-key by itself';
const SUB = 'bybit/delete-sub-key by its master';
const KALSHI = 'kalshi/delete-key by itself';

/** Something that a later release might do to what this one has stored, and a fixture that has to notice. */
const SPOILS: readonly (readonly [what: string, state: string, name: string, spoil: Spoil])[] = [
  ['works of another name', 'called, the reply is lost', MASTER, renamed('case#', 'works')],
  ['seen of another name', 'called, no word since', MASTER, renamed('case#', 'seen')],
  ['a proof of another name', 'proved, restored by hand', MASTER, renamed('case#', 'proved')],
  ['an open case of another name', 'stuck, permission missing', KALSHI, renamed('case#', 'leftOpenBy')],
  [
    'another request under the same id',
    'claimed',
    SUB,
    inItems('request#', (item) => ({ ...item, digest: 'another', request: undefined })),
  ],
  ['a pin of another name', 'pinned, rotated since', MASTER, renamed('request#', 'pin')],
  ['a former pin of another name', 'redriven, rotated since', MASTER, renamed('request#', 'former')],
  ['a request of another name', 'message lost, probed', SUB, renamed('request#', 'request')],
  ['an end of another name', 'receipt marked as published', MASTER, renamed('request#', 'receipt')],
  ['an index of another name', 'message lost, probed', SUB, renamed('request#', 'state')],
  ['no record whose key it is', 'proved long ago', 'requesty/delete-key by itself', missing('pin#')],
  ['a met version of another name', 'tag met, rotated since', SUB, renamed('sweep#', 'version')],
  ['a progress of another name', 'sweep stopped on its way', MASTER, renamed('sweep#progress', 'next')],
  ['a pass of another name', 'daily pass done', KALSHI, renamed('sweep#look-after', 'completedAt')],
  ['a refused tag of another name', 'tag unreadable', MASTER, renamed('sweep#', 'refused')],
  [
    'a raised limit of another name',
    'limit, raised',
    'requesty/delete-key by a managing key',
    renamed('limit#', 'until'),
  ],
  ['a pause of another name', 'paused', MASTER, renamed('control', 'pausedAt')],
  ['a closed request of another name', 'forgotten, never over', KALSHI, renamed('forgotten#', 'attempt')],
  [
    'an attempt of another name',
    'redriven, on the queue',
    SUB,
    inMessages((message) => withRenamed(message, 'attempt')),
  ],
  [
    'a look of another name',
    'over',
    MASTER,
    inMessages((message) => ({ ...message, body: message.body.replace('"look"', '"recheck"') })),
  ],
  [
    'a key that lives although its end is stored',
    'ended in its case',
    KALSHI,
    (fixture) => ({ ...fixture, keys: fixture.keys.map((key) => ({ ...key, isGone: false })) }),
  ],
];

const cases = casesOf('0.1.0');

it.each(SPOILS)('the net finds %s: %s', async (_what, state, name, spoil) => {
  const found = cases.find((one) => one.name === `${state}: ${name}`);
  if (found?.expected === undefined) throw new Error(`Cannot spoil ${state}: ${name}, wanted a fixture of the release`);
  const { fixture, expected } = found;
  const spoiled = spoil(fixture);
  expect(spoiled).not.toEqual(fixture);
  expect(problemsOf(spoiled, expected, await replayed(spoiled))).not.toEqual([]);
});
