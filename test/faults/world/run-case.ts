import type { Lane } from '../../../functions/core/lane.ts';
import type { FaultRow } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../orders/order-under-test.ts';
import { openWorld, START, type World } from './world.ts';

const MINUTE_MS = 60_000;
/** An outage that passes. */
const HEALS_AFTER_MS = MINUTE_MS;
/** Longer than a key has to be gone where nothing tells its death from an outage. */
const GIVE_UP_MS = 2 * 60 * MINUTE_MS;
/** Far more than come in that time: a message that comes oftener runs into its queue's own limit in a day. */
const MOST_DELIVERIES = 40;

/** How many exchanges a fault hits; the longer ones end by the clock, or never. */
const TIMES = { once: 1, 'one minute': Number.POSITIVE_INFINITY, 'for good': Number.POSITIVE_INFINITY };

/** What goes wrong with the exchanges of one order: from which on, and for how long. */
export interface FaultAt {
  readonly row: FaultRow;
  /** Exchanges that are left alone first. */
  readonly skip: number;
  readonly lasting: keyof typeof TIMES;
}

export interface Case {
  readonly name: string;
  readonly order: OrderUnderTest;
  readonly reason: 'leaked' | 'manual';
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly fault?: FaultAt;
  /** How long the request may stay open. @default two hours, in place of a day */
  readonly giveUpMs?: number;
  /** The queue that the order comes by. @default one queue serves all lanes */
  readonly comesBy?: Lane;
}

export interface Ran {
  readonly name: string;
  readonly world: World;
  readonly outcome: string;
  readonly breaches: readonly string[];
}

/** The order's message on its way, and its fault in wait. */
export const open = async ({ order, reason, fields, fault, giveUpMs = GIVE_UP_MS, comesBy }: Case): Promise<World> => {
  const asked = await openWorld(order, giveUpMs, comesBy);
  const { sandbox, seeded } = asked;
  const request = { ...seeded.request, reason, requestId: 'conformance-1', ...fields };
  const world: World = { ...asked, seeded: Object.assign(seeded, { request }) };
  if (fault) {
    const { row, skip, lasting } = fault;
    sandbox.faults.script({ match: {}, fault: row.fault, skip, times: TIMES[lasting], name: row.name });
  }
  world.send(request);
  return world;
};

const heals = ({ fault }: Case, { clock }: World): boolean =>
  fault?.lasting === 'one minute' && clock.now() >= START + HEALS_AFTER_MS;

/** Outcome and code of the final receipt. */
export const outcomeOf = ({ witness }: World): string => {
  const final = witness.receipts.find(({ receipt }) => receipt.final)?.receipt;
  return final === undefined ? 'none' : [final.outcome, final.code].filter(Boolean).join('/');
};

/** So many deliveries come when they may; the later ones come late, as queues do, so that hours take few of them. */
const PROMPT = 12;
const LATE_MS = 10 * MINUTE_MS;

/** Lets the next message come late where many came before it. */
export const postpone = ({ next }: Pick<World, 'next'>, deliveries: number): void => {
  const message = next();
  if (message !== undefined && deliveries >= PROMPT) message.visibleAt += LATE_MS;
};

/** Delivers until nothing is left on the queue. */
export const drain = async (one: Case, world: World, most = MOST_DELIVERIES): Promise<void> => {
  for (let deliveries = 0; world.queue.length > 0 && deliveries < most; deliveries += 1) {
    if (heals(one, world)) world.sandbox.faults.clear();
    postpone(world, deliveries);
    await world.deliver();
  }
};
