import { FAULT_TABLE } from '../../../infra/local/sandbox/index.ts';
import { IS_FULL } from '../../campaign/sample.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../orders/providers-under-test.ts';
import { judged, meantBy } from '../world/judge.ts';
import { type Case, drain, open, type Ran } from '../world/run-case.ts';
import { throughWindows } from '../world/through-windows.ts';
import { type FaultCase, isDistinct } from './fault-cases.ts';

const TO_HOLD: readonly string[] = ['revoked', 'already-revoked', 'restricted'];

/** An order whose settle window is read to its finding, perhaps with a fault at one exchange of a reading. */
export interface WindowCase extends FaultCase {
  /** Which reading, from 1. */
  readonly reading?: number;
}

/** In the gate faults meet the readings of one order of each provider: every order is read by the same rules. */
const FIRST = Object.values(PROVIDERS_UNDER_TEST).flatMap((orders) => orders.slice(0, 1));

/** The first exchange of each reading in the window. */
const readingsOf = async (plain: Case) => {
  const world = await open(plain);
  await drain(plain, world);
  const before = world.sandbox.record.length;
  await throughWindows(world);
  const { record, listings } = world.sandbox;
  return record
    .slice(before)
    .filter(({ at }, index, all) => index === 0 || at - (all[index - 1]?.at ?? at) >= 30_000)
    .map(({ seq, method, path }) => ({ number: seq, method, path, isListing: listings.has(seq), isAfterChange: true }));
};

/** Each reason where nothing goes wrong, and every fault of the table once at the first exchange of each reading. */
export const windowCases = async (order: OrderUnderTest): Promise<readonly WindowCase[]> => {
  const plainly = (reason: Case['reason']): WindowCase => ({
    ...{ name: [order.name, reason, 'in its window'].join(' | '), order, reason, manner: 'in its window' },
  });
  const plain = plainly('manual');
  const readings = IS_FULL || FIRST.includes(order) ? await readingsOf(plain) : [];
  const faulty = readings.flatMap((exchange, index) =>
    FAULT_TABLE.filter((row) => isDistinct(exchange, row)).map(
      (row): WindowCase => ({
        ...{ ...plain, name: [plain.name, `reading ${index + 1}`, row.name].join(' | '), reading: index + 1 },
        fault: { row, skip: exchange.number - 1, lasting: 'once' },
      }),
    ),
  );
  return [plain, plainly('leaked'), ...faulty];
};

export const shownInWindow = ({ reading, reason, fault }: WindowCase): readonly string[] =>
  fault ? [`${fault.row.name} in a window`, `a fault in reading ${reading}`] : [`a window, ${reason}`];

/** Runs one case to its finding. Where nothing goes wrong, that is `confirmed`. */
export const runWindow = async (one: WindowCase): Promise<Ran> => {
  const world = await open(one);
  await drain(one, world);
  await throughWindows(world);
  const ran = await judged(one.name, world, meantBy(one));
  const found = world.witness.receipts.flatMap(({ receipt }) => (receipt.confirms === null ? [] : [receipt.outcome]));
  const wanted = TO_HOLD.includes(ran.outcome) ? 'confirmed' : '';
  const isMeant = one.fault !== undefined || found.join() === wanted;
  return { ...ran, breaches: [...ran.breaches, ...(isMeant ? [] : [`L2: found ${found.join()}, not ${wanted}`])] };
};
