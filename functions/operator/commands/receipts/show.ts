import type { Command } from 'commander';
import { toIso } from '../../../core/epoch.ts';
import type { Context } from '../../deployment/context.ts';
import { deadAfter, standingOf } from '../../history/entry.ts';
import { type EndRecord, endRecord } from '../../history/record.ts';
import { exitOf } from '../../requests/finished.ts';
import { endLines } from '../../show/receipt-lines.ts';
import { inWords } from '../../terminal/duration.ts';
import { EXIT, Failure } from '../../terminal/failure.ts';
import { pairs } from '../../terminal/wrap.ts';
import { drawText } from '../../timeline/draw-text.ts';

/** The id of a request, from the id of a receipt. */
const requestIdIn = (name: string): string => name.split('#')[0] ?? name;

const isMeant = ({ item }: EndRecord, name: string): boolean =>
  !name.includes('#') || name === `${item.requestId}#${item.attempt}`;

const lines = ({ terminal }: Context, record: EndRecord): readonly string[] => {
  const { item, entry, found, digest, timeline } = record;
  const dead = deadAfter(entry);
  return [
    ...endLines(terminal, item.receipt),
    '',
    ...drawText(terminal, timeline),
    '',
    ...pairs(terminal, [
      ['state', standingOf(entry)],
      ['ended', toIso(item.ended.at)],
      ['found', found && `${found.outcome} at ${toIso(found.at)}, after ${found.held.length} readings that held`],
      ['dead after', dead === undefined ? undefined : inWords(dead)],
      ['seen again', item.withdrawnAt === undefined ? undefined : toIso(item.withdrawnAt)],
      ['receipt', item.receipt.receiptId],
      ['SHA-256', digest],
    ]),
  ];
};

const shown = ({ item, entry, found, digest, timeline }: EndRecord): object => ({
  receipt: item.receipt,
  sha256: digest,
  state: standingOf(entry),
  endedAt: toIso(item.ended.at),
  finding: found ? { outcome: found.outcome, at: toIso(found.at) } : null,
  timeToDeadMs: deadAfter(entry) ?? null,
  timeline: timeline.instants.map(({ at, row, label }) => ({ at: toIso(at), row, label })),
});

/** `receipts show`: one receipt, with its timeline. */
export const addShowReceipt = (group: Command, context: Context): void => {
  group
    .command('show')
    .description('show one of them in full, with a drawn timeline')
    .argument('<request>', 'id of the request, or of its receipt')
    .action(async (name: string) => {
      const record = await endRecord(await context.deployed(), requestIdIn(name));
      if (record === undefined || !isMeant(record, name))
        throw new Failure(
          EXIT.notFound,
          `Cannot find the receipt "${name}": the ledger keeps that of the last attempt of each request. See key-revoker receipts, and key-revoker status for a request that is open`,
        );
      context.end(exitOf(record.item.receipt));
      context.print({ value: () => shown(record), lines: () => lines(context, record) });
    });
};
