import type { Answer } from '../../../functions/core/answer.ts';
import { type Call, isRestriction, type Plan, type Provider } from '../../../functions/core/provider.ts';
import type { Draw } from '../life/draw.ts';
import type { Sickness } from '../life/stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** All providers, each with something else about it. */
const changed = (change: (provider: Provider) => Provider): NonNullable<Sickness['ours']> => {
  return (ports) => ({
    ...ports,
    providers: Object.fromEntries(Object.entries(ports.providers).map(([name, provider]) => [name, change(provider)])),
  });
};

const opaquely = (answer: Answer): Answer =>
  answer.saw === 'accepted' ? { saw: 'accepted', code: answer.code, acceptance: 'opaque' } : answer;

const withOpaqueCall = (plan: Plan): Plan => {
  if (isRestriction(plan.call)) return plan;
  const { call } = plan;
  const read: Call['read'] = (reply) => opaquely(call.read(reply));
  return { ...plan, call: { ...call, read } };
};

/** The provider says yes to every delete, whether there is such a key or not. */
export const opaqueAcceptance = (): Sickness => ({
  says: 'a yes to a delete says nothing of the key',
  ours: changed((provider) => ({ ...provider, plan: (order) => withOpaqueCall(provider.plan(order)) })),
  prepares: (stage) => {
    stage.struck += 1;
  },
});

/** The provider documents how long its nodes may disagree. */
export const settlesWithin = ({ among }: Draw): Sickness => {
  const windowMs = among([25 * MINUTE, 24 * HOUR]);
  return {
    says: `a window of ${windowMs / MINUTE} minutes is documented`,
    ours: changed((provider) => ({ ...provider, settle: { windowMs, source: 'documented' } })),
    prepares: (stage) => {
      stage.struck += 1;
    },
  };
};

/** After the word nothing is delivered for some hours. Then all that has come meanwhile is there at once. */
export const pausedAfterWord = ({ ms }: Draw): Sickness => {
  const lastsMs = ms(15 * MINUTE, 12 * HOUR);
  let isOver = false;
  return {
    says: `nothing is delivered for ${lastsMs} ms after the word`,
    happens: (stage) => {
      if (isOver || !stage.words.some(({ receipt }) => receipt.final)) return;
      const waiting = stage.world.queue.filter(({ body }) => JSON.parse(body).look);
      if (waiting.length === 0) return;
      isOver = true;
      stage.struck += 1;
      for (const message of waiting) message.visibleAt += lastsMs;
    },
  };
};
