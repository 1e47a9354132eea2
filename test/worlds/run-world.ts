import type { Reply } from '../../functions/core/provider.ts';
import type { OrderUnderTest } from '../faults/orders/order-under-test.ts';
import { evidenceOf } from '../faults/world/evidence-of.ts';
import { drain, open } from '../faults/world/run-case.ts';
import { breachesIn } from '../laws/laws.ts';
import type { Lived } from './figures/lived.ts';
import { type Kind, UPDATES } from './kinds/kind.ts';
import { type Draw, drawFor } from './life/draw.ts';
import { live, meetBefore, REQUEST, sendRequests } from './life/live.ts';
import { openStage } from './life/open-stage.ts';
import type { Acceptance, Sickness, Stage, Word } from './life/stage.ts';
import { wordOfTwoProbes } from './life/two-probes.ts';

const acceptances = new Map<OrderUnderTest, Promise<Acceptance | undefined>>();

/** The reply without its instant, so that it can be given at another one. */
const acceptanceIn = ({ status, headers: { date: _, ...headers }, body }: Reply): Acceptance => ({
  status,
  headers,
  body,
});

/** What the provider answers to the order's call where nothing goes wrong. */
const learnAcceptance = async (order: OrderUnderTest): Promise<Acceptance | undefined> => {
  const one = { name: order.name, order, reason: 'leaked' } as const;
  const world = await open(one);
  let heard: Acceptance | undefined;
  await world.deliver({
    ...world.ports,
    send: async (call, until) => {
      const coming = world.ports.send(call, until);
      const isApplied = world.sandbox.record.at(-1)?.applied !== undefined;
      const reply = await coming;
      if (isApplied && reply) heard ??= acceptanceIn(reply);
      return reply;
    },
  });
  await drain(one, world);
  return heard;
};

const acceptanceOf = (order: OrderUnderTest): Promise<Acceptance | undefined> => {
  const known = acceptances.get(order) ?? learnAcceptance(order);
  acceptances.set(order, known);
  return known;
};

const GONE: readonly string[] = ['revoked', 'already-revoked'];

const endNamed = ({ receipt: { outcome, code } }: Word): string => [outcome, code].filter(Boolean).join('/');

/** Until when something accepted the target: the record, or a node that is behind. */
const acceptedUntil = (stage: Stage): number => {
  const { sandbox, sickness, deletedAt, sentAt, world } = stage;
  const { world: of, target } = world.seeded;
  const died = deletedAt() ?? (sandbox.isAlive(of, target) ? Number.POSITIVE_INFINITY : sentAt);
  return Math.max(died, sickness.acceptedUntil?.(stage) ?? 0);
};

const resultOf = (name: string, stage: Stage): Lived => {
  const { world, order, sickness, words, heard, sentAt } = stage;
  const evidence = evidenceOf(world);
  const isAccepted = (n: number): boolean => words[n]?.isAccepted === true && !sickness.isBeyondUs;
  // The words are those of the evidence, in their order: each left through the world's own outbox.
  if (evidence.said.length !== words.length) throw new Error(`Cannot judge ${name}: a word was not heard`);
  const said = evidence.said.map((one, n) => ({ ...one, isAccepted: isAccepted(n) }));
  const isDelete = !UPDATES.includes(order);
  const livedMs = acceptedUntil(stage) - sentAt;
  const own = words.filter(({ receipt }) => receipt.requestId === REQUEST);
  const since = (at: number | undefined): number | undefined => at && at - sentAt;
  const firstOf = (...outcomes: readonly string[]): number | undefined =>
    since(own.find(({ receipt }) => outcomes.includes(receipt.outcome))?.at);
  return {
    name: `${name} | ${order.name} | ${sickness.says}`,
    ends: words.filter(({ receipt }) => receipt.final && !receipt.dryRun).map(endNamed),
    isStruck: stage.struck > 0,
    breaches: breachesIn({ ...evidence, said }).map(({ says }) => says),
    saidMs: firstOf(...GONE, 'restricted'),
    revokedMs: firstOf('revoked'),
    isEarly: own.some(({ receipt, isAccepted: isWorking }) => GONE.includes(receipt.outcome) && isWorking),
    isUnsaid: isDelete && livedMs < Number.POSITIVE_INFINITY && firstOf(...GONE) === undefined,
    confirmedMs: firstOf('confirmed'),
    twoProbesMs: since(wordOfTwoProbes(heard)),
    livedMs: isDelete ? livedMs : undefined,
  };
};

/** One world before it is played. */
export interface Drawn {
  readonly name: string;
  readonly order: OrderUnderTest;
  readonly reason: 'leaked' | 'manual';
  /** A dry run saw the key an hour ago. */
  readonly isMet: boolean;
  readonly sickness: Sickness;
  readonly draw: Draw;
}

/** Plays one world to its end, and judges it. */
export const playWorld = async ({ name, order, reason, isMet, sickness, draw }: Drawn): Promise<Lived> => {
  const stage = await openStage({ order, sickness, draw, accepted: await acceptanceOf(order) });
  if (isMet) await meetBefore(stage);
  await sickness.prepares?.(stage);
  sendRequests(stage, reason);
  await live(stage);
  return resultOf(name, stage);
};

/** Plays one world of a kind. The same kind, seed and number make the same world. */
export const runWorld = (kind: Kind, seed: number, number: number): Promise<Lived> => {
  const name = `${kind.name} | seed ${seed} | world ${number}`;
  const draw = drawFor(name);
  const order = draw.among(kind.orders);
  const reason = draw.among(['leaked', 'manual'] as const);
  const isMet = draw.chance(0.5);
  return playWorld({ name, order, reason, isMet, sickness: kind.draw(draw), draw });
};
