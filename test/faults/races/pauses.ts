import { after, epochMs } from '../../../functions/core/epoch.ts';
import { instrumented } from '../simulated/instrumented.ts';
import type { Message } from '../simulated/message-queue.ts';
import type { Happening } from './happenings.ts';
import { deliverOther, redrive, same } from './other-deliveries.ts';
import { type Scene, untilNothingWaits } from './scene.ts';

/** What is not `send`: once a call has gone out, nobody can hold it up any more. */
const beforeItIsSent: Happening['fits'] = ({ call }) => call?.port !== 'send';

/** The delivery waits for so long that its message comes again. */
const pastItsLease = async ({ world, message }: Scene): Promise<void> => {
  await world.clock.until(epochMs(message.visibleAt));
};

/** Begins another delivery, and waits until that waits for its own call of that number, or is over. */
const amid = async ({ world, awaited, beside }: Scene, message: Message, call: number): Promise<void> =>
  new Promise((wake) => {
    let left = call;
    const before = async (): Promise<void> => void (left-- === 0 && wake());
    const other = world.begin(message, instrumented(world.ports, awaited, { before }));
    beside(other);
    void other.finally(wake);
  });

/** It wakes when the next delivery of its message is under way. */
const amidTheNext = async (scene: Scene): Promise<void> => {
  await pastItsLease(scene);
  await amid(scene, scene.message, (scene.call * 7) % 40);
};

/** Calls of a copy's delivery at which this one continues: from before its first probe to after its proof. */
const AMID = [8, 14, 20, 26, 32, 38];

/** It continues while a copy of its message is under way, which came later and is further on. */
const amidACopy = AMID.flatMap((at): readonly Happening[] => [
  {
    name: `a copy of the message, as far as call ${at + 1}`,
    does: (scene) => amid(scene, scene.world.send(scene.world.seeded.request), at),
    wakes: true,
  },
  {
    name: `a copy of the message, as far as call ${at + 1}, and then its secret is deleted`,
    does: async (scene) => {
      const { vault, seeded, send } = scene.world;
      await amid(scene, send(seeded.request), at);
      vault.remove(String(seeded.request['secretId']));
    },
    wakes: true,
    orElse: ['stuck/credential-missing', 'stuck/unproven'],
  },
]);

/** Too little of the lease is left for a call after the first, nothing after the second; nobody else may take it yet. */
const SHORT_MS = [16_000, 26_000];

const shortPauses = SHORT_MS.map(
  (ms): Happening => ({
    name: `a pause of ${ms / 1_000} s`,
    does: ({ world: { clock } }) => clock.until(after(clock.now(), ms)),
    fits: beforeItIsSent,
    wakes: true,
  }),
);

const LEASES: readonly Happening[] = [
  {
    name: 'its lease runs out',
    does: async (scene) => {
      await pastItsLease(scene);
      await untilNothingWaits(scene.world);
    },
    fits: beforeItIsSent,
    wakes: true,
  },
  {
    name: 'its lease runs out, and another request takes over',
    does: async (scene) => {
      await pastItsLease(scene);
      await deliverOther(same)(scene);
      await untilNothingWaits(scene.world);
    },
    fits: beforeItIsSent,
    wakes: true,
  },
  {
    name: 'its lease runs out, and a redrive takes over',
    does: async (scene) => {
      await pastItsLease(scene);
      await redrive(scene);
      await untilNothingWaits(scene.world);
    },
    fits: beforeItIsSent,
    wakes: true,
  },
  { name: 'its lease runs out, and it wakes amid the next', does: amidTheNext, fits: beforeItIsSent, wakes: true },
];

/** The delivery is paused, within its lease, past it, while a copy of its message overtakes it. */
export const PAUSES: readonly Happening[] = [...shortPauses, ...LEASES, ...amidACopy];
