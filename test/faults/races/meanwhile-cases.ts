import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { type Awaited, instrumented } from '../simulated/instrumented.ts';
import { type CallAt, callsOf } from '../world/calls-of.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, drain, open, type Ran } from '../world/run-case.ts';
import { START } from '../world/world.ts';
import { GIVE_UP_MS } from './give-up.ts';
import { type Happening, happeningsOf } from './happenings.ts';
import { relatedTo } from './related-orders.ts';
import type { Scene } from './scene.ts';

/** Two requests on one key, each coming again for so long. */
const MOST_DELIVERIES = 80;

/** Something happens at one call of one port; the delivery continues after it, or its process ends there. */
export interface MeanwhileCase extends Case {
  readonly happening: Happening;
  readonly call: number;
  readonly awaited: Awaited;
  readonly goesOn: boolean;
}

const REASONS = ['leaked', 'manual'] as const;

/** Everything that may happen, at every call of every port in the first delivery, and after it. */
export const meanwhileCases = async (order: OrderUnderTest): Promise<readonly MeanwhileCase[]> => {
  const cases: MeanwhileCase[] = [];
  const others = await relatedTo(order);
  const { seeded } = await order.seed(() => START);
  for (const reason of REASONS) {
    const plain: Case = { name: '', order, reason, giveUpMs: GIVE_UP_MS };
    const { calls, awaited } = await callsOf(plain);
    const all: readonly (CallAt | undefined)[] = [...calls, undefined];
    for (const happening of happeningsOf(plain, seeded, others))
      for (const [call, at] of all.entries())
        for (const goesOn of happening.wakes || at === undefined ? [true] : [true, false]) {
          if (happening.fits?.({ call: at, before: calls.slice(0, call), goesOn }) === false) continue;
          const where = at ? `call ${call + 1} ${at.port}` : 'after the delivery';
          const name = [order.name, reason, happening.name, where, goesOn ? 'continues' : 'killed'].join(' | ');
          cases.push({ ...plain, name, happening, call, awaited, goesOn });
        }
  }
  return cases;
};

/** What happens, and whether the delivery outlives it. */
export const shownMeanwhile = ({ happening, goesOn }: MeanwhileCase): readonly string[] => [
  happening.name,
  goesOn ? 'continues' : 'killed',
];

/** Runs one case: the first delivery comes as far as the call, the thing happens, and all continues to its end. */
export const runMeanwhile = async (one: MeanwhileCase): Promise<Ran> => {
  const { happening, call, awaited, goesOn } = one;
  const world = await open(one);
  const { clock } = world;
  await happening.prelude?.(world);
  const [message] = world.queue;
  if (message === undefined) throw new Error('Cannot begin without a message');
  const besides: Promise<void>[] = [];
  const scene: Scene = { world, message, awaited, call, beside: (work) => void besides.push(work) };
  let left = call;
  let end = (): void => {};
  const killed = new Promise<void>((resolve) => {
    end = resolve;
  });
  const before = async (): Promise<void> => {
    if (left-- !== 0) return;
    if (goesOn) return happening.does(scene);
    end();
    return new Promise(() => {});
  };
  const delivered = world.begin(message, instrumented(world.ports, awaited, { before }));
  await clock.run(Promise.race([delivered, killed]));
  await clock.run(Promise.all(besides));
  clock.forget();
  if (!goesOn || left >= 0) await clock.run(Promise.resolve(happening.does(scene)));
  happening.later?.(scene);
  await drain(one, world, MOST_DELIVERIES);
  return judged(one.name, world, [...meantBy(one), ...(happening.orElse ?? [])]);
};
