import type { Command } from 'commander';
import { requestKey } from '../../../core/ledger/keys.ts';
import type { RequestItem } from '../../../core/ledger/request-item.ts';
import { needsPerson } from '../../../core/outcome.ts';
import type { Context } from '../../deployment/context.ts';
import { type Closed, forget } from '../../stuck/forget.ts';
import { chosen } from '../../stuck/stuck-copy.ts';
import { giveBack, remove, takeInHand } from '../../stuck/stuck-queue.ts';
import { confirm } from '../../terminal/confirm.ts';
import { wrapped } from '../../terminal/wrap.ts';
import { endOf, missing, operationOf } from './in-words.ts';

const CLOSED: Readonly<Record<Closed, string>> = {
  closed: 'The key may be alive, and nobody looks after it any more; a later request opens its case anew',
  'no case': 'The request never came as far as a key',
  proved: 'The key was proved dead since',
  'another’s': 'Another request has left the case of the same key open; that one goes on being looked after',
};

interface Options {
  readonly reason: string;
  readonly by: string;
  readonly yes?: boolean;
}

/** Whether there is anything to forget: a copy, or a request that ended so. */
const isStuck = (item: RequestItem | undefined): boolean =>
  item?.ended !== undefined && needsPerson(item.ended.outcome);

/** `stuck forget` */
export const addForget = (stuck: Command, context: Context): void => {
  stuck
    .command('forget')
    .description('look after a key no more that may still be alive')
    .argument('<name>', 'its number in the list, or the id of the request')
    .requiredOption('--reason <text>', 'why that is right')
    .requiredOption('--by <name>', 'who says so')
    .option('--yes', 'do not ask for a confirmation')
    .action(async (name: string, options: Options, command: Command) => {
      const { terminal, clock } = context;
      const deployed = await context.deployed(command);
      const { all, elsewhere } = await takeInHand(deployed);
      const one = chosen(all, name);
      let kept = all;
      try {
        const item = await deployed.ledger.read<RequestItem>(requestKey(name, false));
        if (one === undefined && !isStuck(item)) throw missing(name, elsewhere);
        const { requestId, attempt } = one ?? { requestId: name, attempt: item?.attempt ?? 1 };
        terminal.tell(`${requestId}  ${one ? `${operationOf(one)}  ${endOf(one)}` : ''}`.trimEnd());
        await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
        const { by, reason } = options;
        const crashed = one !== undefined && one.outcome === undefined;
        const closed = await forget(deployed, { requestId, attempt, crashed }, { at: clock.now(), by, reason });
        if (one) await remove(deployed, one);
        kept = all.filter((each) => each !== one);
        if (context.isJson(command)) context.json({ requestId, forgotten: { by, reason }, case: closed });
        else
          for (const line of wrapped(`Forgotten: ${requestId}. ${CLOSED[closed]}`, terminal.width))
            terminal.print(line);
      } finally {
        await giveBack(deployed, kept);
      }
    });
};
