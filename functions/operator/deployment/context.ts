import type { Command } from 'commander';
import { EXIT, type Exit } from '../terminal/failure.ts';
import type { connect, Deployed } from './connect.ts';
import type { ProcessPorts } from './process-ports.ts';

/** What every command works with. */
export interface Context extends ProcessPorts {
  /** The deployment that the command line is about. */
  deployed(command: Command): Promise<Deployed>;
  isJson(command: Command): boolean;
  /** Prints a value for machines. */
  json(value: unknown): void;
  /** How the process ends, where nothing is thrown. */
  end(exit: Exit): void;
}

/** Who types, as the machine knows them. It is a claim, like a request's `requestedBy`. */
export const userOf = ({ environment }: Pick<Context, 'environment'>): string => {
  const { USER, LOGNAME, USERNAME } = environment;
  return USER || LOGNAME || USERNAME || 'unknown';
};

interface OwnContext extends Context {
  exit(): Exit;
  close(): void;
}

interface Globals {
  readonly prefix: string;
  readonly json?: boolean;
}

export const commandContext = (ports: ProcessPorts, connectTo: typeof connect): OwnContext => {
  let exit: Exit = EXIT.done;
  let found: Deployed | undefined;
  return {
    ...ports,
    deployed: async (command) => {
      const { prefix } = command.optsWithGlobals<Globals>();
      found ??= await connectTo(prefix, ports, ports.aws);
      return found;
    },
    isJson: (command) => command.optsWithGlobals<Globals>().json === true,
    json: (value) => ports.terminal.print(JSON.stringify(value, null, 2)),
    end: (status) => {
      exit = status;
    },
    exit: () => exit,
    close: () => found?.close(),
  };
};
