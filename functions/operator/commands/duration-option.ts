import { InvalidArgumentError } from 'commander';
import { fromDuration } from '../terminal/duration.ts';

/** Reads an option's value as a time, in milliseconds. */
export const duration = (text: string): number => {
  const ms = fromDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('It must be a time such as 90s, 10m, 2h or 30d.');
  return ms;
};

export const TIMEOUT = [
  '--timeout <time>',
  'stop waiting after this time (90s, 10m); the request continues',
  duration,
] as const;
