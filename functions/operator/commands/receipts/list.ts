import { type Command, InvalidArgumentError } from 'commander';
import { after, type EpochMs, epochMs, fromIso, toIso } from '../../../core/epoch.ts';
import { nameAndCode } from '../../../core/outcome.ts';
import { shortened } from '../../../core/receipts/make-receipt.ts';
import { DAY_MS } from '../../../core/timing.ts';
import type { Context } from '../../deployment/context.ts';
import { keyIdIn } from '../../deployment/key-name.ts';
import { deadAfter, goneAfter, type HistoryEntry, standingOf, standingWord } from '../../history/entry.ts';
import { type Filter, fits } from '../../history/filter.ts';
import { type History, historyOf } from '../../history/history.ts';
import { type Spread, type Summary, summaryOf } from '../../history/summary.ts';
import { fromDuration, inWords } from '../../terminal/duration.ts';
import { plain } from '../../terminal/plain.ts';
import { type TableColumn, table } from '../../terminal/table.ts';
import type { Style } from '../../terminal/terminal.ts';
import { pairs } from '../../terminal/wrap.ts';

/** A time before now, or an instant. */
type When = { readonly ago: number } | { readonly at: EpochMs };

const when = (text: string): When => {
  const ago = fromDuration(text);
  if (ago !== undefined) return { ago };
  const at = fromIso(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at !== undefined) return { at };
  throw new InvalidArgumentError(
    'It must be a time before now such as 12h or 7d, a date such as 2027-03-31, or RFC 3339 with a zone.',
  );
};

const instantOf = (text: When, now: EpochMs): EpochMs => ('at' in text ? text.at : after(now, -text.ago));

interface Options extends Filter {
  readonly since?: When;
  readonly until?: When;
}

const RECENT = { ago: 7 * DAY_MS };

/** All that there is, where one incident or one key is asked for. */
const sinceIn = ({ since, reference, key }: Options, now: EpochMs): EpochMs => {
  if (since !== undefined) return instantOf(since, now);
  return reference === undefined && key === undefined ? instantOf(RECENT, now) : epochMs(0);
};

const NOTHING = '–';

const TONES: Readonly<Partial<Record<ReturnType<typeof standingOf>, Style>>> = {
  dead: 'green',
  gone: 'green',
  restricted: 'green',
  'seen again': 'red',
  unconfirmed: 'yellow',
  'not killed': 'red',
};

const span = (ms: number | undefined): string => (ms === undefined ? NOTHING : inWords(Math.max(0, ms)));

const COLUMNS: readonly TableColumn<HistoryEntry>[] = [
  { head: 'Request', cell: ({ requestId, attempt }) => plain(`${requestId}#${attempt}`) },
  { head: 'State', cell: standingWord, style: (entry) => TONES[standingOf(entry)], isName: true },
  { head: 'Ended (UTC)', cell: ({ endedAt }) => toIso(endedAt).slice(0, 19).replace('T', ' ') },
  { head: 'Key', cell: ({ key }) => (key === undefined ? NOTHING : plain(shortened(keyIdIn(key)))) },
  { head: 'Provider', cell: ({ provider = NOTHING }) => plain(provider) },
  { head: 'Gone', cell: (entry) => span(goneAfter(entry)), align: 'right' },
  { head: 'Dead', cell: (entry) => span(deadAfter(entry)), align: 'right' },
  { head: 'Reference', cell: ({ reference = NOTHING }) => plain(reference), least: 9 },
];

const spreadText = (spread: Spread | undefined, keys: string): string | undefined =>
  spread && `median ${inWords(spread.median)}, p99 ${inWords(spread.p99)}, of ${spread.count} ${keys}`;

/** Where history begins, if that is later than what was asked for. */
const beginText = ({ wholeSince }: History, since: EpochMs): string | undefined => {
  if (wholeSince !== undefined && wholeSince <= since) return undefined;
  const from = wholeSince === undefined ? 'the next sweep on' : toIso(wholeSince);
  return `is whole from ${from}. Earlier ends are listed as far as the cases of their keys name them`;
};

