import type { Command } from 'commander';
import { EXIT, type Exit } from '../terminal/failure.ts';
import type { Format, Output, Result } from '../terminal/output.ts';
import type { Deployed } from './connect.ts';
import type { ProcessPorts } from './process-ports.ts';
import type { PlaceOptions } from './settings.ts';

/** What every command works with. */
export interface Context extends ProcessPorts {
  /** Who types, as the machine knows them. It is a claim, like a request's `requestedBy`. */
  readonly user: string;
  readonly format: Format;
  /** The deployment that the command line is about. */
  deployed(): Promise<Deployed>;
  /** Prints the result of the command. */
  print(result: Result): void;
  /** How the process ends, where nothing is thrown. */
  end(exit: Exit): void;
}

/** Gives a command its arguments, options and action. */
export type SetUp = (command: Command, context: Context) => void;

/** The context of a command, for what runs the command. */
export interface OwnContext extends Context {
  printWith(output: Output): void;
  exit(): Exit;
  close(): void;
}

/** @param tell takes a line on each call to AWS. @default nobody does */
export const commandContext = (
  ports: ProcessPorts,
  options: PlaceOptions,
  tell?: (line: string) => void,
): OwnContext => {
  let exit: Exit = EXIT.done;
  let output: Output | undefined;
  let found: Deployed | undefined;
  const { USER, LOGNAME, USERNAME } = ports.environment;
  return {
    ...ports,
    user: USER || LOGNAME || USERNAME || 'unknown',
    get format() {
      return output?.format ?? 'table';
    },
    deployed: async () => {
      // Only a command that needs AWS loads its clients.
      const [{ connect }, { placeIn }, { proxyIn }] = await Promise.all([
        import('./connect.ts'),
        import('./settings.ts'),
        import('./proxy.ts'),
      ]);
      const { prefix, aws } = placeIn(options, ports.environment);
      found ??= await connect(prefix, ports, { ...proxyIn(ports.environment), ...ports.aws, ...aws }, tell);
      return found;
    },
    print: (result) => output?.print(ports.terminal, result),
    end: (status) => {
      exit = status;
    },
    printWith: (wanted) => {
      output = wanted;
    },
    exit: () => exit,
    close: () => found?.close(),
  };
};
