import type { Receipt } from '../../../../functions/core/receipt.ts';
import { seconds } from './receipt-table.ts';
import { operationOf, outcomeOf } from './result-of.ts';

/** The message stands below the outcome, to the right of the time. */
const INDENT = ' '.repeat(10);

/** How long it took; for a key that was dead before, that is no time to revoke. */
const tookOf = ({ outcome, timeToRevokeMs: ms }: Receipt): string => {
  if (ms === null) return '';
  return outcome === 'revoked' ? ` in ${seconds(ms)}` : `, found so ${seconds(ms)} after it was due`;
};

/** Lines of whole words, none wider than that unless a single word is. */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

/**
 * A receipt for a person who watches: time, key and outcome, and below them what happened and what to do next.
 *
 * @param width of the terminal in columns; absent where there is none, and nothing is wrapped
 */
export const receiptLines = (receipt: Receipt, at: Date, width = Number.POSITIVE_INFINITY): readonly string[] => {
  const { key, message } = receipt;
  const named = [operationOf(receipt), ...(key === null ? [] : [key.id])];
  const head = [at.toISOString().slice(11, 19), ...named, `${outcomeOf(receipt)}${tookOf(receipt)}`].join('  ');
  return [head, ...wrapped(message, width - INDENT.length).map((line) => INDENT + line)];
};
