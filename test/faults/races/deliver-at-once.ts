import { type Awaited, instrumented } from '../simulated/instrumented.ts';
import { postpone } from '../world/run-case.ts';
import type { World } from '../world/world.ts';
import { drawsFrom, type Turns } from './by-turns.ts';

/** Times that everything visible is delivered, all at once. */
const MOST_ROUNDS = 80;
/** The longest that something is put off, in turns. */
const MOST_TURNS = 60;

/** Does something when it has had so many turns as the seed says. */
export const atSomeTurn = async ({ hooks }: Turns, seed: number, does: () => void): Promise<void> => {
  for (let left = drawsFrom(seed)(MOST_TURNS); left > 0; left -= 1) await hooks.before?.('');
  does();
};

/** Delivers all that is visible at once, and again, until nothing is left. */
export const drainAtOnce = async (
  world: World,
  awaited: Awaited,
  turns: Turns,
  beside: Promise<void> = Promise.resolve(),
): Promise<void> => {
  const { clock, queue, next, begin, ports } = world;
  for (let n = 0, first = next(); first !== undefined && n < MOST_ROUNDS; n += 1, first = next()) {
    postpone(world, n);
    clock.advanceTo(first.visibleAt);
    const due = queue.filter(({ visibleAt }) => visibleAt <= clock.now());
    const own = instrumented(ports, awaited, turns.hooks);
    await turns.run(Promise.all([...due.map((message) => begin(message, own)), beside]));
    clock.forget();
  }
};
