import type { Command } from 'commander';
import { requestKey } from '../../../core/ledger/keys.ts';
import type { RequestItem } from '../../../core/ledger/request-item.ts';
import { needsPerson } from '../../../core/outcome.ts';
import type { Deployed } from '../../deployment/connect.ts';
import type { Context } from '../../deployment/context.ts';
import { type Closed, forget } from '../../stuck/forget.ts';
import { chosen, endedWith, type Stuck } from '../../stuck/stuck-copy.ts';
import { giveBack, remove } from '../../stuck/stuck-handles.ts';
import { type InHand, takeInHand } from '../../stuck/stuck-queue.ts';
import { confirm } from '../../terminal/confirm.ts';
import { EXIT, Failure } from '../../terminal/failure.ts';
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
  readonly code?: string;
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

/**
 * All with a code that hold no request, so that none of them is about a key.
 *
 * @throws Failure where a key may be alive behind one of them, or there is none
 */
const withoutRequest = ({ all, elsewhere }: InHand, code: string): readonly Forgettable[] => {
  const meant = all.filter((one) => endedWith(one, code));
  const withKey = meant.filter(({ request, isKnown }) => request !== undefined || !isKnown);
  if (withKey.length > 0)
    throw new Failure(
      EXIT.usage,
      `Cannot forget all with the code ${code}: a key may be alive behind ${withKey.length} of them. Give one at a time`,
    );
  if (meant.length === 0) throw missing(code, elsewhere);
  return meant.map((copy) => ({ copy, requestId: copy.requestId, attempt: copy.attempt, crashed: false }));
};

const meantIn = async (
  deployed: Deployed,
  inHand: InHand,
  name: string | undefined,
  code: string | undefined,
): Promise<readonly Forgettable[]> => {
  if (name !== undefined && code === undefined) return [await forgettable(deployed, inHand, name)];
  if (name === undefined && code !== undefined) return withoutRequest(inHand, code);
  throw new Failure(EXIT.usage, 'Cannot tell what to forget: give either a name or --code');
};

/** One that nobody looks after any more. */
interface Forgot {
  readonly requestId: string;
  readonly closed: Closed;
}

const forgetAll = async (
  deployed: Deployed,
  meant: readonly Forgettable[],
  { by, reason }: Options,
  gone: (copy: Stuck) => void,
): Promise<readonly Forgot[]> => {
  const done: Forgot[] = [];
  for (const { copy, ...one } of meant) {
    const closed = await forget(deployed, one, { at: deployed.clock.now(), by, reason });
    if (copy) {
      await remove(deployed, copy);
      gone(copy);
    }
    done.push({ requestId: one.requestId, closed });
  }
  return done;
};

/** `stuck forget` */
export const addForget = (stuck: Command, context: Context): void => {
  stuck
    .command('forget')
    .description('stop checking a key that may still be alive')
    .argument('[name]', 'number from stuck list, or id of the request')
    .option('--code <code>', 'all with this code that hold no request (malformed)')
    .requiredOption('--reason <text>', 'why this is right')
    .requiredOption('--by <name>', 'who decided it')
    .option('--yes', 'do not ask for confirmation')
    .action(async (name: string | undefined, options: Options) => {
      const { terminal } = context;
      const { by, reason, code } = options;
      const deployed = await context.deployed();
      const inHand = await takeInHand(deployed);
      const gone = new Set<Stuck>();
      try {
        const meant = await meantIn(deployed, inHand, name, code);
        for (const one of meant) terminal.tell(asked(one));
        await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
        const done = await forgetAll(deployed, meant, options, (copy) => gone.add(copy));
        const shown = done.map(({ requestId, closed }) => ({ requestId, forgotten: { by, reason }, case: closed }));
        context.print({
          value: () => (code === undefined ? shown[0] : shown),
          lines: () =>
            done.flatMap(({ requestId, closed }) =>
              wrapped(`Forgotten: ${requestId}. ${CLOSED[closed]}`, terminal.width),
            ),
        });
      } finally {
        await giveBack(
          deployed,
          inHand.all.filter((one) => !gone.has(one)),
        );
      }
    });
};
