import type { Command } from 'commander';
import type { Context } from '../../deployment/context.ts';
import type { Stuck } from '../../stuck/stuck-copy.ts';
import { viewStuck } from '../../stuck/stuck-queue.ts';
import { inWords } from '../../terminal/duration.ts';
import { type TableColumn, table } from '../../terminal/table.ts';
import { endOf, operationOf, shown, tellElsewhere } from './in-words.ts';

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

/** `stuck list` */
export const addListStuck = (stuck: Command, context: Context): void => {
  stuck
    .command('list')
    .description('show every request that ended stuck or refused')
    .action(async (_options: unknown, command: Command) => {
      const { terminal, clock } = context;
      const { all, elsewhere } = await viewStuck(await context.deployed(command));
      if (context.isJson(command)) context.json(all.map((one) => shown(context.providers, one)));
      else if (all.length === 0) terminal.print('Nothing is stuck');
      else {
        const now = clock.now();
        const rows = all.map((one, index) => ({ ...one, number: index + 1, age: inWords(now - one.sentAt) }));
        for (const line of table(terminal, COLUMNS, rows)) terminal.print(line);
      }
      tellElsewhere(context, elsewhere);
    });
};
