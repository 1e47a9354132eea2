import { after } from '../../../functions/core/epoch.ts';
import type { Seeded } from '../orders/order-under-test.ts';
import type { Case } from '../world/run-case.ts';
import { START, type World } from '../world/world.ts';
import { GIVE_UP_MS } from './give-up.ts';
import type { Happening } from './happenings.ts';
import type { Related } from './related-orders.ts';
import type { Scene } from './scene.ts';

const OTHER_ID = 'conformance-2';

/** Another request is sent and delivered once. */
export const deliverOther =
  (about: (scene: Scene) => Seeded, fields: Readonly<Record<string, unknown>> = {}) =>
  async (scene: Scene): Promise<void> => {
    const { world } = scene;
    const seeded = about(scene);
    const request = { reason: 'manual', ...seeded.request, requestId: OTHER_ID, ...fields };
    await world.begin(world.send(request, 1, { ...seeded, request }));
  };

export const redrive = ({ world }: Scene): Promise<void> => world.begin(world.send(world.seeded.request, 2));

/** A first delivery gets no answer, and the next one begins right before the request's time is up. */
const nearItsEnd = async ({ sandbox, clock, deliver }: World): Promise<void> => {
  sandbox.faults.script({
    match: {},
    fault: { kind: 'reply', status: 503, body: '' },
    times: Number.POSITIVE_INFINITY,
  });
  await deliver();
  sandbox.faults.clear();
  clock.advanceTo(after(START, GIVE_UP_MS - 5_000));
};

/** An earlier request has ended, and a look at its key is owed; the key is there again. */
const afterAnother = async ({ clock, begin, send, seeded, witness }: World): Promise<void> => {
  const request = { ...seeded.request, requestId: 'conformance-0' };
  await clock.run(begin(send(request, 1, { ...seeded, request })));
  witness.byHand(() => seeded.byHand['made again by hand']?.now());
};

/** Every look that was asked for, at once. */
const look = async ({ world }: Scene): Promise<void> => {
  await Promise.all(world.looks.map((body) => world.begin(world.sendLook(body))));
};

export const same = ({ world }: Scene): Seeded => world.seeded;

const ALWAYS: readonly Happening[] = [
  { name: 'the message again', does: ({ world, message }) => world.begin(message) },
  { name: 'a copy of the message', does: ({ world }) => world.begin(world.send(world.seeded.request)) },
  // The later of the two finds what the earlier one did.
  { name: 'another request', does: deliverOther(same), orElse: ['already-revoked'] },
  { name: 'another request, urgent', does: deliverOther(same, { reason: 'leaked' }), orElse: ['already-revoked'] },
  {
    name: 'its time is up, and a copy of the message',
    prelude: nearItsEnd,
    does: async ({ world }) => {
      await world.clock.until(after(START, GIVE_UP_MS));
      await world.begin(world.send(world.seeded.request));
    },
    wakes: true,
    orElse: ['stuck/unproven'],
  },
  { name: 'a plan', does: deliverOther(same, { dryRun: true }), orElse: ['planned'] },
  { name: 'a redrive', does: redrive },
  { name: 'a second look', does: look, prelude: afterAnother },
];

/** Deliveries of this request and of others, beside one that waits. */
export const otherDeliveries = ({ reason }: Case, others: readonly Related[]): readonly Happening[] => [
  ...ALWAYS,
  ...others.map(({ name, about, orElse }) => ({
    name: `beside ${name}`,
    // One of the two is urgent.
    does: deliverOther(({ world }) => ({ ...world.seeded, ...about }), {
      reason: reason === 'leaked' ? 'manual' : 'leaked',
    }),
    orElse,
  })),
];
