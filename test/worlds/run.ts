import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SEED } from '../campaign/sample.ts';
import { linesOf, sumOf, unexpected } from './figures/lines.ts';
import { plotOf } from './figures/plot.ts';
import { addTally, emptyTally, type Tally } from './figures/tally.ts';

/** `WORLDS`: how many of each kind. `KIND`: only the kinds with that in their name. `SEED`: other worlds. */
const { WORLDS = '10000', KIND = '' } = process.env;
const worlds = Number(WORLDS);
if (!Number.isInteger(worlds) || worlds < 1)
  throw new Error(`Cannot play "${WORLDS}" worlds of each kind: it must be a whole number above 0`);

const PLOT = join(import.meta.dirname, '../../docs/worlds.svg');

const startedAt = performance.now();
const cores = availableParallelism();
const tallies = new Map<string, Tally>();
const heardOf = new Map<string, number>();

/** Adds what one process counted of a kind, and tells of the kind once all have. */
const hear = (part: Tally): void => {
  const tally = tallies.get(part.kind) ?? emptyTally(part.kind);
  addTally(tally, part);
  tallies.set(part.kind, tally);
  const heard = (heardOf.get(part.kind) ?? 0) + 1;
  heardOf.set(part.kind, heard);
  if (heard === cores) console.log(linesOf(tally).join('\n'));
};

/** @param share which part of the worlds the process plays */
const playShare = async (share: number): Promise<void> => {
  const words = [cores, share, worlds, SEED, KIND].map(String);
  const player = fork(join(import.meta.dirname, 'share.ts'), words, { serialization: 'advanced' });
  player.on('message', hear);
  const [status] = await once(player, 'exit');
  if (status !== 0) throw new Error(`Cannot go through with the worlds: a player ended with status ${status}`);
};

await Promise.all(Array.from({ length: cores }, (_, share) => playShare(share)));

const all = [...tallies.values()];
const held = unexpected(all);
if (KIND === '') writeFileSync(PLOT, plotOf(all));
if (held.length > 0) console.log(`Kinds that should hold: ${held.join(', ')}`);
console.log(`seed ${SEED}, in ${((performance.now() - startedAt) / 60_000).toFixed(0)} min`);
console.log(sumOf(all, worlds));
process.exitCode = all.length > 0 && held.length === 0 ? 0 : 1;
