import { createHash } from 'node:crypto';

const { CAMPAIGN = '', SEED: seedGiven = '1' } = process.env;

/** Whether every case runs (`CAMPAIGN=full`, as `npm run campaign` sets it); else a sample does. */
export const IS_FULL = CAMPAIGN === 'full';

/** Draws the sample; `SEED` in the environment chooses another. */
export const SEED = Number(seedGiven);
if (!Number.isInteger(SEED))
  throw new Error(`Cannot draw a sample by the seed "${seedGiven}": it must be a whole number`);

const rankOf = (seed: number, name: string): string => createHash('sha256').update(`${seed} ${name}`).digest('hex');

/**
 * Draws cases by a seed until everything that any case shows has been shown. The same seed draws the same cases, whatever their order.
 *
 * @param shows what a case shows: a fault, a step, a way to ask
 */
export const sampleOf = <C extends { readonly name: string }>(
  cases: readonly C[],
  shows: (one: C) => readonly string[],
  seed = SEED,
): readonly C[] => {
  const shown = new Set<string>();
  return cases
    .map((one) => ({ one, rank: rankOf(seed, one.name) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .filter(({ one }) => {
      const before = shown.size;
      for (const thing of shows(one)) shown.add(thing);
      return shown.size > before;
    })
    .map(({ one }) => one);
};
