import type fc from 'fast-check';
import { differences } from '../judge/compare.ts';
import type { Model } from '../state/model.ts';
import type { System } from '../system/system.ts';

export type Command = fc.AsyncCommand<Model, System>;

/** The code went where the model does not. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/** @throws Wrong */
export const mustBeRight = (breaches: readonly string[]): void => {
  if (breaches.length > 0) throw new Wrong([...new Set(breaches)].join('; '));
};

/** An element by any number; lists shrink with their sequence, so that numbers wrap around. */
export const pick = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('Cannot pick from an empty list');
  return found;
};

type Check = (model: Model) => boolean;

/**
 * One step of a sequence; after it the ledger and the provider have to be as the model says.
 *
 * @param words its name in a counterexample
 * @param run says what was wrong with what it did
 */
export const command = (
  words: string,
  check: Check,
  run: (model: Model, system: System) => Promise<readonly string[]> | readonly string[],
): Command => ({
  check,
  run: async (model, system) => {
    model.steps += 1;
    mustBeRight(await run(model, system));
    mustBeRight(differences(model, system));
  },
  toString: () => words,
});

/** One step in which nothing can be wrong by itself. */
export const change = (words: string, check: Check, run: (model: Model, system: System) => void): Command =>
  command(words, check, (model, system) => {
    run(model, system);
    return [];
  });

export const isBegun: Check = ({ sent }) => sent.length > 0;
