import { type Command, CommanderError } from 'commander';
import { Unavailable } from '../core/fault.ts';
import type { Providers } from '../core/provider.ts';
import { COMMANDS } from './commands/index.ts';
import { addCompletion, isAboutCompletion, nameCompletion } from './completion.ts';
import { USE_GRANTED_ROLE } from './deployment/aws-trouble.ts';
import { commandContext, type OwnContext } from './deployment/context.ts';
import type { ProcessPorts } from './deployment/process-ports.ts';
import { type Globals, programIn } from './program.ts';
import { EXIT, type Exit, Failure } from './terminal/failure.ts';
import { quiet } from './terminal/quiet.ts';

/** What a command line is run with. */
export interface RunPorts extends Omit<ProcessPorts, 'providers'> {
  /** Reads the providers, which help does not need. */
  providers(): Promise<Providers>;
}

/** The status for whatever a command threw, once it was told. */
const told = ({ terminal, signal }: RunPorts, error: unknown): Exit => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  terminal.tell(error instanceof Error ? error.message : String(error));
  if (signal.aborted) return EXIT.aborted;
  if (error instanceof Failure) return error.exit;
  if (!(error instanceof Unavailable)) terminal.tell('This is a bug in the command line');
  else if (error.isDenied) terminal.tell(USE_GRANTED_ROLE);
  return EXIT.failed;
};

/** What those commands print that print no single value: lists can be CSV, and a text is neither CSV nor JSON. */
const PRINTS: Readonly<Record<string, 'list' | 'text'>> = {
  find: 'list',
  list: 'list',
  contexts: 'list',
  'receipts list': 'list',
  'schedule list': 'list',
  'stuck list': 'list',
  'limit show': 'list',
  'limit raise': 'list',
  'limit reset': 'list',
  report: 'text',
  console: 'text',
};

/** `receipts list`, of the command `list` in the group `receipts`. */
const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

/** Words in which no secret can be. */
const isBare = (words: readonly string[]): boolean =>
  words.every((word) => Object.hasOwn(COMMANDS, word) || word === '--help' || word === '--version');

/** The program, which reads the rest of a command once the command is called; and the context of that command. */
const readyIn = async (words: readonly string[], ports: RunPorts) => {
  const program = programIn(ports, COMMANDS);
  let context: OwnContext | undefined;
  const setUp = async (command: Command): Promise<void> => {
    const { quiet: isQuiet, debug, ...place } = program.opts<Globals>();
    const terminal = isQuiet ? quiet(ports.terminal) : ports.terminal;
    context ??= commandContext(
      { ...ports, terminal, providers: await ports.providers() },
      place,
      debug ? ports.terminal.tell : undefined,
    );
    const rest = await COMMANDS[command.name()]?.load();
    rest?.(command, context);
  };
  if (isAboutCompletion(words)) {
    for (const command of program.commands) await setUp(command);
    await addCompletion(program);
  } else {
    nameCompletion(program);
    program.hook('preSubcommand', (_program, command) => setUp(command));
  }
  program.hook('preAction', async (_program, command) => {
    const { outputOf } = await import('./terminal/output.ts');
    context?.printWith(await outputOf(program.opts<Globals>(), PRINTS[nameOf(command)]));
  });
  return { program, context: () => context };
};

/**
 * Runs one command line.
 *
 * @param words those behind the program's name
 * @returns the exit status; it rejects never
 */
export const run = async (words: readonly string[], ports: RunPorts): Promise<Exit> => {
  let context: () => OwnContext | undefined = () => undefined;
  try {
    if (!isBare(words)) {
      const { refuseSecrets } = await import('./leak-check.ts');
      refuseSecrets(await ports.providers(), words);
    }
    const ready = await readyIn(words, ports);
    context = ready.context;
    await ready.program.parseAsync([...words], { from: 'user' });
    return context()?.exit() ?? EXIT.done;
  } catch (error) {
    return told(ports, error);
  } finally {
    ports.terminal.show();
    context()?.close();
  }
};
