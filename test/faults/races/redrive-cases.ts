import { after } from '../../../functions/core/epoch.ts';
import { FAULT_TABLE } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import type { Awaited } from '../simulated/instrumented.ts';
import { attemptIn } from '../simulated/message-queue.ts';
import { callsOf } from '../world/calls-of.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, drain, open, type Ran } from '../world/run-case.ts';
import { byTurns } from './by-turns.ts';
import { drainAtOnce } from './deliver-at-once.ts';

/** Both queues forget a message after fourteen. */
const DAYS_MS = 13 * 86_400_000;
/** Requests end stuck over these, where they last for good; with the call applied, and without. */
const ROWS = ['dropped before', 'dropped after', 'hangs after', 'applied late', '503, not applied', '503, applied'];
/** From the first exchange on, or only later. */
const SKIPS = [0, 1, 2, 3];

/** A request that ended long ago is sent again as its next attempt. */
export interface RedriveCase extends Case {
  readonly awaited: Awaited;
  /** How many times it is sent, all at once. */
  readonly copies: number;
  readonly seed: number;
}

export const redriveCases = async (order: OrderUnderTest): Promise<readonly RedriveCase[]> => {
  const { awaited } = await callsOf({ name: '', order, reason: 'leaked' });
  const rows = FAULT_TABLE.filter(({ name }) => ROWS.includes(name));
  return (['leaked', 'manual'] as const).flatMap((reason) =>
    rows.flatMap((row) =>
      SKIPS.flatMap((skip) =>
        [1, 2].map((copies) => ({
          name: [order.name, reason, `${copies} redriven`, `${row.name} from exchange ${skip + 1} on`].join(' | '),
          ...{ order, reason, awaited, copies, seed: skip, fault: { row, skip, lasting: 'for good' as const } },
        })),
      ),
    ),
  );
};

export const shownByRedrive = ({ fault, copies, reason }: RedriveCase): readonly string[] => [
  ...(fault ? [fault.row.name, `from ${fault.skip}`] : []),
  `${copies} copies`,
  reason,
];

/** Runs one case to its first end, and 13 days later to the end of its second attempt. */
export const runRedrive = async (one: RedriveCase): Promise<Ran> => {
  const { copies, awaited, seed } = one;
  const world = await open(one);
  const { clock, sandbox, witness, seeded } = world;
  await drain(one, world);
  clock.advanceTo(after(clock.now(), DAYS_MS));
  sandbox.faults.clear();
  const { body, attributes } = witness.copies.at(-1) ?? { body: JSON.stringify(seeded.request), attributes: {} };
  for (let n = 0; n < copies; n += 1) world.send(JSON.parse(body), attemptIn(attributes) + 1);
  await drainAtOnce(world, awaited, byTurns(clock, seed));
  // A key that died while nobody heard of it was never seen here.
  return judged(one.name, world, [...meantBy(one), 'stuck/unproven', 'already-revoked', 'stuck/not-recognised']);
};
