// Loaded into a function's process before the function: watches what of its heap outlives a collection, and its time on the processor.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Note } from '../../infra/local/lambda/worker-messages.ts';
import { USAGE_ASKED, type UsageNote } from './usage-note.ts';

const EVERY_MS = 250;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

let liveBytes = 0;
/** What watching itself took. */
let watchingMs = 0;
const look = (): void => {
  const before = process.cpuUsage();
  collect();
  liveBytes = Math.max(liveBytes, process.memoryUsage().heapUsed);
  watchingMs += cpuMs(before);
};

setInterval(look, EVERY_MS).unref();
process.on('message', ({ kind }: Note) => {
  if (kind !== USAGE_ASKED.kind) return;
  look();
  const residentBytes = process.resourceUsage().maxRSS * 1_024;
  const note: UsageNote = { kind: 'usage', liveBytes, residentBytes, cpuMs: cpuMs() - watchingMs };
  process.send?.(note);
});
