import { Session } from 'node:inspector/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Prints what the order that is named on the command line calls in `functions/`, as JSON. It runs in a Node of its own, without a test
 * runner, so that V8 counts in the sources as they stand. One order only: what it makes once and keeps, the next would not call.
 */

/** What one revocation came to, and what it called on its way. Loading the modules is not counted. */
export interface Trace {
  readonly outcome: string;
  /** Files with a function that was called. */
  readonly files: readonly string[];
  /** Functions with a name that were called, each with its file and its place there. */
  readonly functions: readonly string[];
}

const ROOT = pathToFileURL(join(import.meta.dirname, '../..')).href;
const SOCKET = `${ROOT}/infra/local/sandbox/serve-provider.ts`;
const NO_SOCKET = `${ROOT}/test/faults/simulated/serve-in-process.ts`;

// The conformance suite replaces this module in the same way.
registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context);
    return found.url === SOCKET ? { ...found, url: NO_SOCKET } : found;
  },
});
const { revocation } = await import('./revocation.ts');

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

/** @returns what was called since this was asked last */
const calledSince = async (): Promise<Pick<Trace, 'files' | 'functions'>> => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const called = result
    .filter(({ url }) => url.startsWith(`${ROOT}/functions/`))
    .flatMap(({ url, functions }) => {
      const file = url.slice(ROOT.length + 1);
      return functions
        .filter(({ ranges }) => ranges.some(({ count }) => count > 0))
        .map(({ functionName: name, ranges }) => ({ file, name, at: ranges[0]?.startOffset ?? 0 }));
    });
  return {
    files: [...new Set(called.map(({ file }) => file))],
    functions: called.filter(({ name }) => name !== '').map(({ file, name, at }) => `${file} ${name} ${at}`),
  };
};

const { run } = await revocation(process.argv[2] ?? '');
await calledSince();
const outcome = await run();
const trace: Trace = { outcome, ...(await calledSince()) };
console.log(JSON.stringify(trace));
