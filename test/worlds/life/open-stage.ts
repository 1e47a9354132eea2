import type { Saw } from '../../../functions/core/answer.ts';
import { after, earlier, epochMs } from '../../../functions/core/epoch.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import type { HttpCall, Provider, Question } from '../../../functions/core/provider.ts';
import type { FaultScript, SandboxName } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../../faults/orders/order-under-test.ts';
import { openWorld } from '../../faults/world/world.ts';
import { connectionsOf } from './connections.ts';
import type { Draw } from './draw.ts';
import type { Acceptance, Heard, Sickness, Stage, Word } from './stage.ts';

/** Longer than any outage that is drawn, and than the hour of absence after it. */
const GIVE_UP_MS = 2.5 * 3_600_000;
/** An exchange takes 40 ms, and up to as much more. */
const MORE_MS = 80;

/** Notes what every question about a target is answered. */
const listening = (provider: Provider, hear: (question: Question, saw: Saw) => void): Provider => {
  const heard = (question: Question): Question => ({
    ...question,
    next: (replies, now) => {
      const next = question.next(replies, now);
      if ('answer' in next && !next.answer.more) hear(question, next.answer.saw);
      return next;
    },
  });
  return {
    ...provider,
    plan: (order) => {
      const plan = provider.plan(order);
      return { ...plan, probes: plan.probes.map(heard) };
    },
  };
};

interface Parts {
  readonly order: OrderUnderTest;
  readonly sickness: Sickness;
  readonly draw: Draw;
  readonly accepted: Acceptance | undefined;
}

/** The way to the provider through all that is wrong. */
const sickly = (stage: Stage, draw: Draw): Ports['send'] => {
  const { world, sandbox, sickness } = stage;
  const connectionFor = connectionsOf(draw);
  const faultsFor = (call: HttpCall): readonly FaultScript[] => {
    const at = world.clock.now();
    return sickness.meets?.(stage, { call, at, connection: connectionFor(call, at) }) ?? [];
  };
  return async (call, until) => {
    sickness.happens?.(stage);
    for (const script of faultsFor(call)) sandbox.faults.script(script);
    // What is sent is taken in before this returns, so that the faults are those of this exchange.
    const coming = world.ports.send(call, until);
    const seq = sandbox.record.length;
    sandbox.faults.clear();
    const reply = await coming;
    await world.clock.until(earlier(until, after(world.clock.now(), Math.floor(draw.random() * MORE_MS))));
    const late = reply && { ...reply, at: world.clock.now() };
    const answer = sickness.answers ? sickness.answers(stage, late, seq) : late;
    if (answer !== late || sandbox.record[seq - 1]?.faultName !== undefined) stage.struck += 1;
    return answer;
  };
};

/** Rechecks come after their delay; what else is put on the queue comes as the world has it. */
const outboxOf = (stage: Stage, words: Word[]): Ports['outbox'] => {
  const { world, sickness } = stage;
  const { outbox } = world.ports;
  return {
    ...outbox,
    publish: async (receipt) => {
      const at = world.clock.now();
      words.push({ at, receipt, isAccepted: at < (sickness.acceptedUntil?.(stage) ?? 0) });
      await outbox.publish(receipt);
      sickness.happens?.(stage);
    },
    enqueue: async (body, attributes, seconds, lane) => {
      if (!JSON.parse(body).look) return outbox.enqueue(body, attributes, seconds, lane);
      world.sendLook(body).visibleAt += seconds * 1_000;
    },
  };
};

const heardBy = ({ world }: Stage, providers: Ports['providers'], heard: Heard[]): Ports['providers'] => {
  const hear = ({ questionId }: Question, saw: Saw): void =>
    void heard.push({ at: world.clock.now(), questionId, saw });
  return Object.fromEntries(Object.entries(providers).map(([name, provider]) => [name, listening(provider, hear)]));
};

/** Opens a world in which something is wrong. Nothing is sent yet. */
export const openStage = async ({ order, sickness, draw, accepted }: Parts): Promise<Stage> => {
  const world = await openWorld(order, GIVE_UP_MS);
  const heard: Heard[] = [];
  const words: Word[] = [];
  const { witness, clock, seeded } = world;
  const sandbox = world.sandbox as Stage['sandbox'];
  const skipped = (): number => witness.exchanges.filter(({ at }) => at < stage.sentAt).length;
  const stage: Stage & { ports: Ports } = {
    ...{ world, sandbox, order, sickness, draw, heard, words, accepted },
    provider: order.name.split('/')[0] as SandboxName,
    ports: world.ports,
    // An order seeds it last.
    strangerId: sandbox.keyIds().at(-1),
    sentAt: epochMs(clock.now()),
    struck: 0,
    skipped,
    exchanges: () => witness.exchanges.length - skipped(),
    calls: () => witness.exchanges.filter(({ isCall }) => isCall).length,
    deletedAt: () =>
      sandbox
        .applied()
        .find(({ kind, keyId, world: of }) => kind === 'deleted' && keyId === seeded.target && of === seeded.world)?.at,
  };
  const usual: Ports = {
    ...world.ports,
    send: sickly(stage, draw),
    outbox: outboxOf(stage, words),
    random: draw.random,
  };
  const ours = sickness.ours?.(usual) ?? usual;
  stage.ports = { ...ours, providers: heardBy(stage, ours.providers, heard) };
  return stage;
};
