import type { Command } from 'commander';
import { toIso } from '../../../core/epoch.ts';
import type { Context } from '../../deployment/context.ts';
import { chosen } from '../../stuck/stuck-copy.ts';
import { viewStuck } from '../../stuck/stuck-queue.ts';
import { pairs, wrapped } from '../../terminal/wrap.ts';
import { endOf, fieldsOf, missing, operationOf, originOf, shown } from './in-words.ts';
import { nextLines } from './next-lines.ts';

const CRASHED = 'The function crashed on this message again and again';

const UNKNOWN =
  'The ledger does not know this message: either the function crashed on it before the request was claimed, or a principal of this account has put it here. Believe nothing of it that you cannot check';

/** `stuck show` */
export const addShow = (stuck: Command, context: Context): void => {
  stuck
    .command('show')
    .description('show one request in full, with what to do next')
    .argument('<name>', 'number from stuck list, or id of the request')
    .action(async (name: string) => {
      const { terminal } = context;
      const { all, elsewhere } = await viewStuck(await context.deployed());
      const one = chosen(all, name);
      if (one === undefined) throw missing(name, elsewhere);
      const { message, requestId, attempt, sentAt } = one;
      const most = terminal.width === undefined ? undefined : terminal.width - 2;
      const lines = () => [
        [terminal.style(['bold', 'red'], endOf(one)), operationOf(one)].join('  '),
        ...wrapped(one.isKnown ? (message ?? CRASHED) : UNKNOWN, most).map((line) => `  ${line}`),
        '',
        ...pairs(terminal, [
          ['request', requestId],
          ['attempt', String(attempt)],
          ['since', toIso(sentAt)],
          ...originOf(one),
          ...fieldsOf(context.providers, one),
        ]),
        '',
        ...nextLines(context.providers, one),
      ];
      context.print({ value: () => shown(context.providers, one), lines });
    });
};
