import { after, type EpochMs, later } from '../epoch.ts';
import type { Lane } from '../lane.ts';
import { rateKey } from '../ledger/keys.ts';
import type { Booked, Booking, ItemKey, Ports, RateSlot, Versioned } from '../ports.ts';
import type { Rate } from '../provider.ts';
import { TIMING } from '../timing.ts';

/** The part of a documented rate that is not used: ways to the provider differ in length, and slots are used a little late. */
const SPARE = 0.1;
/** Slots farther apart than this are too few for the exchanges of one delivery. */
const FARTHEST_MS = 5_000;
/** No slot is used later than this, however slow its rate. */
const LATEST_MS = 500;
/** Nobody books farther ahead than a delivery lasts. What is booked beyond was written by a wrong clock. */
const HORIZON_MS = 2 * TIMING.functionTimeoutMs;
/** Who goes first where a rate has no room for all. */
const PRECEDENCE: readonly Lane[] = ['urgent', 'requests', 'rechecks'];
/** How many rates a process keeps in mind. */
const MOST_KEPT = 1_000;
/** Other deliveries may come first each time. After so many tries the delivery comes back later. */
const MOST_TRIES = 10;

/** Slots that were booked together, in their order. */
type Slots = readonly [RateSlot, ...RateSlot[]];

type Times = Pick<Booking, 'now' | 'latest' | 'horizon' | 'stepMs'>;

/** How the slots of a rate are spaced. */
interface Spacing {
  readonly stepMs: number;
  /** How far slots may be used before their time: the burst of a slow rate. 0: never. */
  readonly burstMs: number;
}

/**
 * Slots are evenly apart. Of a rate that is too slow for that (60 an hour), one half of what is used may come at once, and the other half
 * evenly apart: in any span of the rate there are no more than its share.
 */
const spacingOf = ({ most, perMs }: Rate): Spacing => {
  const stepMs = Math.ceil(perMs / ((1 - SPARE) * most));
  if (stepMs <= FARTHEST_MS) return { stepMs, burstMs: 0 };
  return { stepMs: 2 * stepMs, burstMs: Math.max(0, perMs - 2 * stepMs) };
};

/** The lanes whose bookings a lane respects: its own, and those before it. */
const respectedBy = (lane: Lane): readonly Lane[] => PRECEDENCE.slice(0, PRECEDENCE.indexOf(lane) + 1);

/**
 * Where the next slot of a lane begins, by what is known of the rate: now, or behind what is booked. Slots that later lanes have booked
 * are taken from them, each where it is: so the slot stays a whole step away from the last exchange of theirs.
 */
const beginning = (
  booked: Booked,
  lane: Lane,
  { now, horizon, stepMs }: Times,
): Pick<Booking, 'begins' | 'respects'> => {
  const until = (name: Lane): number => {
    const at = booked[name] ?? 0;
    return at > horizon ? 0 : at;
  };
  const respects = respectedBy(lane);
  const last = respects.reduce((one, other) => (until(other) > until(one) ? other : one));
  if (until(last) > now) return { begins: last, respects };
  const overtaken = PRECEDENCE.find((name) => until(name) > now);
  if (overtaken === undefined) return { begins: now, respects: PRECEDENCE };
  return { begins: after(now, ((until(overtaken) - now - 1) % stepMs) + 1), respects };
};

/** Whether a lane before this one has booked the slot in the meantime. */
const isOvertaken = (booked: Booked, lane: Lane, slot: EpochMs): boolean =>
  respectedBy(lane).some((name) => name !== lane && (booked[name] ?? 0) > slot);

type SlotPorts = Pick<Ports, 'clock' | 'ledger' | 'rates'>;

/** Who wants slots. */
interface Wanting {
  readonly ports: SlotPorts;
  readonly deadline: EpochMs;
  /** @default 'requests' */
  readonly lane?: Lane;
  /** Those that were taken ahead, by what the rate is of. */
  slots?: Map<string, RateSlot[]>;
}

const learn = ({ rates }: SlotPorts, { pk }: ItemKey, booked: Booked): void => {
  if (rates.size >= MOST_KEPT) rates.clear();
  rates.set(pk, booked);
};

/** A burst that one lane has used is used for all. */
const laneFor = ({ lane = 'requests' }: Wanting, { burstMs }: Spacing): Lane => (burstMs > 0 ? 'requests' : lane);

/** The last instant at which an exchange may begin. */
const lastStart = ({ deadline }: Wanting): EpochMs => after(deadline, -TIMING.exchangeMs);

/**
 * Books the next slots once, all in one write.
 *
 * @param inMs how far ahead the first one begins at the earliest
 * @returns `undefined` if that is too late for them all; or what the rate's item held, if others came first
 */
