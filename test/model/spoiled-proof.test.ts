import { beforeAll, beforeEach, it, vi } from 'vitest';
import type * as advanceModule from '../../functions/core/attempt/advance.ts';
import type * as decideModule from '../../functions/core/attempt/decide.ts';
import type * as windowModule from '../../functions/core/attempt/settle-window.ts';
import { after } from '../../functions/core/epoch.ts';
import type * as verdictModule from '../../functions/core/probe/round-verdict.ts';
import type { Setting } from './commands/sequences.ts';
import { finds } from './finds.ts';
import { learnAwaited } from './system/learn-awaited.ts';
import { openStages } from './system/stage.ts';

type Decide = typeof decideModule.decide;
type Situation = Parameters<Decide>[0];
type Decision = ReturnType<Decide>;
type RoundVerdictOf = typeof verdictModule.roundVerdictOf;
type AdvanceAttempt = typeof advanceModule.advanceAttempt;
type WithReading = typeof windowModule.withReading;

/** The rules of proof, each of which a test may spoil. */
interface Rules {
  readonly decide: (real: Decide) => Decide;
  readonly roundVerdictOf: (real: RoundVerdictOf) => RoundVerdictOf;
  readonly advanceAttempt: (real: AdvanceAttempt) => AdvanceAttempt;
  readonly withReading: (real: WithReading) => WithReading;
}

const same = <T>(real: T): T => real;
const rules = vi.hoisted((): { spoiled: Partial<Rules> } => ({ spoiled: {} }));

vi.mock('../../functions/core/attempt/decide.ts', async (load) => {
  const real = await load<typeof decideModule>();
  const decide: Decide = (situation) => (rules.spoiled.decide ?? same)(real.decide)(situation);
  return { ...real, decide };
});
vi.mock('../../functions/core/probe/round-verdict.ts', async (load) => {
  const real = await load<typeof verdictModule>();
  const roundVerdictOf: RoundVerdictOf = (...args) =>
    (rules.spoiled.roundVerdictOf ?? same)(real.roundVerdictOf)(...args);
  return { ...real, roundVerdictOf };
});
vi.mock('../../functions/core/attempt/advance.ts', async (load) => {
  const real = await load<typeof advanceModule>();
  const advanceAttempt: AdvanceAttempt = (...args) =>
    (rules.spoiled.advanceAttempt ?? same)(real.advanceAttempt)(...args);
  return { ...real, advanceAttempt };
});

vi.mock('../../functions/core/attempt/settle-window.ts', async (load) => {
  const real = await load<typeof windowModule>();
  const withReading: WithReading = (...args) => (rules.spoiled.withReading ?? same)(real.withReading)(...args);
  return { ...real, withReading };
});

const settings = new Map<string, Setting>();

beforeAll(async () => {
  for (const stage of await openStages()) settings.set(stage.name, { stage, awaited: await learnAwaited([stage]) });
});

beforeEach(() => {
  rules.spoiled = {};
});

/** The rules are asked about another situation than there is. */
const asIf = (change: (situation: Situation) => Partial<Situation>): Partial<Rules> => ({
  decide: (real) => (situation) => real({ ...situation, ...change(situation) }),
});

/** Their decision is changed. */
const turned = (change: (decision: Decision, situation: Situation) => Decision): Partial<Rules> => ({
  decide: (real) => (situation) => change(real(situation), situation),
});

const isEnd = (decision: Decision, outcome: string): boolean => decision.do === 'end' && decision.outcome === outcome;

const MINUTE_MS = 60_000;

/** As if the key had been gone for so much longer. */
const olderBy = ({ progress }: Situation, ms: number): Situation['progress'] =>
  progress.absentSince === undefined ? progress : { ...progress, absentSince: after(progress.absentSince, -ms) };

/** A recheck, which hands in what it does beside probes, takes its word for it that there is nothing to do. */
const recheckProves: Rules['advanceAttempt'] = (real) => async (context, hooks, leased, act) => {
  const result = await real(context, hooks, leased, act);
  const isIdle = act !== undefined && result.hasEnded && result.outcome === 'planned';
  return isIdle ? { ...result, outcome: 'already-revoked' } : result;
};

/** A managing key that is refused stands in nobody's way. */
const deafToRefusals: Rules['roundVerdictOf'] = (real) => (round, context) => {
  const speaking = round.filter(({ question, answer }) => question.as === 'self' || answer.saw !== 'silent');
  return real(speaking, { ...context, signer: undefined });
};

/** What a reading in a settle window is taken for. */
const readAs = (
  change: (reading: Parameters<WithReading>[1]) => Partial<Parameters<WithReading>[1]>,
  laterMs = 0,
): Partial<Rules> => ({
  withReading: (real) => (item, reading, now) => real(item, { ...reading, ...change(reading) }, after(now, laterMs)),
});

