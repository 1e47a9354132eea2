import { Command, CommanderError } from 'commander';
import { Unavailable } from '../core/fault.ts';
import type { Providers } from '../core/provider.ts';
import { addCommands } from './commands/index.ts';
import { USE_GRANTED_ROLE } from './deployment/aws-trouble.ts';
import { connect } from './deployment/connect.ts';
import { commandContext } from './deployment/context.ts';
import type { ProcessPorts } from './deployment/process-ports.ts';
import { refuseSecrets } from './leak-check.ts';
import { EXIT, type Exit, Failure } from './terminal/failure.ts';

export const DEFAULT_PREFIX = 'key-revoker/';

const EXITS = `
Exit status:
  0  done
  1  failed, or doctor found a failure
  2  usage error; nothing was sent
  3  a request ended stuck or refused, or a plan says that it would
  4  not found
  5  not confirmed, or interrupted`;

/** `Bybit, Kalshi and Requesty` */
const titlesOf = (providers: Providers): string => {
  const titles = Object.values(providers).map(({ title }) => title);
  return [titles.slice(0, -1).join(', '), titles.at(-1)].filter(Boolean).join(' and ');
};

const programIn = ({ terminal, environment, providers }: ProcessPorts): Command =>
  new Command('key-revoker')
    .description(`Kills API keys at ${titlesOf(providers)}, and proves that they are dead`)
    .option(
      '--prefix <prefix>',
      'prefix of the secret names; identifies the deployment',
      environment['KEY_REVOKER_PREFIX'] || DEFAULT_PREFIX,
    )
    .option('--json', 'print JSON for machines')
    .addHelpText('after', EXITS)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.tell(text.trimEnd()),
      getOutHelpWidth: () => terminal.width ?? 80,
      getErrHelpWidth: () => terminal.width ?? 80,
      // Commander's own words begin in lower case.
      outputError: (text, write) => write(text.replace(/^error: (.)/, (_all, first: string) => first.toUpperCase())),
    })
    .exitOverride();

/** The status for whatever a command threw, once it was told. */
const told = ({ terminal, signal }: ProcessPorts, error: unknown): Exit => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  terminal.tell(error instanceof Error ? error.message : String(error));
  if (signal.aborted) return EXIT.aborted;
  if (error instanceof Failure) return error.exit;
  if (!(error instanceof Unavailable)) terminal.tell('This is a bug in the command line');
  else if (error.isDenied) terminal.tell(USE_GRANTED_ROLE);
  return EXIT.failed;
};

/**
 * Runs one command line.
 *
 * @param words those behind the program's name
 * @returns the exit status; it rejects never
 */
export const run = async (words: readonly string[], ports: ProcessPorts): Promise<Exit> => {
  const context = commandContext(ports, connect);
  try {
    refuseSecrets(ports.providers, words);
    const program = addCommands(programIn(ports), context);
    await program.parseAsync([...words], { from: 'user' });
    return context.exit();
  } catch (error) {
    return told(ports, error);
  } finally {
    ports.terminal.show();
    context.close();
  }
};
