import { after } from '../../../functions/core/epoch.ts';
import { sendInProcess } from '../simulated/send-in-process.ts';
import type { SimulatedClock } from '../simulated/simulated-clock.ts';
import { type Case, drain, open } from '../world/run-case.ts';
import type { World } from '../world/world.ts';

/** How far the provider's clock is ahead of ours, in milliseconds, after so many exchanges. */
export type Skew = (exchanges: number) => number;

export interface Skewed {
  readonly world: World;
  readonly deliveries: number;
}

/** Runs one case to its end with a provider whose clock is not ours. */
export const runSkewed = async (one: Case, skew: Skew): Promise<Skewed> => {
  let record: World['sandbox']['record'] = [];
  const ahead = (): number => skew(record.length);
  const { order } = one;
  const seed: typeof order.seed = (now) => order.seed(() => now() + ahead());
  const world = await open({ ...one, order: { ...order, seed } });
  record = world.sandbox.record;

  const { clock, sandbox, witness, ports } = world;
  const send: typeof ports.send = async (call, until) => {
    const by = ahead();
    const theirs: SimulatedClock = {
      ...clock,
      now: () => after(clock.now(), by),
      until: (at) => clock.until(after(at, -by)),
    };
    const reply = await sendInProcess(sandbox, theirs)(call, after(until, by));
    return reply && { ...reply, at: clock.now() };
  };
  let deliveries = 0;
  const counted: World = {
    ...world,
    deliver: () => {
      deliveries += 1;
      return world.deliver({ ...ports, send: witness.watching(send) });
    },
  };
  await drain(one, counted);
  return { world, deliveries };
};
