import { parseArgs } from 'node:util';
import { FIRST_PORT, LAST_FIRST_PORT, serve } from './story/serve.ts';
import { tellStory } from './story/tell-story.ts';

const USAGE = 'Usage: npm start [-- --serve [--port <first port>]]';

const stop = new AbortController();
// The first signal closes what runs; a second one, now without a handler, ends this process as it is.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`Cannot continue after ${name}`)));

const portIn = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= LAST_FIRST_PORT) return port;
  throw new Error(`--port must be a whole number from 1 to ${LAST_FIRST_PORT}`);
};

const optionsGiven = (): { readonly serve: boolean; readonly port: number } => {
  try {
    const options = { serve: { type: 'boolean', default: false }, port: { type: 'string' } } as const;
    const { serve: isServed, port } = parseArgs({ options }).values;
    if (port !== undefined && !isServed) throw new Error('--port is for --serve');
    return { serve: isServed, port: port === undefined ? FIRST_PORT : portIn(port) };
  } catch (error) {
    throw new Error(`Cannot read the options: ${(error as Error).message}\n${USAGE}`);
  }
};

try {
  const options = optionsGiven();
  if (options.serve) await serve(stop.signal, options.port);
  else process.exitCode = (await tellStory(stop.signal)) ? 0 : 1;
} catch (error) {
  const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
  console.error(reason instanceof Error ? reason.message : reason);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
