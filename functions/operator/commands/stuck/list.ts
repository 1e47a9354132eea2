import type { Command } from 'commander';
import type { Context } from '../../deployment/context.ts';
import { endedWith, type Stuck } from '../../stuck/stuck-copy.ts';
import { viewStuck } from '../../stuck/stuck-queue.ts';
import { inWords } from '../../terminal/duration.ts';
import { plain } from '../../terminal/plain.ts';
import { type TableColumn, table } from '../../terminal/table.ts';
import { wrapped } from '../../terminal/wrap.ts';
import { CODE, endOf, operationOf, shown, tellElsewhere } from './in-words.ts';

interface Row extends Stuck {
  readonly number: number;
  readonly age: string;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: '#', cell: ({ number }) => String(number), align: 'right' },
  { head: 'Request', cell: ({ requestId }) => requestId, isName: true },
  { head: 'Operation', cell: operationOf },
  { head: 'Target', cell: ({ target = '–' }) => target, least: 12 },
  { head: 'Ended as', cell: endOf, style: () => 'red' },
  { head: 'Try', cell: ({ attempt }) => String(attempt), align: 'right' },
  { head: 'Since', cell: ({ age }) => age, align: 'right' },
];

/** Who sent a message that is not a valid request, and what is wrong with it: such rows look alike otherwise. */
const objectionLines = (width: number | undefined, rows: readonly Row[]): readonly string[] => {
  const lines = rows
    .filter(({ request }) => request === undefined)
    .flatMap(({ number, sender = 'nobody known', message = 'no objection is known' }) =>
      wrapped(`${number}  sent by ${plain(sender)}: ${plain(message)}`, width),
    );
  return lines.length === 0 ? [] : ['', ...lines];
};

/** With a filter the queue may hold other messages. */
const nothing = (code: string | undefined): string =>
  code === undefined ? 'Nothing is stuck' : `Nothing is stuck that ended with ${code}`;

/** `stuck list` */
export const addListStuck = (stuck: Command, context: Context): void => {
  stuck
    .command('list')
    .description('show every request that ended stuck or refused')
    .option(...CODE)
    .action(async ({ code }: { readonly code?: string }) => {
      const { terminal, clock } = context;
      const { all, elsewhere } = await viewStuck(await context.deployed());
      const numbered = all.map((one, index) => ({ one, number: index + 1 }));
      const listed = numbered.filter(({ one }) => code === undefined || endedWith(one, code));
      const now = clock.now();
      const rows = listed.map(({ one, number }) => ({ ...one, number, age: inWords(now - one.sentAt) }));
      context.print({
        value: () => listed.map(({ one }) => shown(context.providers, one)),
        lines: () =>
          rows.length === 0
            ? [nothing(code)]
            : [...table(terminal, COLUMNS, rows), ...objectionLines(terminal.width, rows)],
      });
      tellElsewhere(context, elsewhere);
    });
};
