import { Command, Option } from 'commander';
import about from '../../package.json' with { type: 'json' };
import type { CommandRow } from './commands/index.ts';
import type { ProcessPorts } from './deployment/process-ports.ts';
import type { PlaceOptions } from './deployment/settings.ts';
import type { Format, OutputOptions } from './terminal/output.ts';

/** The options that every command has. */
export interface Globals extends PlaceOptions, OutputOptions {
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

const FORMATS: readonly Format[] = ['table', 'json', 'csv'];

const EXITS = `
Exit status:
  0  done
  1  failed, or doctor found a failure
  2  usage error; nothing was sent
  3  a request ended stuck or refused, or a plan says that it would
  4  not found
  5  not confirmed, or interrupted`;

const examplesText = (examples: readonly string[]): string =>
  ['', 'Examples:', ...examples.map((words) => `  key-revoker ${words}`)].join('\n');

/** The program with the names of its commands. The rest of a command is added once it is called. */
export const programIn = (
  { terminal }: Pick<ProcessPorts, 'terminal'>,
  commands: Readonly<Record<string, CommandRow>>,
): Command => {
  const program = new Command(about.name)
    .description(about.description)
    .version(about.version, '--version', 'print the version')
    .option('--prefix <prefix>', 'prefix of the secret names; identifies the deployment (default: key-revoker/)')
    .option('--context <name>', 'prefix, region and profile as the configuration file names them')
    .option('--region <region>', 'region of the deployment')
    .option('--profile <name>', 'profile with the AWS credentials')
    .addOption(new Option('-o, --output <format>', 'how to print the result').choices(FORMATS))
    .option('--json', 'the same as -o json')
    .option('--query <expression>', 'print only this part of the JSON (JMESPath, as in the AWS CLI)')
    .option('--quiet', 'print the result and errors, and nothing else')
    .option('--debug', 'tell of each call to AWS, with its request id')
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
  for (const [name, { does, examples }] of Object.entries(commands))
    program.command(name).description(does).addHelpText('afterAll', examplesText(examples));
  return program;
};
