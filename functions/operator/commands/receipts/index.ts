import type { Command } from 'commander';
import type { Context } from '../../deployment/context.ts';
import { addListReceipts } from './list.ts';
import { addShowReceipt } from './show.ts';

/** `receipts`: what has been done, and how long it took. */
export const addReceipts = (program: Command, context: Context): void => {
  const receipts = program
    .command('receipts')
    .description('show requests that have ended, and how long they took')
    .addHelpText('after', '\nWithout a command: list. Its filters are in key-revoker receipts list --help');
  for (const add of [addListReceipts, addShowReceipt]) add(receipts, context);
};
