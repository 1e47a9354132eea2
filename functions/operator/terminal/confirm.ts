import { EXIT, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/**
 * Has the user type a word before what cannot be undone.
 *
 * @param given what was typed on the command line in its place
 * @param option the option that takes it, for whoever cannot be asked
 * @throws Failure `aborted` where another word is typed or the user has broken off before, `usage` where nobody can be asked
 */
export const confirm = async (
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
  { word, given, option }: { readonly word: string; readonly given: string | undefined; readonly option: string },
): Promise<void> => {
  if (signal.aborted) throw new Failure(EXIT.aborted, 'Broken off: nothing was sent');
  if (given === word) return;
  if (given === undefined && !terminal.isAnswered)
    throw new Failure(EXIT.usage, `Cannot ask for a confirmation here, wanted a terminal or ${option}`);
  const answer = given ?? (await terminal.ask(`Type ${terminal.style('bold', word)} to go on: `));
  if (answer.trim() !== word) throw new Failure(EXIT.aborted, `Cannot go on, wanted ${word}: nothing was sent`);
};
