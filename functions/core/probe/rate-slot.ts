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

/** How long after its beginning a slot may be used. What is spared of the rate makes up for it. */
const lateMs = ({ perMs }: Rate): number => Math.min(LATEST_MS, Math.floor(SPARE * perMs));

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
 * Books the next slot once.
 *
 * @param inMs how far ahead it begins at the earliest
 * @returns `undefined` if that is too late; or what the rate's item held, if others came first
 */
const bookNext = async (wanting: Wanting, rate: Rate, inMs: number): Promise<RateSlot | undefined | Booked> => {
  const { ledger, clock, rates } = wanting.ports;
  const { stepMs, burstMs } = spacingOf(rate);
  const lane = laneFor(wanting, { stepMs, burstMs });
  const key = rateKey(rate);
  const now = after(clock.now(), inMs);
  const booked = rates.get(key.pk) ?? {};
  const times = { now, latest: after(lastStart(wanting), burstMs), horizon: after(now, HORIZON_MS + burstMs), stepMs };
  const from = beginning(booked, lane, times);
  // Bookings only grow: what is too late by an old one is too late.
  const at = typeof from.begins === 'number' ? from.begins : (booked[from.begins] as EpochMs); // as `beginning` found it there
  if (at > times.latest) return undefined;
  const said = await ledger.book(key, { lane, ...from, ...times });
  if (typeof said !== 'number') return said;
  learn(wanting.ports, key, { ...booked, [lane]: after(said, stepMs) });
  const begins = later(now, after(said, -burstMs));
  return { begins, mayBeTaken: lane !== 'urgent' && begins > clock.now() };
};

/** Whether a slot can still be used: not so if its time has passed. */
const isInTime = (wanting: Wanting, rate: Rate, { begins }: RateSlot): boolean =>
  wanting.ports.clock.now() <= after(begins, lateMs(rate)) && begins <= lastStart(wanting);

const isSlot = (slot: RateSlot | Booked): slot is RateSlot => 'begins' in slot;

/** Books a slot, however many deliveries come first. @returns `undefined` if none is free while there is time for an exchange */
const bookSlot = async (wanting: Wanting, rate: Rate): Promise<RateSlot | undefined> => {
  let inMs = 0;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const slot = await bookNext(wanting, rate, inMs);
    if (slot === undefined) return undefined;
    if (!isSlot(slot)) learn(wanting.ports, rateKey(rate), slot);
    else if (isInTime(wanting, rate, slot)) return slot;
    // The ledger is slow: the next slot begins when its answer will be here.
    else inMs = wanting.ports.clock.now() - slot.begins + inMs;
  }
  return undefined;
};

/** Waits for a slot. @returns false if another lane has taken the slot by then */
const reach = async (wanting: Wanting, rate: Rate, { begins, mayBeTaken }: RateSlot): Promise<boolean> => {
  const { clock, ledger } = wanting.ports;
  await clock.until(begins);
  if (!mayBeTaken) return true;
  const key = rateKey(rate);
  const booked: Booked = (await ledger.read<Booked & Versioned>(key)) ?? {};
  learn(wanting.ports, key, booked);
  return !isOvertaken(booked, laneFor(wanting, spacingOf(rate)), begins);
};

/** A slot that was taken ahead. One whose time has passed is of no use. */
const slotAhead = (wanting: Wanting, rate: Rate): RateSlot | undefined => {
  const slots = wanting.slots?.get(rate.of) ?? [];
  for (let slot = slots.shift(); slot !== undefined; slot = slots.shift())
    if (isInTime(wanting, rate, slot)) return slot;
  return undefined;
};

/**
 * Takes a slot of the provider's rate for an exchange that is likely to follow, and does not wait for it.
 *
 * @returns from when the exchange may leave; `undefined` if no slot is free in time
 * @throws Unavailable if the ledger does not answer
 */
export const takeSlotAhead = async (
  asking: Wanting,
  rate: Rate | undefined,
  deadline: EpochMs = asking.deadline,
): Promise<EpochMs | undefined> => {
  if (rate === undefined) return asking.ports.clock.now();
  const slot = await bookSlot({ ...asking, deadline }, rate);
  if (slot === undefined) return undefined;
  asking.slots ??= new Map();
  asking.slots.set(rate.of, [...(asking.slots.get(rate.of) ?? []), slot]);
  return slot.begins;
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
    const slot = slotAhead(wanting, rate) ?? (await bookSlot(wanting, rate));
    if (slot === undefined) return false;
    if (await reach(wanting, rate, slot)) return true;
  }
  return false;
};
