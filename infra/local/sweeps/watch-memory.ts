// Loaded into a function's process before the function: watches what of its heap outlives a collection.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Note } from '../lambda/worker-messages.ts';
import { MEMORY_ASKED, type MemoryNote } from './memory-note.ts';

const EVERY_MS = 250;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let liveBytes = 0;
const look = (): void => {
  collect();
  liveBytes = Math.max(liveBytes, process.memoryUsage().heapUsed);
};

setInterval(look, EVERY_MS).unref();
process.on('message', ({ kind }: Note) => {
  if (kind !== MEMORY_ASKED.kind) return;
  look();
  const note: MemoryNote = { kind: 'memory', liveBytes, residentBytes: process.resourceUsage().maxRSS * 1_024 };
  process.send?.(note);
});
