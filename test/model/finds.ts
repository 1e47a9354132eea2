import fc from 'fast-check';
import { expect } from 'vitest';
import { type Setting, sequences } from './commands/sequences.ts';

/** Few enough for a test, many enough for every spoiled rule by far. */
const RUNS = 2_000;
/** Long enough to meet what is spoiled, and short enough to be cut down in no time. */
const MOST_STEPS = 12;
/** A counterexample that nobody can read helps nobody. */
const MOST_STEPS_LEFT = 6;

/** Expects that a spoiled system is found, for this reason and by a few steps. */
export const finds = async (setting: Setting, found: RegExp): Promise<void> => {
  const details = await fc.check(sequences({ ...setting, mostSteps: MOST_STEPS }), { seed: 6, numRuns: RUNS });
  expect(details.failed).toBe(true);
  expect(String(details.errorInstance)).toMatch(found);
  const [commands] = details.counterexample ?? [[]];
  expect([...commands].length).toBeLessThanOrEqual(MOST_STEPS_LEFT);
};
