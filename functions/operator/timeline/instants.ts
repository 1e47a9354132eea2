import { isPresent, mayBeAbsent } from '../../core/answer.ts';
import { after, type EpochMs, fromIso } from '../../core/epoch.ts';
import type { EndFinding } from '../../core/ledger/case-item.ts';
import type { Evidence, Receipt } from '../../core/receipt.ts';
import { SECOND_MS } from '../../core/timing.ts';

/** The rows of a drawing, from above. */
export const ROWS = ['asked', 'alive', 'call', 'other key', 'no verdict', 'not known', 'word'] as const;

export type Row = (typeof ROWS)[number];

/** One thing that happened to a key. */
export interface Instant {
  readonly at: EpochMs;
  readonly row: Row;
  /** In a few words: `received`, `query-api: unknown`. */
  readonly label: string;
}

/** What happened to one key, in order. */
export interface Timeline {
  /** When the request was due. Seconds count from here. */
  readonly dueAt: EpochMs;
  readonly instants: readonly Instant[];
}

/** What a timeline is drawn from, beside the receipt. */
export interface After {
  /** When the request ended. */
  readonly endedAt?: EpochMs | undefined;
  /** What was found later. */
  readonly found?: EndFinding | undefined;
  /** When the word of the end was taken back. */
  readonly withdrawnAt?: EpochMs | undefined;
}

const rowOf = (line: Evidence): Row => {
  if (line.step === 'call') return 'call';
  if (line.as === 'control') return 'other key';
  return isPresent(line) ? 'alive' : mayBeAbsent(line) ? 'not known' : 'no verdict';
};

const asWord = (text: string): string => text.replace('/', ': ');

/** Readings of the settle window that held, and what they led to. */
const foundInstants = ({ outcome, at, held }: EndFinding): readonly Instant[] => [
  ...held.map((seconds) => ({ at: after(at, -seconds * SECOND_MS), row: 'not known' as const, label: 'read again' })),
  { at, row: 'word', label: asWord(outcome) },
];

/** The timeline of a receipt. In total: receipts of release 0.1.0 name some times differently, and one that was salvaged may lack them. */
export const timelineOf = (receipt: Receipt, { endedAt, found, withdrawnAt }: After = {}): Timeline => {
  const { dueAt = '', receivedAt = '' } = receipt.times ?? {};
  const due = fromIso(dueAt);
  const goneMs = receipt.timeToRevokeMs;
  const at = (text: string, row: Row, label: string): readonly Instant[] => {
    const instant = fromIso(text);
    return instant === undefined ? [] : [{ at: instant, row, label }];
  };
  const end = [receipt.outcome, receipt.code].filter(Boolean).join(': ');
  const isRestricted = receipt.outcome === 'restricted';
  const readings = found ? foundInstants(found) : [];
  const instants: readonly Instant[] = [
    ...at(dueAt, 'asked', 'due'),
    ...at(receivedAt, 'asked', 'received'),
    ...(receipt.evidence ?? []).flatMap((line) => at(line.at, rowOf(line), `${line.asked}: ${line.saw}`)),
    ...(due === undefined || typeof goneMs !== 'number'
      ? []
      : [{ at: after(due, goneMs), row: 'word' as const, label: 'gone' }]),
    ...(endedAt === undefined ? [] : [{ at: endedAt, row: 'word' as const, label: end }]),
    // Of a restricted key a reading shows the key, with no more settings than asked.
    ...readings.map((one) => (isRestricted && one.row === 'not known' ? { ...one, row: 'alive' as const } : one)),
    ...(withdrawnAt === undefined || found?.at === withdrawnAt
      ? []
      : [{ at: withdrawnAt, row: 'word' as const, label: 'seen again' }]),
  ];
  const ordered = instants.toSorted((a, b) => a.at - b.at);
  return { dueAt: due ?? ordered[0]?.at ?? (0 as EpochMs), instants: ordered };
};
