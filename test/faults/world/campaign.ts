import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { IS_FULL, SEED, sampleOf } from '../../campaign/sample.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import type { Case, Ran } from './run-case.ts';

const { CONFORMANCE = '' } = process.env;
const IS_SAMPLE = !IS_FULL && CONFORMANCE === '';
/** More lines than these help nobody. */
const MOST_SHOWN = 20;
/** Of one order, in full. */
const LONGEST_MS = 1_800_000;

const ORDERS = Object.values(PROVIDERS_UNDER_TEST).flat();

export interface Cases<C extends Case> {
  readonly list: (order: OrderUnderTest) => readonly C[] | Promise<readonly C[]>;
  readonly run: (one: C) => Promise<Ran>;
  /** What a case shows: a fault, a step, a way to ask. */
  readonly shows: (one: C) => readonly string[];
  /** @default all */
  readonly orders?: readonly OrderUnderTest[];
}

/** Many cases under the three laws. */
export interface Campaign {
  /**
   * Makes a test of each order. It runs the cases that were asked for: with `CONFORMANCE` in the environment those whose name has it in it;
   * else, with `CAMPAIGN=full`, all of them; else a sample that is drawn by `SEED`.
   */
  readonly perOrder: <C extends Case>(title: string, cases: Cases<C>) => void;
  /** Prints how many cases there were, and which laws held. @throws where fewer could have run than wanted */
  readonly report: (atLeast: number) => void;
}

/** Operation and signer; what follows a comma in an order's name is a variant of them. */
const asks = ({ order }: Case): string => order.name.replace(/,.*/, '');

/** The sample of the gate: each operation by each signer meets everything that its cases show. */
export const drawnFrom = <C extends Case>(cases: readonly C[], shows: Cases<C>['shows'], seed?: number): readonly C[] =>
  sampleOf(cases, (one) => shows(one).map((shown) => `${asks(one)} ${shown}`), seed);

/** What runs one case again. */
const again = (name: string): string => {
  const file = relative(process.cwd(), expect.getState().testPath ?? '');
  return `CONFORMANCE='${name}' npx vitest run ${file}`;
};

/** @param title begins the line that is printed at the end */
export const campaign = (title: string): Campaign => {
  let listed = 0;
  const names = new Set<string>();
  const broken: string[] = [];

  const runAll = async <C extends Case>(cases: readonly C[], run: Cases<C>['run']): Promise<readonly string[]> => {
    const wrong: string[] = [];
    for (const one of cases) {
      if (names.has(one.name)) throw new Error(`Cannot count ${one.name} twice, wanted cases that differ`);
      names.add(one.name);
      const { breaches } = await run(one);
      if (breaches.length === 0) continue;
      broken.push(...breaches);
      wrong.push(`${one.name}: ${breaches.join('; ')} (seed ${SEED}; again: ${again(one.name)})`);
    }
    return wrong.slice(0, MOST_SHOWN);
  };

  return {
    perOrder: (sentence, { list, run, shows, orders = ORDERS }) => {
      const draw = async () => {
        const all = (await Promise.all(orders.map(list))).flat();
        return { all, drawn: drawnFrom(all, shows) };
      };
      let sample: ReturnType<typeof draw> | undefined;
      const askedFor = async (order: OrderUnderTest) => {
        const isOfOrder = (one: Case): boolean => one.order === order;
        if (IS_SAMPLE) {
          sample ??= draw();
          const { all, drawn } = await sample;
          return { all: all.filter(isOfOrder), asked: drawn.filter(isOfOrder) };
        }
        const all = await list(order);
        return { all, asked: all.filter(({ name }) => name.includes(CONFORMANCE)) };
      };
      it.each(orders.map((order) => [order.name, order] as const))(
        sentence,
        async (_name, order) => {
          const { all, asked } = await askedFor(order);
          listed += all.length;
          expect(await runAll(asked, run)).toEqual([]);
        },
        LONGEST_MS,
      );
    },
    report: (atLeast) => {
      const laws = ['L1', 'L2', 'L3'].filter((law) => !broken.some((breach) => breach.startsWith(law)));
      const sample = names.size < listed ? ` of ${listed}, seed ${SEED}` : '';
      console.log(`${title}: ${names.size} cases${sample}, ${laws.join(' ') || 'no law'} held`);
      if (CONFORMANCE === '') expect(names.size).toBeGreaterThan(0);
      expect(listed, 'cases to draw from').toBeGreaterThanOrEqual(atLeast);
    },
  };
};
