import { FAULT_TABLE, type FaultRow } from '../../../infra/local/sandbox/index.ts';
import { judged, meantBy } from '../judge.ts';
import type { OrderUnderTest } from '../providers-under-test.ts';
import { type Case, drain, open, type Ran } from '../run-case.ts';

/** How a call is lost, or comes when nobody counts on it any more. */
const CALLS = [
  'dropped before',
  'dropped after',
  'hangs before',
  'hangs after',
  'applied late',
  'applied at the last moment',
  'applied much later',
  '503, not applied',
  '503, applied',
];
/** What a reading may lie by. */
const READS = [
  'stale',
  'lags by 3 s',
  'lags by 10 s',
  'null list',
  'shifted page',
  '401 without a body',
  '200 empty object',
];
/** Nothing that a person could have done would have changed these. */
const OR_ELSE = ['stuck/unproven'];
/** A page that shifts does so now and then: one that lies for good nobody could see through. */
const timesOf = ({ fault }: FaultRow): readonly number[] => (fault.kind === 'shiftPage' ? [1] : [1, 3]);
const SKIPS = [0, 1, 2, 3, 4, 5];

/** A call goes wrong, and readings lie beside it. */
export interface TwoFaultsCase extends Case {
  readonly call: FaultRow;
  readonly read: FaultRow;
  /** Readings that are left alone first. */
  readonly skip: number;
  readonly times: number;
}

const rowsOf = (names: readonly string[]): readonly FaultRow[] =>
  FAULT_TABLE.filter(({ name }) => names.includes(name));

export const twoFaultsCases = (order: OrderUnderTest): readonly TwoFaultsCase[] =>
  (['leaked', 'manual'] as const).flatMap((reason) =>
    rowsOf(CALLS).flatMap((call) =>
      rowsOf(READS).flatMap((read) =>
        SKIPS.flatMap((skip) =>
          timesOf(read).map((times) => ({
            name: [order.name, reason, `call ${call.name}`, `${read.name}, reading ${skip + 1}`, `${times} times`].join(
              ' | ',
            ),
            ...{ order, reason, call, read, skip, times },
          })),
        ),
      ),
    ),
  );

/** Runs one case to its end, and once more as a duplicate, and judges it. */
export const runTwoFaults = async (one: TwoFaultsCase): Promise<Ran> => {
  const world = await open(one);
  const { call, read, skip, times } = one;
  const { faults } = world.sandbox;
  for (const method of ['POST', 'DELETE']) faults.script({ match: { method }, fault: call.fault, name: call.name });
  faults.script({ match: { method: 'GET' }, fault: read.fault, skip, times, name: read.name });
  await drain(one, world);
  return judged(one.name, world, [...meantBy(one), ...OR_ELSE]);
};
