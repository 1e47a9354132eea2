import { EXIT, Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/**
 * Has the user type a word before what cannot be undone.
 *
 * @param given what was typed on the command line in its place
 * @param option the option that takes the word, for a user who cannot be asked
 * @throws Failure `aborted` if another word is typed or the user has interrupted, `usage` if there is no terminal to ask
 */
export const confirm = async (
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
  { word, given, option }: { readonly word: string; readonly given: string | undefined; readonly option: string },
): Promise<void> => {
  if (signal.aborted) throw new Failure(EXIT.aborted, 'Interrupted: nothing was sent');
  if (given === word) return;
  if (given === undefined && !terminal.isAnswered)
    throw new Failure(EXIT.usage, `Cannot ask for confirmation without a terminal: use ${option}`);
  const answer = given ?? (await terminal.ask(`Type ${terminal.style('bold', word)} to continue: `));
  if (answer.trim() !== word) throw new Failure(EXIT.aborted, `Cannot continue without ${word}: nothing was sent`);
};
