import { count, emptyTally, type Tally } from './figures/tally.ts';
import type { Kind } from './kinds/kind.ts';
import { runWorld } from './run-world.ts';

/** Which worlds are played: those of one process among several. */
export interface Played {
  readonly seed: number;
  /** Requests of the kind, over all processes. */
  readonly worlds: number;
  /** @default 0 */
  readonly share?: number;
  /** @default 1 */
  readonly of?: number;
}

/** Plays worlds of one kind, one after another, and counts what they came to. */
export const playKind = async (kind: Kind, { seed, worlds, share = 0, of = 1 }: Played): Promise<Tally> => {
  const tally = emptyTally(kind.name);
  const { requests = 1 } = kind;
  const last = Math.ceil(worlds / requests);
  for (let number = share; number < last; number += of) count(tally, await runWorld(kind, seed, number), requests);
  return tally;
};
