import { after, toIso } from '../../../functions/core/epoch.ts';
import { FAULT_TABLE, type FaultRow } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { type Case, drain, type FaultAt, open } from '../world/run-case.ts';
import { START } from '../world/world.ts';

/** One exchange of an order where nothing goes wrong. */
interface Recorded {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly isListing: boolean;
  /** Something was changed before, so that a reading can be stale. */
  readonly isAfterChange: boolean;
}

/** These show in a list, or in a reading after a change, and nowhere else. */
const ON_LISTS = ['nullList', 'shiftPage'];

/** Whether the fault differs, on this exchange, from another row of the table and from no fault. */
export const isDistinct = ({ method, isListing, isAfterChange }: Recorded, { fault, applies }: FaultRow): boolean => {
  const { kind } = fault;
  if (ON_LISTS.includes(kind)) return isListing;
  if (kind === 'stale' || kind === 'lag') return method === 'GET' && isAfterChange;
  if (method !== 'GET') return true;
  // A reading changes nothing, so that of two rows which differ in what is applied one is enough.
  return kind === 'delay' || kind === 'truncate' ? applies : !applies && kind !== 'late';
};

/** A way to ask, and how long its faults last. */
interface Manner {
  readonly name: string;
  readonly reason: Case['reason'];
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly lasting: readonly FaultAt['lasting'][];
}

const MANNERS: readonly Manner[] = [
  { name: 'urgent', reason: 'leaked', lasting: ['once', 'one minute'] },
  { name: 'not urgent', reason: 'manual', lasting: ['once', 'for good'] },
  { name: 'dry run', reason: 'manual', fields: { dryRun: true }, lasting: ['once'] },
  { name: 'in a minute', reason: 'leaked', fields: { notBefore: toIso(after(START, 60_000)) }, lasting: ['once'] },
];

/** An order that is asked for in some manner, perhaps with a fault at one of its exchanges. */
export interface FaultCase extends Case {
  readonly manner: string;
  readonly exchange?: string;
}

const exchangesOf = async (plain: Case): Promise<readonly Recorded[]> => {
  const world = await open(plain);
  await drain(plain, world);
  const { record, listings } = world.sandbox;
  return record.map(({ seq, method, path }) => ({
    number: seq,
    method,
    path: path.replace(/\?.*/, ''),
    isListing: listings.has(seq),
    isAfterChange: record.some(({ applied, seq: other }) => applied !== undefined && other < seq),
  }));
};

/** Every fault of the table on each exchange that the order was found to make. */
export const faultCases = async (order: OrderUnderTest): Promise<readonly FaultCase[]> => {
  const cases: FaultCase[] = [];
  for (const { name: manner, lasting, ...how } of MANNERS) {
    const plain: FaultCase = { name: [order.name, manner].join(' | '), order, manner, ...how };
    cases.push(plain);
    for (const exchange of await exchangesOf(plain))
      for (const row of FAULT_TABLE.filter((one) => isDistinct(exchange, one)))
        for (const long of order.isCostly ? lasting.slice(0, 1) : lasting) {
          const { number, method, path } = exchange;
          const at = `#${number} ${method} ${path}`;
          const name = [plain.name, at, row.name, long].join(' | ');
          cases.push({ ...plain, name, exchange: at, fault: { row, skip: number - 1, lasting: long } });
        }
  }
  return cases;
};

/** The same where the order comes by the other queue than that of its lane: it goes to its own once it has to wait. */
export const otherLaneCases = async (order: OrderUnderTest): Promise<readonly FaultCase[]> =>
  (await faultCases(order)).map((one) => ({
    ...one,
    name: `${one.name} | by the other queue`,
    comesBy: one.reason === 'leaked' ? 'requests' : 'urgent',
  }));

/** The manner with how long the fault lasts: what it does by itself, the cases by one queue show. */
export const shownByOtherLane = ({ manner, fault }: FaultCase): readonly string[] => [`${manner}, ${fault?.lasting}`];

/** The fault, where it strikes, and the manner with how long it lasts. */
export const shownByFault = ({ manner, exchange, fault }: FaultCase): readonly string[] =>
  fault && exchange ? [fault.row.name, exchange, `${manner}, ${fault.lasting}`] : [manner];
