import fc from 'fast-check';
import { attemptIn } from '../../faults/simulated/message-queue.ts';
import type { Model } from '../state/model.ts';
import { type Sent, saysIn } from '../state/sent.ts';
import type { System } from '../system/system.ts';
import { type Command, change, command, isBegun, pick } from './command.ts';

/** More than these at once only repeat what fewer show. */
const MOST_REQUESTS = 5;

/** What a request asks for; `order` picks one of the stage's. */
interface Asked {
  readonly order: number;
  readonly isUrgent: boolean;
  readonly isPlan: boolean;
  /** From now, in milliseconds. */
  readonly inMs: number;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  order: fc.nat({ max: 6 }),
  isUrgent: fc.boolean(),
  isPlan: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
  inMs: fc.oneof({ arbitrary: fc.constant(0), weight: 7 }, { arbitrary: fc.constant(90_000), weight: 1 }),
});

const hasRoom = ({ sent }: Model): boolean => sent.length < MOST_REQUESTS;

const sendUnder = ({ stage, sent }: Model, { clock, send }: System, requestId: string, how: Asked): void => {
  const { isUrgent, isPlan, inMs } = how;
  const order = pick(stage.orders, how.order);
  const notBefore = inMs > 0 ? clock.now() + inMs : 0;
  const body = JSON.stringify({
    ...order.request,
    requestId,
    reason: isUrgent ? 'leaked' : 'manual',
    ...(isPlan ? { dryRun: true } : {}),
    ...(inMs > 0 ? { notBefore: new Date(notBefore).toISOString() } : {}),
  });
  sent.push({ requestId, body, says: saysIn(body), order, isUrgent, isPlan, notBefore });
  send(body);
};

const inWords = ({ order, isUrgent, isPlan, inMs }: Asked): string =>
  [`order ${order}`, isUrgent && 'urgent', isPlan && 'dry run', inMs > 0 && 'later'].filter(Boolean).join(', ');

export const send: fc.Arbitrary<Command> = asked.map((how) =>
  change(`send (${inWords(how)})`, hasRoom, (model, system) =>
    sendUnder(model, system, `R${model.sent.length + 1}`, how),
  ),
);

/** The same message once more. */
export const sendAgain: fc.Arbitrary<Command> = fc
  .nat({ max: 3 })
  .map((which) => change(`send ${which} again`, isBegun, ({ sent }, system) => system.send(pick(sent, which).body)));

/** The day's look after the keys whose requests have ended. */
export const look: fc.Arbitrary<Command> = fc.nat({ max: 3 }).map((which) =>
  change(`look after ${which}`, isBegun, ({ sent }, { askForLook }) => {
    const { body, isPlan } = pick(sent, which);
    if (!isPlan) askForLook(body);
  }),
);

/** Another request under an id that is taken, or the same as a dry run. */
export const sendUnderTakenId: fc.Arbitrary<Command> = fc.tuple(fc.nat({ max: 3 }), asked).map(([which, how]) =>
  change(
    `send under the id of ${which} (${inWords(how)})`,
    (model) => isBegun(model) && hasRoom(model),
    (model, system) => sendUnder(model, system, pick(model.sent, which).requestId, how),
  ),
);

const former = ({ sent }: Model, body: string): Sent | undefined => sent.find(({ says }) => says === saysIn(body));

/** A person sends a copy from the stuck queue again. */
export const redrive: fc.Arbitrary<Command> = fc.nat({ max: 3 }).map((which) =>
  command(`redrive ${which}`, isBegun, (model, { aside, send }) => {
    const [copy] = aside.splice(which % Math.max(1, aside.length), 1);
    if (copy === undefined) return [];
    const { body, attributes } = copy;
    const sent = former(model, body);
    if (sent === undefined) return [`L2: a copy of what nobody sent: ${body}`];
    model.sent.push({ ...sent, requestId: String(JSON.parse(body).requestId), body });
    send(body, attemptIn(attributes) + 1);
    return [];
  }),
);
