import type { SQSEvent } from 'aws-lambda';
import { type Death, deathOf, drawFate, type Fate, NO_FATE } from '../chance/fate.ts';
import { randomFrom } from '../chance/random.ts';
import { orderNumberIn } from './crash-order.ts';

/** What became of the deliveries of a run. */
export interface Deliveries {
  /** The fate of the next delivery of whatever this event is about: the same for the same seed, whatever else is under way. */
  fateOf(event: unknown): Fate;
  /** Carries one out and counts it. */
  count(fate: Fate, delivery: Promise<unknown>): Promise<unknown>;
  readonly total: () => number;
  readonly deaths: () => Readonly<Partial<Record<Death, number>>>;
  /** What was in store for an order's deliveries, in their order, and then for its readings. */
  fatesOf(n: number): readonly Fate[];
  /** Sentences about processes that ended although nothing was in store for them. */
  readonly unasked: () => readonly string[];
}

/** After so many deaths an order is left in peace, and after so many more its readings in the settle window are. */
const MOST_DEATHS = { order: 6, reading: 3 };

/** The order that an event of the queue is about; 0 for none. */
export const orderNumberOf = (event: unknown): number =>
  ((event as Partial<SQSEvent>).Records ?? []).map(({ body }) => orderNumberIn(body))[0] ?? 0;

/** Whether an event is about a reading in the settle window of an order, or a later look at its key. */
const isReading = (event: unknown): boolean =>
  ((event as Partial<SQSEvent>).Records ?? []).some(({ body }) => body.includes('"look":true'));

/** @param seed all fates of a run come from it */
export const deliveriesOf = (seed: string): Deliveries => {
  const fates = { order: new Map<number, readonly Fate[]>(), reading: new Map<number, readonly Fate[]>() };
  const deaths = new Map<Death, number>();
  const unasked: string[] = [];
  let total = 0;
  return {
    fateOf: (event) => {
      const number = orderNumberOf(event);
      const of = isReading(event) ? 'reading' : 'order';
      const before = fates[of].get(number) ?? [];
      const count = before.length + 1;
      const drawn = [seed, number, ...(of === 'reading' ? [of] : []), count].join(' ');
      const fate = count > MOST_DEATHS[of] ? NO_FATE : drawFate(randomFrom(drawn));
      fates[of].set(number, [...before, fate]);
      return fate;
    },
    count: async (fate, delivery) => {
      total += 1;
      try {
        return await delivery;
      } catch (error) {
        const death = deathOf(fate);
        if (death === undefined) unasked.push(`A process ended by itself: ${String(error)}`);
        else deaths.set(death, (deaths.get(death) ?? 0) + 1);
        throw error;
      }
    },
    total: () => total,
    deaths: () => Object.fromEntries(deaths),
    fatesOf: (n) => [...(fates.order.get(n) ?? []), ...(fates.reading.get(n) ?? [])],
    unasked: () => unasked,
  };
};
