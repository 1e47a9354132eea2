import { toIso } from '../../core/epoch.ts';
import { deadAfter, goneAfter, standingOf, standingWord } from '../history/entry.ts';
import type { EndRecord } from '../history/record.ts';
import type { Spread } from '../history/summary.ts';
import { inWords } from '../terminal/duration.ts';
import { keyNameOf } from './left-to-do.ts';
import type { Report } from './report.ts';

/** A name and what it stands for. */
export type ReportFact = readonly [name: string, text: string];

const known = (facts: readonly (readonly [string, string | null | undefined])[]): readonly ReportFact[] =>
  facts.filter((fact): fact is ReportFact => typeof fact[1] === 'string' && fact[1] !== '');

const spreadText = ({ count, median, longest }: Spread): string =>
  count === 1 ? inWords(median) : `median ${inWords(median)}, longest ${inWords(longest)} (${count} keys)`;

/** The whole report in a few lines. */
export const inShort = ({ records, open, summary }: Report): readonly ReportFact[] => {
  const standings = Map.groupBy(records, ({ entry }) => standingOf(entry));
  const counted = [...standings].map(([name, all]) => `${all.length} ${name}`);
  return known([
    ['Requests', `${records.length + open.length}`],
    ['Keys', [...counted, ...(open.length > 0 ? [`${open.length} at work`] : [])].join(', ')],
    ['Due to gone', summary.gone && spreadText(summary.gone)],
    ['Due to dead', summary.dead && spreadText(summary.dead)],
  ]);
};

export const KEY_HEADS = ['Key', 'State', 'Operation', 'Asked by', 'Reason', 'Gone after', 'Dead after'] as const;

const span = (ms: number | undefined): string => (ms === undefined ? '–' : inWords(Math.max(0, ms)));

const askedBy = ({ item: { receipt } }: EndRecord): string =>
  [receipt.request.requestedBy, receipt.request.sender].filter(Boolean).join(', by ');

/** One key as a line of the table. */
export const keyCells = (record: EndRecord): readonly string[] => {
  const { item, entry } = record;
  const { receipt } = item;
  return [
    keyNameOf(record),
    standingWord(entry),
    receipt.operation ?? '–',
    askedBy(record) || '–',
    receipt.request.reason ?? '–',
    span(goneAfter(entry)),
    span(deadAfter(entry)),
  ];
};

const BASES = {
  accepted: 'the provider accepted the delete',
  'reply-lost': 'the reply to the delete was lost',
  'call-unknown': 'the provider did not know the key when the delete came',
} as const;

const CONTROLS = {
  signer: 'the managing key was accepted while the key was not',
  key: 'another key of the account was accepted while the key was not',
  none: 'none',
} as const;

/** What is known of one key, fact by fact. */
export const keyFacts = (record: EndRecord): readonly ReportFact[] => {
  const { item, found, digest, entry } = record;
  const { receipt } = item;
  const { request, signer, key, proof, times } = receipt;
  return known([
    ['What happened', receipt.message],
    ['Request', item.attempt > 1 ? `${item.requestId}, attempt ${item.attempt}` : item.requestId],
    ['Sent as', request.id],
    ['Reason', request.reason],
    ['Asked by', request.requestedBy],
    ['Sent by', request.sender],
    ['Key', key && `${key.id}, ${key.digest} (SHA-256 of the identifier)`],
    ['Environment', receipt.environment],
    ['Signed with', signer && `${signer.secretId}, version ${signer.secretVersion} (${signer.as})`],
    ['Due', times?.dueAt],
    ['Gone', entry.goneAt === undefined ? undefined : toIso(entry.goneAt)],
    ['Ended', `${toIso(item.ended.at)} as ${entry.outcome}`],
    ['Found later', found && `${found.outcome} at ${toIso(found.at)}, with ${found.held.length} readings that held`],
    ['Seen again', item.withdrawnAt === undefined ? undefined : toIso(item.withdrawnAt)],
    ['Calls', String(receipt.calls)],
    ['Proof', proof?.basis && BASES[proof.basis]],
    ['Control', proof && CONTROLS[proof.control]],
    ['Absences', proof && `${proof.absences} in a row over ${inWords(proof.spanMs)}`],
    ['Receipt', receipt.receiptId],
    ['SHA-256', digest],
  ]);
};

export const EVIDENCE_HEADS = ['At (UTC)', 'Step', 'Asked', 'As', 'Host', 'Saw', 'Code'] as const;

export const evidenceCells = ({ item: { receipt } }: EndRecord): readonly (readonly string[])[] =>
  receipt.evidence.map(({ at, step, asked, as, host, saw, code }) => [at, step, asked, as, host, saw, code]);

/** The words for how a key stands, each with its meaning. */
export const WORDS: readonly ReportFact[] = [
  ['gone', 'The provider does not know the key any more: two probes, some seconds apart, agree.'],
  ['dead', 'The key is gone, and it stayed gone through the time in which the provider’s nodes may still disagree.'],
  ['restricted', 'The key may do no more than the request asked for. The key is alive.'],
  ['unconfirmed', 'The key was gone or restricted, and later readings could not confirm that.'],
  ['seen again', 'A later reading showed the key. Treat the key as alive.'],
  ['stuck, refused', 'The request did not do what it asked for. The key may be alive.'],
];

/** How a reader checks that a receipt is the one of this report. */
export const HOW_TO_CHECK =
  'The digest of a receipt is the SHA-256 of its JSON with sorted names and without blanks. Subscribers of the results topic have the same receipt. For a receipt in a file:';

export const CHECK_COMMAND = 'jq -cSj . receipt.json | sha256sum';

/** One sentence for people who do not see the drawing. */
export const drawingName = (record: EndRecord): string => {
  const [gone, dead] = [goneAfter(record.entry), deadAfter(record.entry)];
  const spans = [
    ...(gone === undefined ? [] : [`gone after ${inWords(Math.max(0, gone))}`]),
    ...(dead === undefined ? [] : [`dead after ${inWords(Math.max(0, dead))}`]),
  ];
  return [`Timeline of ${keyNameOf(record)}`, spans.join(', ') || record.entry.outcome].join(': ');
};

/** Where, when and by whom the report was made. */
export const madeText = ({ madeAt, madeBy, deployment }: Report): string =>
  [
    `Made at ${toIso(madeAt)}`,
    ...(madeBy === undefined ? [] : [`by ${madeBy}`]),
    `from the ledger of ${deployment.stack} (prefix ${deployment.prefix}, account ${deployment.account}, ${deployment.region})`,
  ].join(' ');
