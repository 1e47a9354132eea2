import type { OrderUnderTest } from '../orders/order-under-test.ts';
import type { Awaited } from '../simulated/instrumented.ts';
import { callsOf } from '../world/calls-of.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, open, type Ran } from '../world/run-case.ts';
import { byTurns } from './by-turns.ts';
import { CROWDS, type Crowd, copies } from './crowds.ts';
import { atSomeTurn, drainAtOnce } from './deliver-at-once.ts';
import { GIVE_UP_MS } from './give-up.ts';
import { relatedTo } from './related-orders.ts';

const OTHER_ID = 'conformance-2';

/** An order in a crowd, delivered at once by turns. */
export interface AtOnceCase extends Case {
  readonly awaited: Awaited;
  readonly crowd: Crowd;
  readonly seed: number;
}

/** In as many drawn orders as each crowd wants. */
const inOrders = (plain: Case, awaited: Awaited, crowds: readonly Crowd[]): readonly AtOnceCase[] =>
  crowds.flatMap((crowd) =>
    Array.from({ length: crowd.seeds }, (_, seed) => ({
      ...{ ...plain, name: [plain.order.name, plain.reason, crowd.name, `in order ${seed + 1}`].join(' | ') },
      ...{ awaited, crowd, seed },
    })),
  );

const plainly = (order: OrderUnderTest, reason: Case['reason']): Case => ({
  ...{ name: '', order, reason, giveUpMs: GIVE_UP_MS },
});

/** Everything that may come at once with an order, in drawn orders. */
export const atOnceCases = async (order: OrderUnderTest): Promise<readonly AtOnceCase[]> => {
  const { awaited } = await callsOf(plainly(order, 'leaked'));
  const related = (await relatedTo(order)).map(
    ({ name, about, orElse }): Crowd => ({
      name: `beside ${name}`,
      seeds: 6,
      orElse,
      sends: (world) => {
        const request = { ...about.request, reason: 'leaked', requestId: OTHER_ID };
        world.send(request, 1, { ...world.seeded, ...about, request });
      },
    }),
  );
  return (['leaked', 'manual'] as const).flatMap((reason) =>
    inOrders(plainly(order, reason), awaited, [...CROWDS, ...related]),
  );
};

/** One message, a thousand times at once. */
export const thousandCases = async (order: OrderUnderTest): Promise<readonly AtOnceCase[]> => {
  const plain = plainly(order, 'leaked');
  const { awaited } = await callsOf(plain);
  return inOrders(plain, awaited, [{ name: 'a thousand times', sends: copies(1_000), seeds: 1 }]);
};

export const shownAtOnce = ({ crowd, reason }: AtOnceCase): readonly string[] => [crowd.name, reason];

/** Runs one case to its end, and once more as a duplicate, and judges it. */
export const runAtOnce = async (one: AtOnceCase): Promise<Ran> => {
  const { awaited, seed, name } = one;
  const { sends, meanwhile, orElse = [] } = one.crowd;
  const world = await open(one);
  sends(world);
  const turns = byTurns(world.clock, seed);
  const beside = meanwhile && atSomeTurn(turns, seed, () => meanwhile(world));
  await drainAtOnce(world, awaited, turns, beside);
  return judged(name, world, [...meantBy(one), ...orElse]);
};