const SPOILED: readonly (readonly [what: string, stage: string, spoiled: Partial<Rules>, found: RegExp])[] = [
  [
    'takes absences before any call for a death',
    'kalshi',
    asIf(({ kind, progress, proved }) => ({ proved: proved || (kind === 'delete' && progress.calls === 0) })),
    /L1: already-revoked without a call/,
  ],
  [
    'says that refused calls have revoked a key',
    'kalshi',
    turned((decision) => (isEnd(decision, 'already-revoked') ? { do: 'end', outcome: 'revoked' } : decision)),
    /L1: revoked by refused calls/,
  ],
  [
    'says that a key was dead before the call that may have deleted it',
    'kalshi',
    turned((decision) => (isEnd(decision, 'revoked') ? { do: 'end', outcome: 'already-revoked' } : decision)),
    /L1: already-revoked after a call that may have deleted it/,
  ],
  [
    'believes a key’s own absence at once',
    'kalshi',
    asIf(({ kind, progress, controlled }) => ({ controlled: controlled || (kind === 'delete' && progress.calls > 0) })),
    /by its own absence within an hour/,
  ],
  [
    'believes a key’s own absence some minutes too soon',
    'requesty',
    asIf((situation) => ({ progress: olderBy(situation, 20 * MINUTE_MS) })),
    /by its own absence within an hour/,
  ],
  [
    'never believes a key’s own absence',
    'kalshi',
    asIf(({ progress }) => ({ progress: { ...progress, absentSince: undefined } })),
    /waits though the key has been gone for an hour/,
  ],
  [
    'forgets that a key has shown since its call',
    'kalshi',
    asIf(() => ({ sightedRounds: 0 })),
    /L1: revoked of a key that has shown since its call/,
  ],
  [
    'takes a managing key’s list for the answer to a call whose reply was lost',
    'kalshi',
    asIf(({ progress, controlled }) =>
      controlled && progress.callReplies?.at(-1) === 'lost'
        ? { progress: { ...progress, callReplies: [...progress.callReplies, 'refused'] } }
        : {},
    ),
    /L1: revoked by one call whose reply was lost/,
  ],
  [
    'sends a delete again and again in one delivery',
    'kalshi',
    asIf(() => ({ calledNow: false })),
    /L3: a further call for a key that is gone, in one delivery/,
  ],
  [
    'waits for the end of an outage without sending the delete again',
    'kalshi',
    turned((decision, { roundVerdict, progress }) =>
      decision.do === 'call' && roundVerdict === 'absent' && progress.calls > 0
        ? { do: 'retry', code: 'not-yet-proved' }
        : decision,
    ),
    /waits without sending the delete again|waits for not-yet-proved, but met dead/,
  ],
  [
    'sends a delete again after it was accepted',
    'kalshi',
    turned((decision, { roundVerdict, progress, calledNow }) =>
      isEnd(decision, 'revoked') && roundVerdict === 'absent' && progress.calls === 1 && calledNow
        ? { do: 'call' }
        : decision,
    ),
    /L3: a further call for a key that is gone, after one that was accepted/,
  ],
  [
    'does not ask the sibling environments',
    'kalshi',
    asIf(() => ({ siblingsAsked: true })),
    /L3: a call for a key that was not looked for in its sibling environments/,
  ],
  [
    'gives up a key that nobody has ever seen without a call',
    'kalshi',
    turned((decision, { roundVerdict }) =>
      decision.do === 'call' && roundVerdict === 'absent-unseen'
        ? { do: 'end', outcome: 'stuck/not-recognised' }
        : decision,
    ),
    /ended as stuck\/not-recognised without a call/,
  ],
  [
    'ends an update by the key’s own absence',
    'bybit',
    asIf(({ kind, controlled }) => ({ controlled: controlled || kind === 'update' })),
    /L1: already-revoked by an update, and by its own absence/,
  ],
  [
    'lets a look prove a death',
    'kalshi',
    { advanceAttempt: recheckProves },
    /L1: a look proves the death of a key without a call/,
  ],
  [
    'confirms a death by the first reading in its window',
    'kalshi',
    readAs(() => ({}), 10 * MINUTE_MS),
    /L1: confirmed before the window was over/,
  ],
  [
    'is blind to a key that shows again in its window',
    'kalshi',
    readAs(({ saw }) => ({ saw: saw === 'broken' ? 'holds' : saw })),
    /L1: confirmed though the key was seen in its window|L1: confirmed while the key lives/,
  ],
  [
    'confirms a death that no call and no other key speaks for',
    'kalshi',
    readAs(() => ({ control: 'signer' })),
    /L1: confirmed by what an outage looks like/,
  ],
  [
    'takes back a word that nothing speaks against',
    'kalshi',
    readAs(({ saw }) => ({ saw: saw === 'holds' ? 'broken' : saw })),
    /L1: found resurrected while no reading showed the key/,
  ],
  [
    'takes the word of a round in which the managing key was refused',
    'kalshi',
    { roundVerdictOf: deafToRefusals },
    /L1: .* by a look that refused the managing key/,
  ],
];

it.each(SPOILED)('finds a system that %s, by a few steps', async (_what, stage, spoiled, found) => {
  const setting = settings.get(stage);
  if (setting === undefined) throw new Error(`Cannot find the stage of ${stage}`);
  rules.spoiled = spoiled;
  await finds(setting, found);
});
