import { confirm } from '../confirm.ts';
import type { Deployed } from '../connect.ts';
import type { Context } from '../context.ts';
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
  observe: 'planned for: the mode is observe, and no key is touched',
};

/** Shows what is about to happen. @throws Failure where the count is not typed back */
export const agree = async (context: Context, prepared: Prepared, { mode, contain, count }: Agreed): Promise<void> => {
  const { terminal } = context;
  const { marks, fresh, dead, left } = prepared;
  for (const line of markTable(terminal, marks)) terminal.tell(line);
  for (const { secret, foreseen } of marks) for (const text of foreseen) terminal.tell(`! ${secret}: ${text}`);
  for (const { secret, problem } of left) terminal.tell(`✖ ${secret}: ${problem}`);
  if (dead.length > 0) terminal.tell(`${dead.length} more proved dead before, and left out`);
  const earlier = marks.length - fresh.length;
  if (earlier > 0) terminal.tell(`${earlier} of them sent by an earlier run, which is gone on with`);
  if (contain && marks.length > 0) terminal.tell(containmentText(marks));
  if (fresh.length === 0) return;
  const keys = fresh.length === 1 ? '1 key' : `${fresh.length} keys`;
  terminal.tell(terminal.style('bold', `${keys} to be ${WARNINGS[mode]}`));
  await confirm(context, { word: String(fresh.length), given: count, option: `--count ${fresh.length}` });
};
