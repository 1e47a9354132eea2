import type { Command } from 'commander';
import { requestKey } from '../../../core/ledger/keys.ts';
import type { RequestItem } from '../../../core/ledger/request-item.ts';
import { needsPerson } from '../../../core/outcome.ts';
import type { Deployed } from '../../deployment/connect.ts';
import type { Context } from '../../deployment/context.ts';
import { type Closed, forget } from '../../stuck/forget.ts';
import { chosen, type Stuck } from '../../stuck/stuck-copy.ts';
import { giveBack, remove } from '../../stuck/stuck-handles.ts';
import { type InHand, takeInHand } from '../../stuck/stuck-queue.ts';
import { confirm } from '../../terminal/confirm.ts';
import { wrapped } from '../../terminal/wrap.ts';
import { endOf, missing, operationOf } from './in-words.ts';

const CLOSED: Readonly<Record<Closed, string>> = {
  closed: 'The key may be alive, and this system no longer checks it. A later request opens its case again',
  'no case': 'The request never reached a key',
  proved: 'The key has been proved gone in the meantime',
  'another’s':
    'Another request left the case of the same key open or restricted the key, and this system still checks that case',
};

interface Options {
  readonly reason: string;
  readonly by: string;
  readonly yes?: boolean;
}

/** What is to be forgotten: a copy on the stuck queue, or only a request that ended there. */
interface Forgettable {
  readonly copy: Stuck | undefined;
  readonly requestId: string;
  readonly attempt: number;
  readonly crashed: boolean;
}

/** @throws Failure where neither is there */
const forgettable = async (deployed: Deployed, { all, elsewhere }: InHand, name: string): Promise<Forgettable> => {
  const item = await deployed.ledger.read<RequestItem>(requestKey(name, false));
  const copy = chosen(all, name);
  if (copy !== undefined) {
    const { requestId, attempt, outcome } = copy;
    return { copy, requestId, attempt, crashed: outcome === undefined };
  }
  if (item?.ended === undefined || !needsPerson(item.ended.outcome)) throw missing(name, elsewhere);
  return { copy, requestId: name, attempt: item.attempt, crashed: false };
};

const asked = ({ requestId, copy }: Forgettable): string =>
  copy === undefined ? requestId : `${requestId}  ${operationOf(copy)}  ${endOf(copy)}`;

/** `stuck forget` */
export const addForget = (stuck: Command, context: Context): void => {
  stuck
    .command('forget')
    .description('stop checking a key that may still be alive')
    .argument('<name>', 'number from stuck list, or id of the request')
    .requiredOption('--reason <text>', 'why this is right')
    .requiredOption('--by <name>', 'who decided it')
    .option('--yes', 'do not ask for confirmation')
    .action(async (name: string, options: Options, command: Command) => {
      const { terminal, clock } = context;
      const deployed = await context.deployed(command);
      const inHand = await takeInHand(deployed);
      let kept = inHand.all;
      try {
        const { copy, ...one } = await forgettable(deployed, inHand, name);
        const { requestId } = one;
        terminal.tell(asked({ copy, ...one }));
        await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
        const { by, reason } = options;
        const closed = await forget(deployed, one, { at: clock.now(), by, reason });
        if (copy) await remove(deployed, copy);
        kept = kept.filter((each) => each !== copy);
        if (context.isJson(command)) context.json({ requestId, forgotten: { by, reason }, case: closed });
        else
          for (const line of wrapped(`Forgotten: ${requestId}. ${CLOSED[closed]}`, terminal.width))
            terminal.print(line);
      } finally {
        await giveBack(deployed, kept);
      }
    });
};
