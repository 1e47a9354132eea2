import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/epoch.ts';
import type { Providers } from '../../core/provider.ts';
import { systemClock } from '../../edge/process/clock.ts';
import { terminalOf } from '../terminal/process-terminal.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { AwsSettings } from './connect.ts';

/** Everything outside the command line itself. */
export interface ProcessPorts {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user breaks off. */
  readonly signal: AbortSignal;
  readonly aws: AwsSettings;
  readonly providers: Providers;
}

/** The SDK for JavaScript knows one of the two names that other tools of AWS take a region by. */
const regionIn = ({ AWS_REGION, AWS_DEFAULT_REGION }: ProcessPorts['environment']): AwsSettings =>
  AWS_REGION || !AWS_DEFAULT_REGION ? {} : { region: AWS_DEFAULT_REGION };

/** This machine's time; nobody waits for it who has broken off. */
const clockUntil = (signal: AbortSignal): Clock => ({
  now: systemClock.now,
  elapsed: systemClock.elapsed,
  until: (instant) => sleep(Math.max(0, instant - systemClock.now()), undefined, { signal }).catch(() => undefined),
});

/** What a shell takes an end by Ctrl-C for. */
const KILLED = 130;

/** If the reader closes the pipe, as `head` does, the command continues to its end and its status, unread. */
const unread = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
};

/** What this process gives; the providers are handed in beside it. The first Ctrl-C breaks off what waits; a second one ends the process as it is. */
export const processPorts = (): Omit<ProcessPorts, 'providers'> => {
  const abort = new AbortController();
  // It stays: what hides the cursor ends the process at the signal, unless another listener is there.
  process.on('SIGINT', () => {
    if (abort.signal.aborted) process.exit(KILLED);
    abort.abort();
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unread);
  return {
    terminal: terminalOf(process, abort.signal),
    clock: clockUntil(abort.signal),
    environment: process.env,
    signal: abort.signal,
    aws: regionIn(process.env),
  };
};