const sumLines = ({ terminal }: Context, summary: Summary, begin: string | undefined): readonly string[] => {
  const outcomes = Object.entries(summary.outcomes).map(([name, count]) => `${count} ${name}`);
  return pairs(terminal, [
    ['requests', [`${summary.count}`, ...(outcomes.length > 0 ? [outcomes.join(', ')] : [])].join(': ')],
    ['time to gone', spreadText(summary.gone, summary.gone?.count === 1 ? 'key' : 'keys')],
    ['time to dead', spreadText(summary.dead, summary.dead?.count === 1 ? 'key' : 'keys')],
    ['history', begin],
  ]);
};

const isoOrNull = (at: EpochMs | undefined): string | null => (at === undefined ? null : toIso(at));

/** One entry for machines. The fields of a line of CSV are the same. */
const shown = (entry: HistoryEntry): Record<string, string | number | null> => {
  const { name, code } = nameAndCode(entry.outcome);
  return {
    request: entry.requestId,
    attempt: entry.attempt,
    endedAt: toIso(entry.endedAt),
    outcome: name,
    code,
    state: standingOf(entry),
    provider: entry.provider ?? null,
    operation: entry.operation ?? null,
    key: entry.key ?? null,
    reason: entry.reason ?? null,
    reference: entry.reference ?? null,
    requestedBy: entry.requestedBy ?? null,
    dueAt: toIso(entry.dueAt),
    goneAt: isoOrNull(entry.goneAt),
    timeToGoneMs: goneAfter(entry) ?? null,
    finding: entry.found?.outcome ?? null,
    foundAt: isoOrNull(entry.found?.at),
    timeToDeadMs: deadAfter(entry) ?? null,
    seenAgainAt: isoOrNull(entry.withdrawnAt),
  };
};

const FIELDS = Object.keys(
  shown({ requestId: '', attempt: 1, outcome: 'revoked', endedAt: epochMs(0), dueAt: epochMs(0) }),
);

const spreadShown = (spread: Spread | undefined): object | null =>
  spread ? { count: spread.count, medianMs: spread.median, p99Ms: spread.p99, longestMs: spread.longest } : null;

const allShown = (history: History, entries: readonly HistoryEntry[], since: EpochMs, until: EpochMs): object => {
  const { count, outcomes, gone, dead } = summaryOf(entries);
  return {
    ...{ since: toIso(since), until: toIso(until), wholeSince: isoOrNull(history.wholeSince), count, outcomes },
    ...{ timeToGone: spreadShown(gone), timeToDead: spreadShown(dead) },
    receipts: entries.map(shown),
  };
};

/** `receipts list`, which is what `receipts` does: every request that has ended, from the index of the ledger. */
export const addListReceipts = (group: Command, context: Context): void => {
  group
    .command('list', { isDefault: true })
    .description('list them, with the median and the 99th percentile of the time to gone and to dead')
    .option(
      '--since <time>',
      'from then on: 12h, 7d, a date, or RFC 3339 (default: 7d; with --reference or --key: everything)',
      when,
    )
    .option('--until <time>', 'until then (default: now)', when)
    .option('--reference <text>', 'only those with this reference')
    .option('--key <key>', 'only those of this key: its identifier, or the short form that list shows')
    .option('--outcome <outcome>', 'only those that ended so (stuck, stuck/limit), or that were found so (confirmed)')
    .option('--provider <name>', 'only those of this provider')
    .action(async (options: Options) => {
      const { terminal, clock } = context;
      const now = clock.now();
      const [since, until] = [sinceIn(options, now), options.until ? instantOf(options.until, now) : now];
      const history = await historyOf(await context.deployed(), since, until);
      const entries = history.entries.filter((entry) => fits(entry, options));
      const begin = beginText(history, since);
      if (context.format === 'csv' && begin !== undefined) terminal.tell(`History ${begin}`);
      context.print({
        value: () => allShown(history, entries, since, until),
        csv: () => ({ rows: entries.map(shown), fields: FIELDS }),
        lines: () => [
          ...(entries.length === 0 ? ['No receipts match'] : [...table(terminal, COLUMNS, entries), '']),
          ...sumLines(context, summaryOf(entries), begin),
        ],
      });
    });
};
