import { styleText } from 'node:util';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { operationOf, outcomeOf } from './result-of.ts';

type Row = readonly string[];

const HEAD: Row = ['Key', 'Operation', 'Outcome', 'Revoked in', 'Calls'];
/** Numbers stand at the right. */
const RIGHT = new Set(['Revoked in', 'Calls']);

/** Milliseconds for people: `0.4 s`; a dash where a key was not revoked. */
export const seconds = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`);

/**
 * Milliseconds from the first delivery to the probe that found the key gone. What comes before is this machine's: all requests come at
 * once, and few processes take them.
 */
export const revokedIn = ({ outcome, times }: Pick<Receipt, 'outcome' | 'times'>): number | null =>
  outcome === 'revoked' && times.goneAt !== undefined ? Date.parse(times.goneAt) - Date.parse(times.receivedAt) : null;

const rowOf = (receipt: Receipt): Row => [
  receipt.key?.id ?? '?',
  operationOf(receipt),
  outcomeOf(receipt),
  seconds(revokedIn(receipt)),
  String(receipt.calls),
];

const lineOf = (row: Row, widths: readonly number[]): string =>
  row
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      return RIGHT.has(HEAD[index] ?? '') ? cell.padStart(width) : cell.padEnd(width);
    })
    .join('  ');

/** Lines of a table, at most 80 columns wide for every outcome that a story expects; the head is underlined in a terminal. */
export const receiptTable = (receipts: readonly Receipt[]): readonly string[] => {
  const rows = receipts.map(rowOf);
  const widths = HEAD.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const [head = '', ...lines] = [HEAD, ...rows].map((row) => lineOf(row, widths));
  return [styleText('bold', head), styleText('dim', '─'.repeat(head.length)), ...lines];
};
