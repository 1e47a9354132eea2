import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import { asPage, asTrouble } from '../console/as-page.ts';
import { type RunningConsole, serveConsole } from '../console/serve-console.ts';
import { snapshotReader } from '../console/snapshot.ts';
import { watched } from '../console/watch.ts';
import type { Context, SetUp } from '../deployment/context.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { quiet } from '../terminal/quiet.ts';

/** Of the token in the address: 128 bits. */
const TOKEN_BYTES = 16;

const portOf = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a whole number from 1 to 65535.');
  return port;
};

/** The page of each reading; one that went wrong says so, and the next one is tried. */
const pageReader = (read: ReturnType<typeof snapshotReader>) => async (): Promise<string> => {
  try {
    return asPage(await read()).toString();
  } catch (error) {
    return asTrouble(error instanceof Error ? error.message : String(error)).toString();
  }
};

const started = async (context: Context, port: number): Promise<RunningConsole> => {
  const deployed = await context.deployed();
  const read = snapshotReader({ ...context, terminal: quiet(context.terminal) }, deployed);
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  try {
    return await serveConsole({ port, token }, watched(pageReader(read), context));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Failure(EXIT.failed, `Cannot listen on port ${port} (${code}): give another one with --port`);
  }
};

/** `console`: a page of what is going on, for this machine. */
export const setUpConsole: SetUp = (command, context) => {
  command
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)', portOf)
    .action(async ({ port = 0 }: { readonly port?: number }) => {
      const { terminal, signal } = context;
      const running = await started(context, port);
      terminal.print(`Open ${running.url}`);
      terminal.tell('Each program of this machine that has this address sees the page. Ctrl-C ends it');
      if (!signal.aborted) await once(signal, 'abort');
      await running.close();
    });
};
