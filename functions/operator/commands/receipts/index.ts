import type { SetUp } from '../../deployment/context.ts';
import { addListReceipts } from './list.ts';
import { addShowReceipt } from './show.ts';

/** `receipts`: what has been done, and how long it took. */
export const setUpReceipts: SetUp = (receipts, context) => {
  receipts.addHelpText('after', '\nWithout a command: list. Its filters are in key-revoker receipts list --help');
  for (const add of [addListReceipts, addShowReceipt]) add(receipts, context);
};
