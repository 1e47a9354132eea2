import type { Ports } from '../../../functions/core/ports.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import type { Awaited } from '../simulated/instrumented.ts';
import { callsOf } from '../world/calls-of.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, open, type Ran } from '../world/run-case.ts';
import type { World } from '../world/world.ts';
import { byTurns } from './by-turns.ts';
import { CROWDS, type Crowd, copies, UNDER_TAKEN_ID } from './crowds.ts';
import { atSomeTurn, drainAtOnce } from './deliver-at-once.ts';
import { GIVE_UP_MS } from './give-up.ts';
import { type Related, relatedTo } from './related-orders.ts';

const ID = 'conformance-1';
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
  const others = await relatedTo(order);
  const sending =
    ({ about }: Related, requestId: string): Crowd['sends'] =>
    (world) => {
      // Some orders ask in the same words, among other keys.
      const request = { ...about.request, reason: 'leaked', requestId, reference: 'another' };
      world.send(request, 1, { ...world.seeded, ...about, request });
    };
  const related = others.flatMap((other): readonly Crowd[] => [
    { name: `beside ${other.name}`, seeds: 6, orElse: other.orElse, sends: sending(other, OTHER_ID) },
    {
      ...{ name: `beside ${other.name} under its id`, seeds: 3, underOneId: 2 },
      ...{ orElse: [...other.orElse, ...UNDER_TAKEN_ID], sends: sending(other, ID) },
    },
  ]);
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

/** L2: of several requests under one id each gets an answer of its own. */
const unanswered = ({ witness }: World, { underOneId = 1 }: Crowd): readonly string[] => {
  const answered = new Set(witness.receipts.flatMap(({ receipt }) => (receipt.final ? [receipt.requestId] : [])));
  return answered.size < underOneId
    ? [`L2: ${answered.size} of ${underOneId} requests under one id got an answer`]
    : [];
};

/** Runs one case to its end, and once more as a duplicate, and judges it. @param spoil the function's ports, perhaps with something wrong */
export const runAtOnce = async (one: AtOnceCase, spoil = (ports: Ports): Ports => ports): Promise<Ran> => {
  const { awaited, seed, name } = one;
  const { sends, meanwhile, orElse = [] } = one.crowd;
  const opened = await open(one);
  const world: World = { ...opened, ports: spoil(opened.ports) };
  sends(world);
  const turns = byTurns(world.clock, seed);
  const beside = meanwhile && atSomeTurn(turns, seed, () => meanwhile(world));
  await drainAtOnce(world, awaited, turns, beside);
  const lost = unanswered(world, one.crowd);
  const ran = await judged(name, world, [...meantBy(one), ...orElse]);
  return { ...ran, breaches: [...ran.breaches, ...lost] };
};