const bookNext = async (
  wanting: Wanting,
  rate: Rate,
  { count, inMs }: { readonly count: number; readonly inMs: number },
): Promise<{ readonly slots: Slots } | { readonly booked: Booked } | undefined> => {
  const { ledger, clock, rates } = wanting.ports;
  const { stepMs, burstMs } = spacingOf(rate);
  const lane = laneFor(wanting, { stepMs, burstMs });
  const key = rateKey(rate);
  const now = after(clock.now(), inMs);
  const booked = rates.get(key.pk) ?? {};
  const latest = after(lastStart(wanting), burstMs - (count - 1) * stepMs);
  const times = { now, latest, horizon: after(now, HORIZON_MS + burstMs), stepMs };
  const from = beginning(booked, lane, times);
  // Bookings only grow: what is too late by an old one is too late.
  const at = typeof from.begins === 'number' ? from.begins : (booked[from.begins] as EpochMs); // as `beginning` found it there
  if (at > times.latest) return undefined;
  const said = await ledger.book(key, { lane, ...from, ...times, stepMs: count * stepMs });
  if (typeof said !== 'number') return { booked: said };
  learn(wanting.ports, key, { ...booked, [lane]: after(said, count * stepMs) });
  const looked = {};
  const slots = Array.from({ length: count }, (_, index): RateSlot => {
    const begins = later(now, after(said, index * stepMs - burstMs));
    return { begins, mayBeTaken: lane !== 'urgent' && begins > clock.now(), looked };
  });
  return { slots: slots as [RateSlot, ...RateSlot[]] }; // nobody books none
};

/** Whether a slot can still be used: for a while after its beginning, since what is spared of the rate makes up for it. */
const isInTime = (wanting: Wanting, { perMs }: Rate, { begins }: RateSlot): boolean => {
  const lateMs = Math.min(LATEST_MS, Math.floor(SPARE * perMs));
  return wanting.ports.clock.now() <= after(begins, lateMs) && begins <= lastStart(wanting);
};

/**
 * Books slots, one a step behind another, however many deliveries come first.
 *
 * @returns `undefined` if they are not free while there is time for an exchange in each
 */
const bookSlots = async (wanting: Wanting, rate: Rate, count: number): Promise<Slots | undefined> => {
  let inMs = 0;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const said = await bookNext(wanting, rate, { count, inMs });
    if (said === undefined) return undefined;
    if ('booked' in said) {
      learn(wanting.ports, rateKey(rate), said.booked);
      continue;
    }
    const [first] = said.slots;
    if (isInTime(wanting, rate, first)) return said.slots;
    // The ledger is slow: the next slot begins when its answer will be here.
    inMs = wanting.ports.clock.now() - first.begins + inMs;
  }
  return undefined;
};

/** What others have booked of the rate. Slots that were booked together share one look. */
const look = ({ ports }: Wanting, rate: Rate, { looked }: RateSlot): Promise<Booked> => {
  const key = rateKey(rate);
  looked.booked ??= ports.ledger.read<Booked & Versioned>(key).then((booked = { rev: 0, nonce: '' }) => {
    learn(ports, key, booked);
    return booked;
  });
  return looked.booked;
};

/** Waits for a slot. @returns false if another lane has taken the slot by then */
const reach = async (wanting: Wanting, rate: Rate, slot: RateSlot): Promise<boolean> => {
  await wanting.ports.clock.until(slot.begins);
  if (!slot.mayBeTaken) return true;
  return !isOvertaken(await look(wanting, rate, slot), laneFor(wanting, spacingOf(rate)), slot.begins);
};

/**
 * Takes slots of the provider's rate for exchanges that are likely to follow, and does not wait for them.
 *
 * @returns from when the first exchange may leave; `undefined` if the slots are not free in time
 * @throws Unavailable if the ledger does not answer
 */
export const takeSlotsAhead = async (
  asking: Wanting,
  rate: Rate | undefined,
  count: number,
  deadline: EpochMs = asking.deadline,
): Promise<EpochMs | undefined> => {
  if (rate === undefined) return asking.ports.clock.now();
  const slots = await bookSlots({ ...asking, deadline }, rate, count);
  if (slots === undefined) return undefined;
  asking.slots ??= new Map();
  asking.slots.set(rate.of, [...(asking.slots.get(rate.of) ?? []), ...slots]);
  return slots[0].begins;
};

/**
 * Waits for a slot of the provider's rate, which all deliveries share. Urgent requests take the slots that others have booked, and
 * other requests those of rechecks: a delivery that has waited looks once more before the exchange, and books again if the slot is gone.
 *
 * @returns false if no slot is free while there is time for an exchange
 * @throws Unavailable if the ledger does not answer
 */
export const takeRateSlot = async (wanting: Wanting, rate: Rate | undefined): Promise<boolean> => {
  if (rate === undefined) return true;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    // Looked up each time: while this exchange waits, another one of the delivery may take slots ahead.
    const ahead = wanting.slots?.get(rate.of) ?? [];
    // A slot whose time has passed is of no use.
    while (ahead[0] && !isInTime(wanting, rate, ahead[0])) ahead.shift();
    const slot = ahead.shift() ?? (await bookSlots(wanting, rate, 1))?.[0];
    if (slot === undefined) return false;
    if (await reach(wanting, rate, slot)) return true;
  }
  return false;
};
