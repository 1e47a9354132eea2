import type { Fixture, Step } from '../fixture.ts';
import { type Interruption, interrupter } from '../interruption.ts';
import { openStage, type Stage } from '../stage.ts';
import type { Way } from './ways.ts';

/** A stage on which a state is made. */
export interface Making extends Stage {
  readonly way: Way;
  /** Puts the way's request on the queue. @param fields in place of its own */
  readonly ask: (requestId?: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** Delivers the next message, and all of these happen on the way. @throws Error where one of them did not */
  readonly until: (...interruptions: readonly Interruption[]) => Promise<void>;
  /** The same with the scheduled function. */
  readonly tickUntil: (...interruptions: readonly Interruption[]) => Promise<void>;
  /** No word comes from the provider any more. */
  readonly silence: () => void;
  /** The provider answers again. */
  readonly heal: () => void;
}

export interface State {
  readonly name: string;
  /** How it came to this, in one sentence. */
  readonly about: string;
  readonly ways: readonly Way[];
  readonly config?: Partial<Fixture['config']>;
  readonly make: (making: Making) => Promise<void> | void;
  /** What is done once nothing is left on the queue. */
  readonly next?: readonly Step[] | ((way: Way) => readonly Step[]);
}

const START = '2026-11-20T10:00:00.000Z';

const CONFIG: Fixture['config'] = {
  mode: 'enforce',
  giveUpAfterMs: 86_400_000,
  limits: { urgent: 1_000, other: 200 },
};

/** The world of a way before anything is asked. */
export const emptyOf = (
  { keys, secrets, target, alsoTargets = [] }: Way,
  config: Partial<Fixture['config']> = {},
): Fixture => ({
  about: '',
  madeAt: START,
  at: START,
  config: { ...CONFIG, ...config },
  keys,
  targets: [target, ...alsoTargets],
  secrets,
  requests: [],
  stuck: [],
  ledger: [],
  published: [],
  next: [],
});

/** Lets today's code come to a state, and takes down what stands then. */
export const made = async ({ name, about, config, make, next = [] }: State, way: Way): Promise<Fixture> => {
  const { around, arm, pending } = interrupter();
  const stage = await openStage(emptyOf(way, config), { run: 1, around });
  const { sandboxes, clock, product } = stage;
  const demand = (): void => {
    if (pending() > 0) throw new Error(`Cannot make "${name}" for ${way.name}, wanted an exchange that never came`);
  };
  /** The process that was ended is followed by another. */
  const afresh = (): void => void arm([]);
  await make({
    ...stage,
    way,
    deliver: async () => {
      afresh();
      await stage.deliver();
    },
    drain: async (days) => {
      afresh();
      await stage.drain(days);
    },
    take: async (step) => {
      // A hand at the provider may be at work in the midst of a delivery.
      if (typeof step === 'string' || !('hand' in step)) afresh();
      await stage.take(step);
    },
    ask: (requestId = 'one', fields = {}) => stage.send({ ...way.request, requestId, ...fields }),
    until: async (...interruptions) => {
      await stage.deliver(arm(interruptions));
      demand();
    },
    tickUntil: async (...interruptions) => {
      await clock.run(Promise.race([product.tick(false), arm(interruptions)]));
      clock.forget();
      demand();
    },
    silence: () => {
      for (const { faults } of sandboxes.all)
        faults.script({ match: {}, fault: { kind: 'dropBefore' }, times: Number.POSITIVE_INFINITY });
    },
    heal: () => {
      for (const { faults } of sandboxes.all) faults.clear();
    },
  });
  return stage.dump(about, typeof next === 'function' ? next(way) : next);
};
