import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { crashRun } from './crash-run.ts';
import { tellCrashRun } from './tell-crash-run.ts';

const USAGE = 'Usage: npm run crash-runs [-- --requests 200 --seed 1 --only 52]';

const INTRODUCTION = `
Every delivery has a process of its own, and most of these do not live to its
end. When all requests are over, the providers' own records are held against
what was said.
`;

const OPTIONS = {
  requests: { type: 'string', default: '200' },
  seed: { type: 'string' },
  only: { type: 'string', multiple: true, default: [] as string[] },
} as const;

const Values = z.object({
  requests: z.coerce.number().int().min(1).max(9_999),
  seed: z.string().default(() => String(randomInt(1_000_000))),
  only: z.array(z.coerce.number().int().min(1)),
});

const optionsGiven = (): z.infer<typeof Values> => {
  try {
    return Values.parse(parseArgs({ options: OPTIONS }).values);
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`Cannot read the options: ${why}\n${USAGE}`);
  }
};

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`Cannot continue after ${name}`)));

const startedAt = performance.now();
const secondsSoFar = (): number => (performance.now() - startedAt) / 1_000;

const tellProgress = (ended: number, requests: number): void => {
  if (ended % 20 === 0) console.log(`${ended} of ${requests} requests ended after ${secondsSoFar().toFixed(0)} s`);
};

try {
  const options = optionsGiven();
  const { requests, seed } = options;
  console.log(`${INTRODUCTION}\n${requests} requests, seed ${seed}`);
  const onEnd = (ended: number): void => tellProgress(ended, requests);
  const run = await crashRun({ ...options, signal: stop.signal, onEnd });
  console.log(tellCrashRun(run, { seed, requests, seconds: secondsSoFar() }).join('\n'));
  process.exitCode = run.breaches.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
