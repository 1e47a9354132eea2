import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { FunctionConfig } from './function-config.ts';
import { FunctionError } from './function-error.ts';
import { type Invocation, isReply, type Note, type WorkerReply } from './worker-messages.ts';

const ROOT = join(import.meta.dirname, '../../..');
const WORKER = join(import.meta.dirname, 'worker.ts');

/** Sees each line that a function writes to its output or its error output. */
export type OnLine = (line: string) => void;

export interface WorkerOptions {
  readonly onLine: OnLine;
  /** A module that the process loads before the function. */
  readonly preload?: string;
  /** Hears what that module says. */
  readonly onNote?: (note: Note) => void;
  /** How long an event may really take, where that module gives the process another clock. @default the function's timeout */
  readonly patienceMs?: number;
}

/** One execution environment of a function: takes one event at a time, and is of no use once it has ended. */
export interface WorkerProcess {
  readonly isAlive: () => boolean;
  run(event: unknown): Promise<unknown>;
  /** Says something to the module that was loaded first. */
  tell(note: Note): void;
  /** Kills the process and waits until it is gone. */
  close(): Promise<void>;
}

const readLines = (stream: Readable | null, onLine: OnLine): void => {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
};

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

const kill = async (child: ChildProcess): Promise<void> => {
  if (!isRunning(child)) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};

const exitError = (child: ChildProcess): FunctionError => {
  const how = child.signalCode === null ? `exit status ${child.exitCode}` : `signal ${child.signalCode}`;
  return new FunctionError('Runtime.ExitError', `Runtime exited with error: ${how}`);
};

const firstReply = async (child: ChildProcess, signal: AbortSignal): Promise<WorkerReply> => {
  for await (const [message] of on(child, 'message', { signal })) if (isReply(message)) return message;
  throw exitError(child);
};

/** The next thing that the function answers; rejects where its process ends first. */
const nextReply = async (child: ChildProcess): Promise<WorkerReply> => {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    const said = firstReply(child, signal);
    const exited = once(child, 'exit', { signal }).then(() => Promise.reject(exitError(child)));
    return await Promise.race([said, exited]);
  } finally {
    ended.abort();
  }
};

const resultIn = (reply: WorkerReply): unknown => {
  if (reply.kind === 'failed') throw new FunctionError(reply.errorType, reply.message);
  return reply.kind === 'answered' ? (reply.result ?? null) : null;
};

const runIn = async (child: ChildProcess, patienceMs: number, invocation: Invocation): Promise<unknown> => {
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    child.kill('SIGKILL');
  }, patienceMs);
  try {
    // A process that is gone is reported by its exit, not by the pipe that it left.
    child.send(invocation, () => undefined);
    return resultIn(await nextReply(child));
  } catch (error) {
    if (!isTimedOut) throw error;
    throw new FunctionError('Sandbox.Timedout', `Task timed out after ${(patienceMs / 1000).toFixed(2)} seconds`);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Starts a process with exactly this environment and waits until it has imported the handler.
 *
 * @throws {FunctionError} where the module cannot be imported or has no such export
 */
export const openWorker = async (
  config: FunctionConfig,
  environment: Readonly<Record<string, string>>,
  { onLine, preload, onNote, patienceMs = config.timeoutMs }: WorkerOptions,
): Promise<WorkerProcess> => {
  const first = preload === undefined ? [] : ['--import', pathToFileURL(preload).href];
  const child = fork(WORKER, [resolve(ROOT, config.handlerModule), config.handlerExport], {
    cwd: ROOT,
    env: environment,
    execArgv: [`--max-old-space-size=${config.memoryMb}`, '--disable-warning=ExperimentalWarning', ...first],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  readLines(child.stdout, onLine);
  readLines(child.stderr, onLine);
  if (onNote !== undefined)
    child.on('message', (message: WorkerReply | Note) => {
      if (!isReply(message)) onNote(message);
    });
  try {
    resultIn(await nextReply(child));
  } catch (error) {
    await kill(child);
    throw error;
  }
  return {
    isAlive: () => isRunning(child),
    run: (event) => runIn(child, patienceMs, { kind: 'invoke', event, deadline: Date.now() + config.timeoutMs }),
    // A process that is gone hears nothing more.
    tell: (note) => void child.send(note, () => undefined),
    close: () => kill(child),
  };
};
