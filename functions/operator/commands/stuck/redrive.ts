import type { Command } from 'commander';
import type { Deployed } from '../../deployment/connect.ts';
import type { Context } from '../../deployment/context.ts';
import { exitOf, type Finished } from '../../requests/finished.ts';
import { follow } from '../../requests/follow.ts';
import { outcomeText, toneOf } from '../../show/receipt-lines.ts';
import { type Redriven, redrive } from '../../stuck/redrive.ts';
import { chosen, type Stuck } from '../../stuck/stuck-copy.ts';
import { giveBack } from '../../stuck/stuck-handles.ts';
import { takeInHand } from '../../stuck/stuck-queue.ts';
import { confirm } from '../../terminal/confirm.ts';
import { EXIT, type Exit, Failure } from '../../terminal/failure.ts';
import { cut, type TableColumn, table } from '../../terminal/table.ts';
import { together } from '../../terminal/together.ts';
import { pairs } from '../../terminal/wrap.ts';
import { TIMEOUT } from '../duration-option.ts';
import { endOf, fieldsOf, missing, operationOf, originOf, tellElsewhere } from './in-words.ts';

interface Options {
  readonly all?: boolean;
  readonly unknown?: boolean;
  readonly by: string;
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly yes?: boolean;
}

/** What became of one of them. */
interface Again {
  readonly redriven: Redriven;
  /** Where it was waited for. */
  readonly item: Finished | undefined;
}

const endText = ({ redriven, item }: Again): string =>
  item ? outcomeText(item.receipt) : `sent as attempt ${redriven.attempt}`;

const asJson = ({ item, redriven: { requestId, attempt, planOnly } }: Again): object =>
  item?.receipt ?? { requestId, attempt, planOnly };

const COLUMNS: readonly TableColumn<Again>[] = [
  { head: 'Request', cell: ({ redriven }) => redriven.requestId, isName: true },
  { head: 'Result', cell: endText, style: ({ item }) => item && toneOf(item.receipt) },
  { head: 'Key', cell: ({ item }) => item?.receipt.key?.id ?? '–' },
];

const again = async (
  context: Context,
  deployed: Deployed,
  one: Stuck,
  { wait, timeout, by }: Pick<Options, 'wait' | 'timeout' | 'by'>,
): Promise<Again> => {
  if (context.signal.aborted) {
    await giveBack(deployed, [one]);
    throw new Failure(EXIT.aborted, 'Interrupted: not sent');
  }
  const redriven = await redrive(deployed, one, by);
  return {
    redriven,
    item: wait ? await follow(context, deployed, redriven, { isQuiet: true, mostMs: timeout }) : undefined,
  };
};

/**
 * Says that messages stay which the ledger does not know.
 *
 * @throws Failure where the user has named one of them
 */
const tellLeft = ({ terminal }: Context, count: number, { all }: Options): void => {
  if (count === 0) return;
  const what = count === 1 ? 'one message' : `${count} messages`;
  const why = `the ledger does not know ${count === 1 ? 'it' : 'them'}. Look with key-revoker stuck show, then add --unknown`;
  if (!all) throw new Failure(EXIT.usage, `Cannot redrive ${what}: ${why}`);
  terminal.tell(`Left on the stuck queue: ${what}, since ${why}`);
};

/** Everything that a message asks for, and who asks. Its redrive is the operator's own request. */
const wholeOrder = (context: Context, one: Stuck): readonly string[] => [
  'The ledger does not know this message. What it asks for becomes a new request of yours:',
  ...pairs(context.terminal, [...originOf(one), ...fieldsOf(context.providers, one)]),
];

/**
 * Takes in hand what is to be sent again, once the user has agreed to it; all others are given back.
 *
 * @throws Failure where one is not there, or the user does not agree
 */
const agreed = async (
  context: Context,
  deployed: Deployed,
  { names, options }: { readonly names: readonly string[]; readonly options: Options },
): Promise<{ readonly wanted: readonly Stuck[]; readonly elsewhere: number }> => {
  const { terminal } = context;
  const { all, elsewhere } = await takeInHand(deployed);
  let wanted: readonly Stuck[] = [];
  try {
    const unknown = names.find((name) => chosen(all, name) === undefined);
    if (unknown !== undefined) throw missing(unknown, elsewhere);
    const named = options.all ? all : [...new Set(names.flatMap((name) => chosen(all, name) ?? []))];
    const meant = named.filter((one) => one.isKnown || options.unknown === true || one.request === undefined);
    tellLeft(context, named.length - meant.length, options);
    for (const one of meant) {
      terminal.tell(`To be sent again: ${one.requestId}  ${operationOf(one)}  ${endOf(one)}`);
      if (!one.isKnown && one.request !== undefined) for (const line of wholeOrder(context, one)) terminal.tell(line);
    }
    if (meant.length > 0)
      await confirm(context, { word: 'yes', given: options.yes ? 'yes' : undefined, option: '--yes' });
    wanted = meant;
  } finally {
    await giveBack(
      deployed,
      all.filter((one) => !wanted.includes(one)),
    );
  }
  return { wanted, elsewhere };
};

const exitOfAll = (done: readonly (Again | undefined)[]): Exit => {
  const ends = done.map((each) =>
    each === undefined ? EXIT.failed : each.item ? exitOf(each.item.receipt) : EXIT.done,
  );
  return [EXIT.failed, EXIT.stuck].find((exit) => ends.includes(exit)) ?? EXIT.done;
};

/** `stuck redrive` */
export const addRedrive = (stuck: Command, context: Context): void => {
  stuck
    .command('redrive')
    .description('send requests again once the cause is fixed')
    .argument('[names...]', 'numbers from stuck list, or ids of requests')
    .option('--all', 'every request on the stuck queue')
    .option('--unknown', 'also messages that the ledger does not know, as new requests of yours')
    .option('--by <name>', 'who sends them', context.user)
    .option('--wait', 'wait for the receipts, and exit with the worst status')
    .option(...TIMEOUT)
    .option('--yes', 'do not ask for confirmation')
    .action(async (names: readonly string[], options: Options) => {
      if (names.length > 0 === (options.all === true))
        throw new Failure(EXIT.usage, 'Cannot tell what to redrive: give either names or --all');
      const deployed = await context.deployed();
      const { wanted, elsewhere } = await agreed(context, deployed, { names, options });
      const { terminal } = context;
      const named = ({ requestId }: Pick<Stuck, 'requestId'>): string =>
        terminal.live === undefined ? requestId : cut(requestId, 44);
      const done = await together(
        terminal,
        wanted.map((one) => ({
          title: named(one),
          work: () => again(context, deployed, one, options),
          end: (each: Again) => `${named(each.redriven)}: ${endText(each)}`,
        })),
      );
      const over = done.filter((each) => each !== undefined);
      context.print({
        value: () => over.map(asJson),
        lines: () => {
          if (wanted.length === 0) return ['Nothing is stuck'];
          return over.length > 0 ? table(terminal, COLUMNS, over) : [];
        },
      });
      tellElsewhere(context, elsewhere);
      context.end(context.signal.aborted ? EXIT.aborted : exitOfAll(done));
    });
};
