import type { Seeded } from '../orders/order-under-test.ts';
import type { CallAt } from '../world/calls-of.ts';
import type { Case } from '../world/run-case.ts';
import type { World } from '../world/world.ts';
import { credentialChanges } from './credential-changes.ts';
import { otherDeliveries } from './other-deliveries.ts';
import { PAUSES } from './pauses.ts';
import type { Related } from './related-orders.ts';
import type { Scene } from './scene.ts';

/** Where something may happen. */
export interface At {
  /** The call that is waited for; `undefined` after the last one. */
  readonly call: CallAt | undefined;
  readonly before: readonly CallAt[];
  /** The delivery continues; else its process ends there. */
  readonly goesOn: boolean;
}

/** Something that happens while a delivery waits for one of its ports. */
export interface Happening {
  readonly name: string;
  /** Comes before that delivery. */
  readonly prelude?: (world: World) => Promise<void>;
  readonly does: (scene: Scene) => void | Promise<void>;
  /** After that delivery. */
  readonly later?: (scene: Scene) => void;
  /** The calls that it is worth happening at. */
  readonly fits?: (at: At) => boolean;
  /** It is about the delivery's waking, so that it has to. */
  readonly wakes?: boolean;
  /** What any of the requests may come to as well. */
  readonly orElse?: readonly string[];
}

/** What a person does in the provider's web console; each world has an act of its own. */
const byHand = ({ byHand: hands }: Seeded): readonly Happening[] =>
  Object.entries(hands).map(([name, { later, isForDead, orElse = [] }]) => {
    const inPage =
      (when: 'now' | 'later') =>
      ({ world }: Scene): void =>
        world.witness.byHand(() => world.seeded.byHand[name]?.[when]?.());
    return {
      name,
      does: inPage('now'),
      orElse,
      ...(later && { later: inPage('later') }),
      ...(isForDead && { fits: ({ call }: At) => call?.isAlive !== true }),
    };
  });

/** All that may happen beside a delivery of this order. */
export const happeningsOf = (one: Case, seeded: Seeded, others: readonly Related[]): readonly Happening[] => [
  ...otherDeliveries(one, others),
  ...PAUSES,
  ...byHand(seeded),
  ...credentialChanges(seeded),
];
