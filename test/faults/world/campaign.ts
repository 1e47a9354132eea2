import { expect } from 'vitest';
import type { Case, Ran } from './run-case.ts';

const { CONFORMANCE = '', LAWS = '' } = process.env;
/** More lines than these help nobody. */
const MOST_SHOWN = 20;

/** Many cases under the three laws. */
export interface Campaign {
  /**
   * Runs the cases that were asked for: with `CONFORMANCE` in the environment those whose name has it in it, each of them; else, unless
   * `LAWS=all`, one in so many.
   *
   * @returns what was wrong, case by case
   */
  readonly runAll: <C extends Case>(
    cases: readonly C[],
    run: (one: C) => Promise<Ran>,
    oneIn?: number,
  ) => Promise<readonly string[]>;
  /** Prints how many cases there were, and which laws held. @throws where they are fewer than wanted */
  readonly report: (atLeast: number) => void;
}

/** @param title begins the line that is printed at the end */
export const campaign = (title: string): Campaign => {
  const names = new Set<string>();
  const broken: string[] = [];
  const isAskedFor =
    (oneIn: number) =>
    ({ name }: Case, index: number): boolean =>
      CONFORMANCE === '' ? LAWS === 'all' || index % oneIn === 0 : name.includes(CONFORMANCE);
  return {
    runAll: async (cases, run, oneIn = 1) => {
      const wrong: string[] = [];
      for (const one of cases.filter(isAskedFor(oneIn))) {
        if (names.has(one.name)) throw new Error(`Cannot count ${one.name} twice, wanted cases that differ`);
        names.add(one.name);
        const { breaches } = await run(one);
        if (breaches.length === 0) continue;
        broken.push(...breaches);
        wrong.push(`${one.name}: ${breaches.join('; ')}`);
      }
      return wrong.slice(0, MOST_SHOWN);
    },
    report: (atLeast) => {
      const laws = ['L1', 'L2', 'L3'].filter((law) => !broken.some((breach) => breach.startsWith(law)));
      console.log(`${title}: ${names.size} cases, ${laws.join(' ') || 'no law'} held`);
      expect(names.size, CONFORMANCE).toBeGreaterThanOrEqual(CONFORMANCE === '' ? atLeast : 0);
    },
  };
};
