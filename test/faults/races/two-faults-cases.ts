import { FAULT_TABLE, type FaultRow } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, drain, open, type Ran } from '../world/run-case.ts';

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
const SKIPS = [0, 1, 2, 3, 4, 5];

interface Lies {
  readonly name: string;
  /** Which readings, counted from the first that lies. */
  readonly at: readonly number[];
}

const ONCE: Lies = { name: 'once', at: [0] };
/** A look is of two pages at most, so there is a true one in between. */
const AGAIN: Lies = { name: 'and again four later', at: [0, 4] };

/** A page that shifts does so now and then: one that lies on end nobody could see through. */
const liesOf = ({ fault }: FaultRow): readonly Lies[] =>
  fault.kind === 'shiftPage' ? [ONCE, AGAIN] : [ONCE, AGAIN, { name: 'three times on end', at: [0, 1, 2] }];

/** A call goes wrong, and readings lie beside it. */
export interface TwoFaultsCase extends Case {
  readonly call: FaultRow;
  readonly read: FaultRow;
  /** Readings that are left alone first. */
  readonly skip: number;
  readonly lies: Lies;
}

const rowsOf = (names: readonly string[]): readonly FaultRow[] =>
  FAULT_TABLE.filter(({ name }) => names.includes(name));

export const twoFaultsCases = (order: OrderUnderTest): readonly TwoFaultsCase[] =>
  (['leaked', 'manual'] as const).flatMap((reason) =>
    rowsOf(CALLS).flatMap((call) =>
      rowsOf(READS).flatMap((read) =>
        SKIPS.flatMap((skip) =>
          liesOf(read).map((lies) => {
            const reading = `${read.name}, reading ${skip + 1} ${lies.name}`;
            return {
              name: [order.name, reason, `call ${call.name}`, reading].join(' | '),
              ...{ order, reason, call, read, skip, lies },
            };
          }),
        ),
      ),
    ),
  );

/** Each of the two faults, and which readings lie. */
export const shownByTwoFaults = ({ call, read, skip, lies, reason }: TwoFaultsCase): readonly string[] => [
  `call ${call.name}`,
  `reading ${read.name}`,
  lies.name,
  `from ${skip}`,
  reason,
];

/** Runs one case to its end, and once more as a duplicate, and judges it. */
export const runTwoFaults = async (one: TwoFaultsCase): Promise<Ran> => {
  const world = await open(one);
  const { call, read, skip, lies } = one;
  const { faults } = world.sandbox;
  for (const method of ['POST', 'DELETE']) faults.script({ match: { method }, fault: call.fault, name: call.name });
  // A reading that an earlier script plays is not counted by a later one.
  for (const [played, at] of lies.at.entries())
    faults.script({ match: { method: 'GET' }, fault: read.fault, skip: skip + at - played, name: read.name });
  await drain(one, world);
  return judged(one.name, world, [...meantBy(one), ...OR_ELSE]);
};
