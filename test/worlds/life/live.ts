import { epochMs } from '../../../functions/core/epoch.ts';
import { dailyPass } from '../../../functions/core/sweep/daily-pass.ts';
import { watchWindows } from '../../../functions/core/sweep/settle-watch.ts';
import { postpone } from '../../faults/world/run-case.ts';
import { castOf, type Stage } from './stage.ts';

const DAY_MS = 86_400_000;
/** A sweep comes so much later at most, and sends a reading again that is so late. */
const SWEEP_MS = 300_000;
/** Far more than come until a request is given up. */
const MOST_DELIVERIES = 120;
/** Functions that run at the same time. */
const MOST_AT_ONCE = 10;
/** Keys of the account that have other numbers. */
const FIRST_OTHER = 1_000;

export const REQUEST = 'worlds-1';

/** Sends the request, and those for other keys of the same account. */
export const sendRequests = (stage: Stage, reason: 'leaked' | 'manual'): void => {
  const { world, sandbox, sickness } = stage;
  const { seeded } = world;
  const sent = (requestId: string, about = seeded): void => {
    const request = { ...about.request, reason, requestId };
    world.send(request, 1, { ...about, request });
  };
  stage.sentAt = world.clock.now();
  sent(REQUEST);
  const account = castOf(stage).account(sandbox, 0);
  for (let n = 2; n <= (sickness.others ?? 0) + 1; n += 1) {
    const { keyId, world: of, located } = account.key(FIRST_OTHER + n, { isManaged: true });
    stage.struck += 1;
    sent(`worlds-${n}`, { ...seeded, world: of, target: keyId, request: { ...seeded.request, target: located } });
  }
};

/** A dry run sees the key, an hour before anything else comes. */
export const meetBefore = async ({ world, ports }: Stage, requestId = 'met-before'): Promise<void> => {
  const { seeded, clock } = world;
  const request = { ...seeded.request, requestId, dryRun: true };
  const message = world.send(request, 1, { ...seeded, request });
  // Nothing is wrong yet.
  await clock.run(world.begin(message, { ...ports, send: world.ports.send }));
  clock.advanceTo(clock.now() + 3_600_000);
};

/** Delivers all that is visible when the next message is, at the same time. */
const deliverDue = async (stage: Stage): Promise<void> => {
  const { world, sickness, ports } = stage;
  const { clock, queue, witness, begin, next } = world;
  clock.advanceTo(next()?.visibleAt ?? 0);
  sickness.happens?.(stage);
  const startedAt = clock.now();
  const due = queue.filter(({ visibleAt }) => visibleAt <= startedAt).slice(0, MOST_AT_ONCE);
  await clock.run(Promise.all(due.map((message) => begin(message, ports))));
  clock.forget();
  witness.delivered(startedAt);
};

/** Whether the request, or its next attempt, has not ended yet. Its later deliveries come late, so that hours take few of them. */
const isOpen = ({ words }: Stage): boolean => {
  const last = words.findLast(({ receipt }) => receipt.requestId === REQUEST);
  return last === undefined || last.receipt.outcome === 'retry';
};

/** A sweep sends the next reading of a key in a long settle window. */
const sweepWindows = async ({ world, ports }: Stage): Promise<void> => {
  const { clock, ledger } = world;
  const open = ledger.items().find((item) => item['state'] === 'settling-case');
  if (open === undefined) return;
  clock.advanceTo(epochMs(Number(open['at']) + SWEEP_MS));
  await clock.run(watchWindows(ports));
};

/** Plays the world until the request has ended and nothing more comes. */
export const live = async (stage: Stage): Promise<void> => {
  const { world, sickness, ports } = stage;
  const { clock } = world;
  let deliveries = 0;
  const drain = async (): Promise<void> => {
    for (; world.queue.length > 0 && deliveries < MOST_DELIVERIES * (1 + (sickness.others ?? 0)); deliveries += 1) {
      if (isOpen(stage) && sickness.others === undefined) postpone(world, deliveries);
      await deliverDue(stage);
      if (world.queue.length === 0) await sweepWindows(stage);
    }
  };
  await drain();
  for (let day = 1; day <= (sickness.days ?? 0); day += 1) {
    clock.advanceTo(epochMs(stage.sentAt + day * DAY_MS));
    sickness.happens?.(stage);
    await clock.run(dailyPass(ports));
    await drain();
  }
};
