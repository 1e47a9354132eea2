import fc from 'fast-check';
import { leftIn } from '../judge/compare.ts';
import { deliverAndJudge } from '../judge/judge.ts';
import { SETTLING } from '../rules/case-model.ts';
import type { Model } from '../state/model.ts';
import type { System } from '../system/system.ts';
import type { Trouble } from '../system/trouble.ts';
import { type Command, command, isBegun, mustBeRight, pick, Wrong } from './command.ts';

/** Which of the messages in the order of their time, what goes wrong, and whether it comes before its time. */
interface Which {
  readonly place: number;
  readonly trouble?: Trouble;
  readonly isAtOnce?: boolean;
}

const place = fc.nat({ max: 3 });

const deliverOne = ({ place: index, trouble, isAtOnce = false }: Which): Command =>
  command(
    ['deliver', index, isAtOnce && 'at once', trouble && Object.values(trouble).join(' ')].filter(Boolean).join(' '),
    isBegun,
    (model, system) => {
      const messages = system.queue.messages.toSorted((a, b) => a.visibleAt - b.visibleAt);
      if (messages.length === 0) return [];
      const message = pick(messages, index);
      return deliverAndJudge(model, system, message, () => system.deliver(message, trouble, isAtOnce));
    },
  );

export const deliver: fc.Arbitrary<Command> = fc
  .record({ place, isAtOnce: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, fc.constant(true)) })
  .map(deliverOne);

/** More calls of ports than one delivery makes, but for a long wait. */
const MOST_CALLS = 45;

/** The process ends, or one call of a service fails, before it has taken effect or after. */
export const deliverAndCut: fc.Arbitrary<Command> = fc
  .record({
    place,
    trouble: fc.record({
      kind: fc.constantFrom('killed' as const, 'thrown' as const, 'unavailable' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
      call: fc.nat({ max: MOST_CALLS }),
    }),
  })
  .map(deliverOne);

const SERVICES = [
  'ledger.read',
  'ledger.write',
  'vault.open',
  'vault.tag',
  'outbox.publish',
  'outbox.setAside',
  'outbox',
];

/** A service is down the whole delivery long. */
export const deliverWithout: fc.Arbitrary<Command> = fc
  .record({ place, trouble: fc.record({ kind: fc.constant('down' as const), port: fc.constantFrom(...SERVICES) }) })
  .map(deliverOne);

/** Far more than the backoff lets come before a request is given up. */
const MOST_DELIVERIES = 150;

/** A sweep sends a reading again that is so late. */
const LATE_MS = 300_000;
/** Far more than the readings of a few windows. */
const MOST_SWEEPS = 20;

/**
 * The provider is well again, and everything is delivered until nothing is left.
 *
 * @throws Wrong also where something is left
 */
export const drain = async (model: Model, system: System): Promise<void> => {
  system.heal();
  for (let sweeps = 0; sweeps <= MOST_SWEEPS; sweeps += 1) {
    for (let message = system.queue.next(); message; message = system.queue.next()) {
      const next = message;
      if (next.receiveCount >= MOST_DELIVERIES) throw new Wrong(`L2: the message of ${next.requestId} still waits`);
      mustBeRight(await deliverAndJudge(model, system, next, () => system.deliver(next)));
    }
    const late = system.ledger.items().find(({ state }) => state === SETTLING);
    if (late === undefined) break;
    system.clock.advanceTo(Number(late['at']) + LATE_MS);
    await system.watch();
  }
  mustBeRight(leftIn(model, system));
};
