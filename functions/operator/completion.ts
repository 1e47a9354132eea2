import type { Command } from 'commander';

const NAME = 'completion';

/** What a shell calls for its suggestions. */
const ASKED_BY_SHELL = 'complete';

export const isAboutCompletion = (words: readonly string[]): boolean =>
  words.some((word) => word === NAME || word === ASKED_BY_SHELL);

/** Shows the command in the help. */
export const nameCompletion = (program: Command): void => {
  program.command(NAME).description('print what lets a shell complete command lines').argument('<shell>');
};

/**
 * Adds `completion`, which prints the script for a shell, and what the script calls. Suggestions are names of commands, options and their
 * choices: neither AWS nor a secret is asked.
 *
 * @param program with all that its commands take
 */
export const addCompletion = async (program: Command): Promise<void> => {
  const { default: addTo } = await import('@bomb.sh/tab/commander');
  const { commands, options } = addTo(program, { completionCommandName: NAME });
  // Every command takes them, and the library suggests them for none.
  for (const command of commands.values())
    for (const [name, option] of options) if (!command.options.has(name)) command.options.set(name, option);
};
