import { after, toIso } from '../../../functions/core/epoch.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import { tick } from '../../../functions/core/sweep/tick.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { type Awaited, instrumented } from '../simulated/instrumented.ts';
import { judged, meantBy } from '../world/judge.ts';
import type { Case, Ran } from '../world/run-case.ts';
import { openWorld, START, type World } from '../world/world.ts';
import { byTurns, drawsFrom, type Turns } from './by-turns.ts';
import { GIVE_UP_MS } from './give-up.ts';
import { tagsFor } from './tags-for.ts';

const MINUTE_MS = 60_000;
const AHEAD_MS = 15 * MINUTE_MS;
const MOST_ROUNDS = 40;
const LISTING_LAG_MS = 5 * MINUTE_MS;
/** In so many rounds an old listing shows the tags. */
const ROUNDS_BEHIND = 2;
const SEEDS = 8;

/** Ticks that overlap with each other and with deliveries, over an order that hangs on a secret as tags. */
export interface SweepCase extends Case {
  readonly seed: number;
  /** The tags are taken off for a while on the way. */
  readonly isTakenBack: boolean;
  /** Listings of the secrets are five minutes old. */
  readonly isBehind?: boolean;
}

const MANNERS = [
  { name: 'overlapping sweeps', isTakenBack: false },
  { name: 'overlapping sweeps, its tags taken off for a while', isTakenBack: true },
  { name: 'overlapping sweeps, with listings that are five minutes old', isTakenBack: false, isBehind: true },
];

export const sweepCases = (order: OrderUnderTest): readonly SweepCase[] =>
  MANNERS.flatMap(({ name, ...manner }) =>
    Array.from({ length: SEEDS }, (_, seed) => ({
      name: [order.name, 'expired', name, `in order ${seed + 1}`].join(' | '),
      ...{ order, reason: 'manual' as const, seed, ...manner },
    })),
  );

export const shownBySweep = ({ isTakenBack }: SweepCase): readonly string[] => [isTakenBack ? 'taken back' : 'left'];

/** Two ticks at once, and whatever is visible beside them. */
const round = async ({ clock, queue, begin }: World, own: Ports, run: Turns['run']): Promise<void> => {
  const due = queue.filter(({ visibleAt }) => visibleAt <= clock.now());
  const ticks = [tick(own, AHEAD_MS), tick(own, AHEAD_MS)];
  await run(Promise.all([...due.map((message) => begin(message, own)), ...ticks]));
  clock.forget();
};

/** What deliveries and ticks wait for, learned from one of each. */
const learn = async (order: OrderUnderTest): Promise<Awaited> => {
  const awaited: Awaited = new Set();
  const world = await openWorld(order, GIVE_UP_MS);
  world.send({ ...world.seeded.request, requestId: 'learned' });
  const own = instrumented(world.ports, awaited);
  await world.deliver(own);
  await tick(own, AHEAD_MS);
  return awaited;
};

const known = new Map<OrderUnderTest, Promise<Awaited>>();

/** Runs one case until nothing is left, and two ticks longer. @param spoil the function's ports, perhaps with something wrong */
export const runSweeps = async (one: SweepCase, spoil = (ports: Ports): Ports => ports): Promise<Ran> => {
  const { order, seed, isTakenBack, isBehind = false } = one;
  const learned = known.get(order) ?? learn(order);
  known.set(order, learned);
  const world = await openWorld(order, GIVE_UP_MS);
  const { clock, vault, seeded } = world;
  const { secret, tags } = tagsFor(seeded, toIso(after(START, MINUTE_MS)));
  if (isBehind) vault.listBehind(LISTING_LAG_MS);
  vault.label(secret, tags);
  const { hooks, run } = byTurns(clock, seed);
  const own = instrumented(spoil(world.ports), await learned, hooks);
  // The first three rounds meet the tags, carry the order out, and find it done.
  const takenOffIn = isTakenBack ? drawsFrom(seed)(3) : -1;
  for (let n = 0; n < MOST_ROUNDS; n += 1) {
    if (n === takenOffIn) vault.label(secret, {});
    if (n === takenOffIn + 1) vault.label(secret, tags);
    await round(world, own, run);
    const next = world.next();
    if (next === undefined && n > Math.max(takenOffIn + 1, isBehind ? ROUNDS_BEHIND : 0)) break;
    clock.advanceTo(next?.visibleAt ?? after(clock.now(), 5 * MINUTE_MS));
  }
  for (const later of [5, 20]) {
    clock.advanceTo(after(clock.now(), later * MINUTE_MS));
    await round(world, own, run);
  }
  const [request, ...others] = [...world.orders.values()].map((asked) => asked.request);
  Object.assign(seeded, { request });
  const more = others.length > 0 ? [`L2: ${others.length} more requests of one tag`] : [];
  const ran = await judged(one.name, world, [...meantBy(one), ...(isTakenBack ? ['withdrawn'] : [])]);
  return { ...ran, breaches: [...ran.breaches, ...more] };
};
