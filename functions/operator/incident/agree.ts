import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import { markedNote, replicasNote } from '../deployment/unopened.ts';
import { confirm } from '../terminal/confirm.ts';
import { containmentText, markTable } from './in-words.ts';
import type { Prepared } from './prepare.ts';

type Mode = Deployed['card']['mode'];

interface Agreed {
  readonly mode: Mode;
  readonly contain?: boolean;
  /** What was given in place of typing it back. */
  readonly count?: string;
}

const WARNINGS: Readonly<Record<Mode, string>> = {
  enforce: 'deleted. Every delete is final',
  observe: 'planned only: the mode is observe, and no key is touched',
};

const keys = (count: number): string => (count === 1 ? '1 key' : `${count} keys`);

/** Shows what is about to happen. @throws Failure where the count is not typed back */
export const agree = async (context: Context, prepared: Prepared, { mode, contain, count }: Agreed): Promise<void> => {
  const { terminal } = context;
  const { marks, fresh, contained, dead, left, unopened } = prepared;
  for (const line of markTable(terminal, marks)) terminal.tell(line);
  for (const { secret, foreseen } of marks) for (const text of foreseen) terminal.tell(`! ${secret}: ${text}`);
  for (const { secret, problem } of left) terminal.tell(`✖ ${secret}: ${problem}`);
  for (const text of [...replicasNote(unopened), ...markedNote(unopened)]) terminal.tell(`! ${text}`);
  if (dead.length > 0) terminal.tell(`${dead.length} more already proved gone, and left out`);
  const earlier = marks.length - fresh.length;
  if (earlier > 0) terminal.tell(`${earlier} already sent by an earlier run: this run follows them`);
  if (contain && marks.length > 0) terminal.tell(containmentText(context.providers, marks));
  const all = fresh.length + contained.length;
  if (all === 0) return;
  if (fresh.length > 0) terminal.tell(terminal.style('bold', `${keys(fresh.length)} to be ${WARNINGS[mode]}`));
  if (contained.length > 0)
    terminal.tell(
      terminal.style('bold', `${keys(contained.length)} that an earlier run could not delete, to be contained`),
    );
  await confirm(context, { word: String(all), given: count, option: `--count ${all}` });
};
