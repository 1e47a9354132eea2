import { parseArgs } from 'node:util';
import { serve } from './story/serve.ts';
import { tellStory } from './story/tell-story.ts';

const USAGE = 'Usage: npm start [-- --serve]';

const stop = new AbortController();
// The first signal closes what runs; a second one, now without a handler, ends this process as it is.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`Cannot continue after ${name}`)));

const optionsGiven = (): { readonly serve: boolean } => {
  try {
    return parseArgs({ options: { serve: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    throw new Error(`Cannot read the options: ${(error as Error).message}\n${USAGE}`);
  }
};

try {
  if (optionsGiven().serve) await serve(stop.signal);
  else process.exitCode = (await tellStory(stop.signal)) ? 0 : 1;
} catch (error) {
  const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
  console.error(reason instanceof Error ? reason.message : reason);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
