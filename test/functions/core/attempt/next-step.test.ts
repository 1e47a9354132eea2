import { describe, expect, it } from 'vitest';
import type { Answer, KeyRecord } from '../../../../functions/core/answer.ts';
import { nextStep } from '../../../../functions/core/attempt/next-step.ts';
import type { JudgedRound } from '../../../../functions/core/attempt/round.ts';
import type { Retry } from '../../../../functions/core/backoff.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { type AttemptRecord, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { Plan, Restriction } from '../../../../functions/core/provider.ts';
import { atWork } from '../attempt-contexts.ts';
import { answerOf, askedOf, NOON } from '../rounds.ts';
import { deleteCall } from '../scripted-provider.ts';

const { context } = atWork({});
const PLAN: Plan = context.provider.plan({ ...context.order, facts: {}, called: false });
const NOW: KeyRecord = { readOnly: 1, ips: ['192.0.2.1'], permissions: {} };
const BEFORE: KeyRecord = { readOnly: 0, ips: ['192.0.2.1', '192.0.2.2'], permissions: {} };
const NARROWEST: KeyRecord = { readOnly: 1, ips: ['192.0.2.2'], permissions: {} };
const EARLY = after(NOON, -60_000);
const CALL = { ...deleteCall(context.order), asked: 'update' };
const WIDENS = { end: 'refused/would-widen', why: 'Cannot widen it: ask for less' } as const;
const WEB_ONLY = { end: 'stuck/only-in-web-ui', why: 'Cannot take away Withdraw' } as const;

const ASK = { do: 'ask', at: after(NOON, PLAN.proofGapMs), code: 'not-yet-proved' };

const restriction = (call: ReturnType<Restriction['call']> = CALL): Restriction => ({
  call: () => call,
  reach: () => 'wider',
  narrower: (a) => a,
});

interface Found {
  readonly answer?: Answer;
  readonly roundVerdict?: JudgedRound['roundVerdict'];
  readonly cutShort?: boolean;
  readonly heldUp?: Retry;
  readonly control?: JudgedRound['control'];
  readonly plan?: Partial<Plan>;
  readonly record?: Partial<AttemptRecord>;
}

const stepOf = ({
  answer = answerOf('alive', { record: NOW }),
  roundVerdict = 'wider',
  cutShort = false,
  heldUp,
  control,
  ...rest
}: Found) =>
  nextStep(
    context,
    {
      round: { asked: [askedOf(answer)], signer: undefined, facts: {}, evidence: [], cutShort, heldUp, isEmpty: false },
      plan: { ...PLAN, ...rest.plan },
      roundVerdict,
      control,
    },
    { ...NEW_ATTEMPT, ...rest.record },
    { proved: false, calledNow: false, siblingsAsked: false, agreedMs: 0, sightedRounds: 0 },
  );

it('ends where the facts forbid to continue, whatever the key looks like', () => {
  const plan = { end: 'refused/wrong-signer' } as const;
  expect(stepOf({ roundVerdict: 'present', plan })).toEqual({ do: 'end', outcome: 'refused/wrong-signer' });
});

it('waits for what a question has to wait for', () => {
  const heldUp = { code: 'rate-limited', notBefore: after(NOON, 1) } as const;
  expect(stepOf({ roundVerdict: 'present', cutShort: true, heldUp })).toEqual({ do: 'retry', ...heldUp });
});

it.each([
  [false, 'no-reply'],
  [true, 'not-yet-proved'],
] as const)('comes again after half a round; a probe had answered: %s', (answered, code) => {
  expect(stepOf({ roundVerdict: 'present', cutShort: true, record: { answered } })).toEqual({ do: 'retry', code });
});

it('sends a delete as it is', () => {
  expect(stepOf({ roundVerdict: 'present' })).toEqual({ do: 'call', call: PLAN.call });
});

it.each<[string, JudgedRound['control'], object]>([
  ['another call', undefined, { do: 'call', call: PLAN.call }],
  ['a second absence beside the managing key', 'signer', ASK],
  ['a second absence beside a control key', 'key', ASK],
])('wants for a key that is gone after a refused delete: %s', (_what, control, expected) => {
  const record = { calls: 1, callReplies: ['refused'], absentSince: NOON } as const;
  expect(stepOf({ answer: answerOf('unknown'), roundVerdict: 'absent', control, record })).toEqual(expected);
});

describe('an update', () => {
  it.each([
    ['what all readings have in common', { before: BEFORE, narrowest: NARROWEST, readAt: EARLY }, [NOW, NARROWEST]],
    ['as it was when release 0.1.0 first read it', { before: BEFORE, readAt: EARLY }, [NOW, BEFORE]],
    ['as it is, where nothing was read before', { readAt: EARLY }, [NOW, NOW]],
  ])('is made from the key as it is, and never wider than %s', (_what, record, expected) => {
    const given: KeyRecord[][] = [];
    const call: Restriction['call'] = (...of) => {
      given.push(of);
      return CALL;
    };
    expect(stepOf({ plan: { call: { ...restriction(), call } }, record })).toEqual({ do: 'call', call: CALL });
    expect(given).toEqual([expected]);
  });

  it('is not made while nobody has read the settings', () => {
    const unread = { answer: answerOf('alive'), plan: { call: restriction() }, record: { readAt: EARLY } };
    expect(stepOf(unread)).toEqual({ do: 'retry', code: 'unrecognised' });
  });

  it('ends by its own rule, with what that says', () => {
    const { end: outcome, why } = WEB_ONLY;
    const record = { readAt: EARLY };
    expect(stepOf({ plan: { call: restriction(WEB_ONLY) }, record })).toEqual({ do: 'end', outcome, why });
  });

  it('that would widen is refused also where nothing is left to take away', () => {
    const { end: outcome, why } = WIDENS;
    expect(stepOf({ roundVerdict: 'as-asked', plan: { call: restriction(WIDENS) } })).toEqual({
      do: 'end',
      outcome,
      why,
    });
  });

  it.each([
    ['that could go out', 'as-asked', restriction(), {}],
    ['that would end by another rule', 'as-asked', restriction(WEB_ONLY), {}],
    ['that has gone out', 'as-asked', restriction(WIDENS), { calls: 1 }],
    ['of which only the web console can do the rest', 'web-only', restriction(WIDENS), {}],
  ] as const)('%s waits for a second round where nothing is left to take away', (_what, roundVerdict, call, record) => {
    expect(stepOf({ roundVerdict, plan: { call }, record })).toEqual(ASK);
  });

  it('that was accepted and had no effect is unproven, where a delete had none', () => {
    const unchanged = { count: 3, since: after(NOON, -60_000) };
    const record = { calls: 5, lastCallAt: unchanged.since, acceptedAt: unchanged.since, unchanged };
    expect(stepOf({ plan: { call: restriction() }, record })).toEqual({ do: 'end', outcome: 'stuck/unproven' });
    expect(stepOf({ roundVerdict: 'present', record })).toEqual({ do: 'end', outcome: 'stuck/no-effect' });
  });
});
