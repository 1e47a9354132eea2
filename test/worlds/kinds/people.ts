import type { Answer, Saw } from '../../../functions/core/answer.ts';
import type { Provider, Providers, Question } from '../../../functions/core/provider.ts';
import type { Draw } from '../life/draw.ts';
import type { Sickness, Stage } from '../life/stage.ts';
import { unknownTo } from './outages.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;

/** Does something by hand once, when it is time. */
const once = (isTime: (stage: Stage) => boolean, does: (stage: Stage) => void): NonNullable<Sickness['happens']> => {
  let isDone = false;
  return (stage) => {
    if (isDone || !isTime(stage)) return;
    isDone = true;
    stage.struck += 1;
    stage.world.witness.byHand(() => does(stage));
  };
};

const hand =
  (name: string) =>
  ({ world }: Stage): void =>
    world.seeded.byHand[name]?.now();

const goneSince = ({ words }: Stage): number =>
  words.find(({ receipt: { final, outcome } }) => final && outcome === 'revoked')?.at ?? Number.POSITIVE_INFINITY;

/** Some time after `revoked`, and while the key is watched. */
const afterRevoked = ({ ms }: Draw): readonly [number, (stage: Stage) => boolean] => {
  const waitMs = ms(SECOND, 9 * MINUTE);
  return [waitMs, (stage) => stage.world.clock.now() >= goneSince(stage) + waitMs];
};

export const managerKilled = (draw: Draw): Sickness => {
  const [waitMs, isTime] = afterRevoked(draw);
  return {
    says: `the managing key is deleted ${waitMs} ms after the word`,
    happens: once(isTime, hand('its signer deleted by hand')),
  };
};

export const secretDeleted = (draw: Draw): Sickness => {
  const [waitMs, isTime] = afterRevoked(draw);
  const how = draw.among(['schedule', 'remove'] as const);
  return {
    says: `the secret is deleted (${how}) ${waitMs} ms after the word`,
    happens: once(isTime, ({ world }) => {
      for (const name of Object.keys(world.seeded.secrets)) world.vault[how](name);
    }),
  };
};

export const restored = ({ whole }: Draw): Sickness => {
  const onDay = whole(1, 6);
  return {
    says: `restored by hand on day ${onDay}`,
    days: 8,
    happens: once(
      (stage) => stage.world.clock.now() >= stage.sentAt + onDay * DAY && goneSince(stage) < Number.POSITIVE_INFINITY,
      hand('made again by hand'),
    ),
  };
};

/** The account has no other key that could be asked. */
export const oneKeyOnly = (): Sickness => ({
  says: 'the account has no other key',
  prepares: (stage) => {
    const { sandbox } = stage;
    const { seeded } = stage.world;
    const others = sandbox.keyIds().filter((id) => id !== seeded.target && sandbox.isAlive(seeded.world, id));
    for (const id of others) sandbox.remove(seeded.world, id);
    stage.struck += others.length;
  },
});

/** A question whose provider says of a key that is switched off what it says of one that is deleted. */
const unusable = (question: Question): Question => ({
  ...question,
  next: (replies, now) => {
    const next = question.next(replies, now);
    if (!('answer' in next) || question.as !== 'self' || next.answer.saw !== 'unknown') return next;
    return { answer: { ...next.answer, saw: UNUSABLE } as Answer };
  },
});

/** The word of the rules for such an answer. */
const UNUSABLE = 'unusable' as string as Saw;

const alikeForOff = (provider: Provider): Provider => ({
  ...provider,
  plan: (order) => {
    const plan = provider.plan(order);
    return { ...plan, probes: plan.probes.map(unusable) };
  },
});

const allAlikeForOff = (providers: Providers): Providers =>
  Object.fromEntries(Object.entries(providers).map(([name, provider]) => [name, alikeForOff(provider)]));

/** A person switches the key off, and the provider documents that it answers alike for off and deleted. */
export const switchedOff = ({ whole }: Draw): Sickness => {
  const after = whole(0, 4);
  return {
    says: `switched off by hand after ${after} exchanges`,
    ours: (ports) => ({ ...ports, providers: allAlikeForOff(ports.providers) }),
    meets: (stage) => (stage.exchanges() >= after ? [unknownTo(stage, stage.world.seeded.target)] : []),
  };
};

const NARROW = 'target: take every permission';
const WIDEN = 'target: widen beyond what an update asks';

/** A replica that is farther behind shows in no reading of one request, however often it is asked. */
const LAGS_BY_MS = 15 * SECOND;

/** A person changes the key right before the request, and the reads come from a replica that is behind. */
export const changedBehindReplica = (how: 'narrowed' | 'widened', { ms, whole, random }: Draw): Sickness => {
  const lagMs = ms(2 * SECOND, LAGS_BY_MS);
  const sinceMs = whole(0, lagMs - 1);
  const share = 0.3 + 0.7 * random();
  return {
    says: `${how} by hand ${sinceMs} ms before, ${share.toFixed(2)} of the reads are ${lagMs} ms behind`,
    prepares: (stage) => {
      const { clock, witness } = stage.world;
      const act = (name: string): void => witness.byHand(() => hand(name)(stage));
      if (how === 'widened') act(NARROW);
      clock.advanceTo(clock.now() + 2 * MINUTE);
      act(how === 'widened' ? WIDEN : NARROW);
      clock.advanceTo(clock.now() + sinceMs);
    },
    meets: (stage, { call }) =>
      call.method === 'GET' && stage.draw.chance(share) ? [{ match: {}, fault: { kind: 'lag', ms: lagMs } }] : [],
  };
};
