import { describe, expect, it } from 'vitest';
import type { Answer } from '../../functions/core/answer.ts';
import { after } from '../../functions/core/epoch.ts';
import { revoke } from '../../functions/core/revoke/revoke.ts';
import type { Given, Memory } from '../functions/core/memory-ports.ts';
import { answerOf } from '../functions/core/rounds.ts';
import { askedIn, replyOf } from '../functions/core/scripted-provider.ts';
import { delivered, MANAGED, SELF, system } from '../functions/core/scripted-system.ts';

const MINUTE = 60_000;
/** More deliveries than come in a day. */
const MOST_DELIVERIES = 400;

/** One key at a provider that refuses a deleted key and a key that is switched off in the same words. */
interface Trial {
  state: 'on' | 'off' | 'deleted';
  /** What the provider says to a delete. */
  readonly says: Answer;
  /** The provider loses the job behind its yes. */
  readonly drops?: boolean;
}

const SIGHT = answerOf('alive', { identified: true });
const USELESS = answerOf('unusable', { code: 'InvalidClientTokenId' });
const YES = answerOf('accepted', { code: '200' });
const OPAQUE = answerOf('accepted', { code: '202', acceptance: 'opaque' });

/** The key's own probe, and a delete. @param isManaged another key signs the delete, which works also on a key that is off */
const answerBy = (trial: Trial, isManaged: boolean): NonNullable<Given['reply']> => {
  const deleted = (): Answer => {
    if (!isManaged && trial.state !== 'on') return USELESS;
    if (!trial.drops) trial.state = 'deleted';
    return trial.says;
  };
  return (call) => {
    if (askedIn(call).asked === 'delete') return replyOf(deleted());
    return replyOf(trial.state === 'on' ? SIGHT : USELESS);
  };
};

const isDeath = ({ outcome }: Memory['published'][number]): boolean =>
  outcome === 'revoked' || outcome === 'already-revoked';

/** Delivers until the request ends. @param at what happens by hand, by the minute since the request came */
const carriedOut = async (trial: Trial, body: object, at: Readonly<Record<number, Trial['state']>> = {}) => {
  const isManaged = body !== SELF;
  const memory = system({}, { reply: answerBy(trial, isManaged) });
  // A dry run has seen the key alive.
  await revoke(memory.ports, delivered(memory, { ...body, requestId: 'met-before', dryRun: true }));
  trial.state = 'off';
  const came = memory.clock.now();
  const hands = Object.entries(at).map(([minute, state]) => [Number(minute) * MINUTE, state] as const);
  const untrue: string[] = [];
  for (let n = 1; n <= MOST_DELIVERIES; n += 1) {
    for (const [ms, state] of hands) if (memory.clock.now() >= after(came, ms)) trial.state = state;
    const told = memory.published.length;
    const { done } = await revoke(memory.ports, delivered(memory, body, { receiveCount: n }));
    const dead = memory.published.slice(told).filter(isDeath);
    if (trial.state !== 'deleted') untrue.push(...dead.map(({ outcome }) => outcome));
    if (done) break;
    memory.clock.forward(n < 30 ? MINUTE : 15 * MINUTE);
  }
  const [last] = memory.published.filter(({ final, dryRun }) => final && !dryRun);
  return { untrue, end: [last?.outcome, last?.code].filter(Boolean).join('/'), calls: last?.calls };
};

describe('T10: a key is switched off where the provider answers alike for off and deleted', () => {
  it('it is not already revoked, and ends for a person', async () => {
    const { untrue, end } = await carriedOut({ state: 'on', says: YES }, SELF);
    expect([untrue, end]).toEqual([[], 'stuck/unproven']);
  });

  it('it is killed when it is switched on again', async () => {
    const { untrue, end } = await carriedOut({ state: 'on', says: YES }, SELF, { 90: 'on' });
    expect([untrue, end]).toEqual([[], 'revoked']);
  });

  it('a managing key’s accepted delete tells the two apart', async () =>
    expect(await carriedOut({ state: 'on', says: YES }, MANAGED)).toEqual({ untrue: [], end: 'revoked', calls: 1 }));

  it.each([
    ['whose job is done', {}],
    ['whose job is lost', { drops: true }],
  ])('a yes to every identifier does not, %s', async (_what, fate) => {
    const { untrue, end } = await carriedOut({ state: 'on', says: OPAQUE, ...fate }, MANAGED);
    expect([untrue, end]).toEqual([[], 'stuck/unproven']);
  });
});
