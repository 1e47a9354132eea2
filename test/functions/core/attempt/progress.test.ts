import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import {
  hasRoomFor,
  mayBeWrittenLater,
  seenWith,
  withAnswer,
  withCall,
  withEnd,
  withMoreEvidence,
  withRound,
} from '../../../../functions/core/attempt/progress.ts';
import { after, epochMs, toIso } from '../../../../functions/core/epoch.ts';
import {
  type AttemptRecord,
  basisOf,
  type CallReply,
  type CaseItem,
  NEW_ATTEMPT,
} from '../../../../functions/core/ledger/case-item.ts';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import type { Ended } from '../../../../functions/core/ledger/request-item.ts';
import type { FinalOutcome } from '../../../../functions/core/outcome.ts';
import type { Round } from '../../../../functions/core/probe/ask.ts';
import type { RoundVerdict } from '../../../../functions/core/probe/round-verdict.ts';
import type { Call, Restriction } from '../../../../functions/core/provider.ts';
import type { Evidence } from '../../../../functions/core/receipt.ts';
import { answerOf, askedOf, NOON } from '../rounds.ts';

const AT = after(NOON, 7);
const EMPTY: CaseItem = { ...emptyCase({ provider: 'kalshi', realm: 'prod', keyId: 'K' }, NOON), rev: 1, nonce: 'n' };
const withWork = (progress: Partial<AttemptRecord>, rest: Partial<CaseItem> = {}): CaseItem => ({
  ...EMPTY,
  attempts: { w: { ...NEW_ATTEMPT, ...progress } },
  ...rest,
});
const line = (n: number): Evidence => ({
  at: toIso(epochMs(n)),
  step: 'probe',
  asked: 'q',
  as: 'self',
  host: 'h',
  saw: 'alive',
  code: String(n),
});

const round = (more: Partial<Round> = {}): Round => ({
  asked: [],
  signer: undefined,
  facts: {},
  evidence: [],
  cutShort: false,
  isEmpty: false,
  ...more,
});
const write = (item: CaseItem, probed: Round, roundVerdict: RoundVerdict | undefined = 'present') =>
  withRound(item, { name: 'w', signerId: 'S', round: probed, roundVerdict, control: undefined, now: AT });

describe('what a round counts', () => {
  const UNKNOWN_KEY = round({ asked: [askedOf(answerOf('unknown'))] });
  const SEEN = round({ asked: [askedOf(answerOf('alive'))] });
  const agreedOn = (item: CaseItem) => item.attempts['w']?.agreed;
  const CALLED = { calls: 1, callReplies: ['accepted'] } as const;

  it('are the rounds in a row that agree', () => {
    const once = write(EMPTY, UNKNOWN_KEY, 'absent');
    expect(agreedOn(once as CaseItem)).toMatchObject({ on: 'absent', at: AT, count: 1 });
    const twice = write(once as CaseItem, UNKNOWN_KEY, 'absent');
    expect(agreedOn(twice as CaseItem)).toMatchObject({ on: 'absent', at: AT, count: 2 });
    expect(agreedOn(write(twice as CaseItem, UNKNOWN_KEY, 'absent-unseen') as CaseItem)).toMatchObject({ count: 1 });
    expect(agreedOn(write(twice as CaseItem, round(), 'none') as CaseItem)).toBeUndefined();
  });

  it('continues from one for an agreement that release 0.1.0 wrote', () => {
    const item = withWork({ agreed: { on: 'absent', at: NOON } });
    expect(agreedOn(write(item, UNKNOWN_KEY, 'absent') as CaseItem)).toMatchObject({
      on: 'absent',
      at: NOON,
      count: 2,
    });
  });

  it('are the connections that were opened for them, and the different addresses of these', () => {
    const over = (...connections: readonly string[]) => ({
      ...UNKNOWN_KEY,
      asked: UNKNOWN_KEY.asked.map((one) => ({ ...one, connections })),
    });
    const once = write(EMPTY, over('a', 'b'), 'absent') as CaseItem;
    expect(agreedOn(once)).toMatchObject({ connections: 2, addresses: ['a', 'b'] });
    const twice = write(once, over('b', 'c'), 'absent') as CaseItem;
    expect(agreedOn(twice)).toMatchObject({ connections: 4, addresses: ['a', 'b', 'c'] });
    const many = Array.from({ length: 21 }, (_, n) => `n${n}`);
    expect(agreedOn(write(EMPTY, over(...many), 'absent') as CaseItem)?.addresses).toEqual(many.slice(0, 20));
    expect(agreedOn(write(twice, over('d'), 'absent-unseen') as CaseItem)).toMatchObject({ connections: 1 });
  });

  it.each([
    ['accepted', { calls: 1, callReplies: ['accepted'] }, 1],
    ['lost', { calls: 1, callReplies: ['lost'] }, 1],
    ['refused', { calls: 1, callReplies: ['refused'] }, undefined],
    ['never made', {}, undefined],
    ['accepted, seen nine times', { ...CALLED, sightedRounds: 9 }, 10],
    ['accepted, seen ten times', { ...CALLED, sightedRounds: 10 }, 10],
  ] as const)('are the sightings after a call that was %s', (_how, record, expected) => {
    const attempts = { w: { ...NEW_ATTEMPT, ...record }, other: { ...NEW_ATTEMPT, ...record } };
    const written = write({ ...EMPTY, attempts }, SEEN).attempts;
    expect([written['w']?.sightedRounds, written['w']?.lastSightedAt]).toEqual([expected, AT]);
    expect([written['other']?.sightedRounds, written['other']?.lastSightedAt]).toEqual([expected, AT]);
  });

  it.each([
    ['present', 1],
    ['wider', 1],
    ['none', 1],
    ['as-asked', undefined],
    ['web-only', undefined],
  ] as const)('is no sighting against an update that found its key %s: %s', (verdict, expected) => {
    expect(write(withWork(CALLED), SEEN, verdict).attempts['w']?.sightedRounds).toBe(expected);
  });

  it('is no sighting where the key was not shown', () => {
    const { sightedRounds, lastSightedAt } = write(withWork(CALLED), UNKNOWN_KEY, 'absent').attempts['w'] ?? {};
    expect([sightedRounds, lastSightedAt]).toEqual([undefined, undefined]);
  });

  it('is what all readings of an update’s key have in common, since the first', () => {
    const common: Restriction['narrower'] = (a, b) => ({ ips: [...(a['ips'] as []), ...(b['ips'] as [])] });
    const restriction: Restriction = {
      call: () => ({ end: 'refused/would-widen', why: '' }),
      reach: () => 'wider',
      narrower: common,
    };
    const reading = (...ips: string[]) => askedOf(answerOf('alive', { record: { ips } }));
    const read = (item: CaseItem, ...asked: Round['asked'][number][]) =>
      withRound(item, {
        name: 'w',
        signerId: 'S',
        round: round({ asked }),
        roundVerdict: 'wider',
        control: undefined,
        restriction,
        now: AT,
      });
    const once = read(EMPTY, reading('a'), reading('b'));
    expect(once.attempts['w']).toMatchObject({ narrowest: { ips: ['a', 'b'] }, readAt: AT });
    const twice = read(withWork({ ...once.attempts['w'], readAt: NOON }), reading('c'));
    expect(twice.attempts['w']).toMatchObject({ narrowest: { ips: ['a', 'b', 'c'] }, readAt: NOON });
    const unread = read(EMPTY, askedOf(answerOf('alive')));
    expect(unread.attempts['w']).not.toHaveProperty('readAt');
    expect(write(EMPTY, round({ asked: [reading('a')] })).attempts['w']).not.toHaveProperty('readAt');
  });

  it('is kept through another call, and no control is', () => {
    const controlled = { controlledSince: NOON, controlledBy: 'key' } as const;
    const called = withCall({ ...NEW_ATTEMPT, ...CALLED, sightedRounds: 4, ...controlled }, AT);
    expect([called.sightedRounds, called.controlledSince, called.controlledBy]).toEqual([4, undefined, undefined]);
  });

  it('stands in the case after the end of its attempt, by the highest', () => {
    const ended: Ended = { outcome: 'stuck/no-effect', why: '', at: AT, evidence: [] };
    const sighted = (own: number | undefined, kept: number | undefined) =>
      withEnd(
        withWork(own === undefined ? {} : { sightedRounds: own }, kept === undefined ? {} : { sightedRounds: kept }),
        'w',
        ended,
      ).sightedRounds;
    expect([sighted(3, undefined), sighted(3, 5), sighted(5, 3)]).toEqual([3, 5, 5]);
    expect([sighted(undefined, 5), sighted(undefined, undefined)]).toEqual([5, undefined]);
  });

  it('are the sightings of a key that was proved dead', () => {
    const proved = { at: NOON, deadAt: NOON, endedBy: 'x#1' };
    expect(write({ ...EMPTY, proved }, SEEN).sightedRounds).toBe(1);
    expect(write({ ...EMPTY, proved, sightedRounds: 2 }, SEEN).sightedRounds).toBe(3);
    expect(write({ ...EMPTY, proved }, UNKNOWN_KEY, 'absent').sightedRounds).toBeUndefined();
    expect(write({ ...EMPTY, sightedRounds: 2 }, SEEN).sightedRounds).toBe(2);
  });
});

describe('a round written into the case', () => {
  it('keeps when each question first saw the key', () => {
    const asked = [
      askedOf(answerOf('alive', { identified: true }), 'self', 'a'),
      askedOf(answerOf('listed', { identified: true }), 'managing', 'b'),
      askedOf(answerOf('silent'), 'self', 'c'),
    ];
    const item = { ...EMPTY, sightings: { a: NOON } };
    expect(write(item, round({ asked })).sightings).toEqual({ a: NOON, b: AT });
    expect(seenWith(item, round({ asked }), AT)).toEqual({ a: NOON, b: AT });
  });

  it('keeps what was learned for this request, and for its signer’s next one without how far a search came', () => {
    const item = withWork(
      { facts: { userID: '1', searchCursor: 'x' } },
      { facts: { S: { userID: '0', old: 'y' }, T: { z: '1' } } },
    );
    const written = write(item, round({ facts: { userID: '2', searchCursor: 'c', searched: '3 sub accounts' } }));
    expect(written.attempts['w']?.facts).toEqual({ userID: '2', searchCursor: 'c', searched: '3 sub accounts' });
    expect(written.facts).toEqual({ S: { userID: '2', old: 'y' }, T: { z: '1' } });
  });

  it.each<[string, readonly string[] | undefined, string | undefined, readonly string[] | undefined]>([
    ['none', undefined, undefined, undefined],
    ['the first', undefined, 'c', ['c']],
    ['the latest last', ['a', 'b'], 'c', ['a', 'b', 'c']],
    ['each once', ['a', 'b', 'c'], 'a', ['b', 'c', 'a']],
    ['those of before, where a round has none', ['a', 'b'], undefined, ['a', 'b']],
    ['no more than five', ['a', 'b', 'c', 'd', 'e'], 'f', ['b', 'c', 'd', 'e', 'f']],
  ])('keeps the control keys of the account: %s', (_which, controls, controlName, expected) => {
    const more = { roundVerdict: 'absent', control: 'key', controlName, now: AT } as const;
    const written = withRound({ ...EMPTY, controls }, { name: 'w', signerId: 'S', round: round(), ...more });
    expect(written.controls).toEqual(expected);
    expect(written.attempts['w']).toMatchObject({ controlledSince: AT, controlledBy: 'key' });
  });

  it('leaves the attempts of other requests alone', () => {
    const other = { ...NEW_ATTEMPT, calls: 3 };
    expect(write({ ...EMPTY, attempts: { other } }, round()).attempts).toMatchObject({
      other,
      w: { calls: 0, answered: true },
    });
  });

  it.each(['alive', 'disabled', 'doubt'] as const)('starts the count of every request again on %s', (saw) => {
    const gone = {
      ...NEW_ATTEMPT,
      agreed: { on: 'absent', at: NOON },
      absentSince: NOON,
      absentAt: NOON,
      controlledSince: NOON,
      controlledBy: 'key',
      revokedByWordSince: NOON,
    } as const;
    const written = write(
      { ...EMPTY, attempts: { w: gone, other: gone } },
      round({ asked: [askedOf(answerOf(saw))] }),
      'none',
    );
    const started = {
      agreed: undefined,
      absentSince: undefined,
      absentAt: undefined,
      controlledSince: undefined,
      controlledBy: undefined,
      revokedByWordSince: undefined,
    };
    expect(written.attempts).toMatchObject({ w: started, other: started });
    expect(written.sightings).toEqual({});
  });

  it('counts rounds in a row in which a probe gave no verdict', () => {
    const silent = round({ asked: [askedOf(answerOf('alive')), askedOf(answerOf('silent'))] });
    expect(write(withWork({ silentRounds: 1 }), silent).attempts['w']?.silentRounds).toBe(2);
    expect(
      write(withWork({ silentRounds: 1 }), round({ signer: answerOf('silent') })).attempts['w']?.silentRounds,
    ).toBe(2);
    expect(
      write(withWork({ silentRounds: 1 }), round({ asked: [askedOf(answerOf('alive'))] })).attempts['w']?.silentRounds,
    ).toBe(0);
    expect(
      write(
        withWork({ silentRounds: 1 }),
        round({ signer: answerOf('rejected', { means: { end: 'stuck/region-refused' } }) }),
      ).attempts['w']?.silentRounds,
    ).toBe(0);
    const heldUp = { code: 'rate-limited' } as const;
    expect(write(withWork({ silentRounds: 1 }), round({ cutShort: true, heldUp })).attempts['w']?.silentRounds).toBe(1);
  });

  it('leaves the tally of a round that was cut short', () => {
    const agreed = { on: 'absent', at: NOON } as const;
    expect(
      withRound(withWork({ agreed }), {
        name: 'w',
        signerId: 'S',
        round: round({ evidence: [line(1)] }),
        roundVerdict: undefined,
        control: undefined,
        now: AT,
      }).attempts['w'],
    ).toMatchObject({ agreed, evidence: [line(1)], answered: false });
  });

  it.each([
    ['absent', answerOf('alive'), false],
    ['absent-unseen', answerOf('silent', { identified: true }), false],
    ['absent', answerOf('unknown'), true],
    ['absent', answerOf('silent'), true],
    ['as-asked', answerOf('alive'), true],
  ] as const)('that was cut short continues from %s after %j: %s', (on, answer, goesOn) => {
    const agreed = { on, at: NOON };
    const cut = {
      name: 'w',
      signerId: 'S',
      round: round({ asked: [askedOf(answer)] }),
      roundVerdict: undefined,
      control: undefined,
      now: AT,
    };
    expect(withRound(withWork({ agreed }), cut).attempts['w']?.agreed).toEqual(goesOn ? agreed : undefined);
  });

  it('that saw the key takes back what another request has found absent, and nothing else', () => {
    const gone = { ...NEW_ATTEMPT, calls: 2, agreed: { on: 'absent', at: NOON } } as const;
    const met = { ...NEW_ATTEMPT, agreed: { on: 'as-asked', at: NOON } } as const;
    const attempts = { w: NEW_ATTEMPT, gone, met };
    const agreedAfter = (answer: Answer) => {
      const { attempts: written } = write({ ...EMPTY, attempts }, round({ asked: [askedOf(answer)] }));
      return [written['gone'], written['met']];
    };
    const seen = { lastSightedAt: AT };
    expect(agreedAfter(answerOf('alive'))).toEqual([
      { ...gone, ...seen, agreed: undefined, sightedRounds: 1 },
      { ...met, ...seen },
    ]);
    expect(agreedAfter(answerOf('unknown'))).toEqual([gone, met]);
  });

  const writeAs = (
    roundVerdict: RoundVerdict | undefined,
    attempts: CaseItem['attempts'],
    answer: Answer,
  ): CaseItem['attempts'] => {
    const probed = round({ asked: [askedOf(answer)] });
    return withRound(
      { ...EMPTY, attempts },
      { name: 'w', signerId: 'S', round: probed, roundVerdict, control: undefined, now: AT },
    ).attempts;
  };

  it.each([
    ['alive', answerOf('alive')],
    ['listed', answerOf('listed')],
    ['refused as itself', answerOf('silent', { identified: true })],
  ])('that saw the key, %s, ends the absence of every request, and gives back no call', (_how, answer) => {
    const absent = { ...NEW_ATTEMPT, calls: 3, notExecuted: 1, absentSince: NOON } as const;
    const attempts = {
      w: absent,
      other: { ...absent, calls: 5 },
      present: { ...NEW_ATTEMPT, calls: 2, notExecuted: 1 },
    };
    for (const roundVerdict of ['present', 'none', undefined] as const) {
      const written = writeAs(roundVerdict, attempts, answer);
      expect(written).toMatchObject({
        w: { calls: 3, notExecuted: 1 },
        other: { calls: 5, notExecuted: 1 },
        present: { calls: 2, notExecuted: 1 },
      });
      expect(Object.values(written).map(({ absentSince }) => absentSince)).toEqual(Array(3).fill(undefined));
    }
  });

  it.each([
    ['absent', answerOf('unknown'), 'absent'],
    ['silent', answerOf('silent'), 'none'],
    ['a part of a round', answerOf('unknown'), undefined],
  ] as const)('keeps since when the key is absent, and the count of calls, over %s', (_what, answer, roundVerdict) => {
    const absent = { ...NEW_ATTEMPT, calls: 3, notExecuted: 1, absentSince: NOON } as const;
    const written = writeAs(roundVerdict, { w: absent, other: absent }, answer);
    expect(written['w']).toMatchObject({ calls: 3, notExecuted: 1, absentSince: NOON });
    expect(written['other']).toEqual(absent);
  });

  it.each([
    ['twenty requests keeps all', 20, 3],
    ['more keeps two lines each', 21, 2],
  ])('in a crowd of %s of what others probed', (_what, crowd, kept) => {
    const evidence = [line(1), line(2), line(3)];
    const others = Array.from({ length: crowd - 2 }, (_, n) => [`other${n}`, { ...NEW_ATTEMPT, evidence }] as const);
    const attempts = {
      ...Object.fromEntries(others),
      calling: { ...NEW_ATTEMPT, calls: 1, evidence },
      w: { ...NEW_ATTEMPT, evidence },
    };
    const written = write({ ...EMPTY, attempts }, round({ evidence: [line(4)] })).attempts;
    expect(written['w']?.evidence).toEqual([...evidence, line(4)]);
    expect(written['calling']).toEqual(attempts.calling);
    for (const [name] of others) expect(written[name]).toEqual({ ...NEW_ATTEMPT, evidence: evidence.slice(3 - kept) });
  });

  it('in a crowd keeps of those that have called the first two lines and the last six', () => {
    const evidence = Array.from({ length: 9 }, (_, n) => line(n));
    const others = Array.from({ length: 20 }, (_, n) => [`other${n}`, { ...NEW_ATTEMPT, calls: 1, evidence }] as const);
    const written = write({ ...EMPTY, attempts: Object.fromEntries(others) }, round()).attempts;
    expect(written['other0']?.evidence).toEqual(evidence);
    const more = write({ ...EMPTY, attempts: { ...Object.fromEntries(others), w: NEW_ATTEMPT } }, round()).attempts;
    expect(more['other0']?.evidence).toEqual([...evidence.slice(0, 2), ...evidence.slice(3)]);
  });

  it.each([
    [70, ['waiting', 'called', 'ended']],
    [71, ['called', 'ended']],
  ])('of %i requests leaves out those that have not called, where that is too many', (crowd, kept) => {
    const called = { ...NEW_ATTEMPT, calls: 1 };
    const ended = { ...NEW_ATTEMPT, ended: { outcome: 'already-revoked', why: '', at: NOON, evidence: [] } } as const;
    const others = Array.from({ length: crowd - 3 }, (_, n) => [`other${n}`, called] as const);
    const attempts = { waiting: NEW_ATTEMPT, called, ended, ...Object.fromEntries(others) };
    const written = write({ ...EMPTY, attempts }, round()).attempts;
    expect(Object.keys(written).filter((name) => !name.startsWith('other'))).toEqual([...kept, 'w']);
  });

  it.each([
    ['a place where 69 have called', 69, 'new', false, true],
    ['no place where 70 have', 70, 'new', false, false],
    ['a place where it is urgent', 99, 'new', true, true],
    ['no place where 100 have, though it is urgent', 100, 'new', true, false],
    ['its own place', 100, 'other0', false, true],
  ])('finds %s', (_what, count, name, urgent, found) => {
    const others = Array.from({ length: count }, (_, n) => [`other${n}`, { ...NEW_ATTEMPT, calls: 1 }] as const);
    const attempts = { ...Object.fromEntries(others), waiting: NEW_ATTEMPT };
    expect(hasRoomFor({ ...EMPTY, attempts }, name, urgent)).toBe(found);
  });

  it('keeps the first ten lines of evidence and the last thirty', () => {
    const kept = Array.from({ length: 40 }, (_, n) => line(n));
    expect(
      write(withWork({ evidence: kept.slice(0, 39) }), round({ evidence: [line(39)] })).attempts['w']?.evidence,
    ).toEqual(kept);
    expect(
      write(withWork({ evidence: kept }), round({ evidence: [line(40), line(41)] })).attempts['w']?.evidence,
    ).toEqual([...kept.slice(0, 10), ...kept.slice(12), line(40), line(41)]);
  });
});

it('counts a call and lets whatever was found before it count for nothing', () => {
  const before: AttemptRecord = {
    ...NEW_ATTEMPT,
    calls: 1,
    calledAt: NOON,
    lastCallAt: NOON,
    callReplies: ['refused'],
    lastAnswer: 'rejected',
    ifAlive: 'limit',
    answered: true,
    unchanged: { count: 3, since: NOON },
    agreed: { on: 'absent', at: NOON },
    absentSince: NOON,
    revokedByWordSince: NOON,
  };
  expect(withCall(before, AT)).toEqual({
    ...before,
    calls: 2,
    notExecuted: 1,
    lastCallAt: AT,
    callReplies: ['refused', 'lost'],
    lastAnswer: 'silent',
    ifAlive: undefined,
    answered: false,
    unchanged: undefined,
    agreed: undefined,
    revokedByWordSince: undefined,
  });
  const first = { calls: 1, notExecuted: 0, calledAt: AT, lastCallAt: AT, callReplies: ['lost'] };
  expect(withCall(NEW_ATTEMPT, AT)).toMatchObject(first);
});

describe('the replies to the calls', () => {
  it.each<[string, Partial<AttemptRecord>, readonly CallReply[]]>([
    ['was accepted', { calls: 2, acceptedAt: NOON }, ['accepted', 'lost']],
    ['was refused', { calls: 2, lastAnswer: 'rejected' }, ['refused', 'lost']],
    ['was lost', { calls: 2, lastAnswer: 'silent' }, ['lost', 'lost']],
    ['was not executed', { calls: 2, notExecuted: 2, lastAnswer: 'rejected' }, ['lost']],
  ])('continue from what 0.1.0 wrote of a call that %s', (_what, progress, replies) => {
    const next = withCall({ ...NEW_ATTEMPT, ...progress }, AT);
    expect(next.callReplies).toEqual(replies);
    expect(basisOf(next)).toBe(replies.includes('accepted') ? 'accepted' : 'lost');
  });
});

describe('a call’s answer written into the case', () => {
  const call = { asked: 'delete', as: 'managing', host: 'h', questionId: 'by' } as Call;
  const answered = (answer: Parameters<typeof withAnswer>[3], progress: Partial<AttemptRecord> = { calls: 1 }) =>
    withAnswer(withWork(progress), 'w', call, answer, AT);

  it.each([
    ['accepted', {}, 'accepted', 'accepted'],
    ['rejected', {}, 'rejected', 'refused'],
    ['rejected', { means: { end: 'stuck/limit' } }, 'rejected', 'refused'],
    ['rejected', { means: { wait: 'rate-limited' } }, 'rejected', 'put-off'],
    ['unlisted', {}, 'rejected', 'refused'],
    ['unknown', {}, 'rejected', 'refused'],
    ['silent', {}, 'silent', 'lost'],
    ['silent', { means: { wait: 'rate-limited' } }, 'silent', 'lost'],
    ['expired', {}, 'silent', 'lost'],
    ['revoked', {}, 'rejected', 'refused'],
    ['unusable', {}, 'rejected', 'refused'],
    ['disabled', {}, 'silent', 'lost'],
    ['doubt', {}, 'silent', 'lost'],
    ['accepted', { acceptance: 'opaque' }, 'silent', 'opaque'],
  ] as const)('reads %s with %j as %s, a call that was %s', (saw, more, lastAnswer, reply) =>
    expect(answered(answerOf(saw, more), { calls: 1, callReplies: ['lost'] }).attempts['w']).toMatchObject({
      lastAnswer,
      callReplies: [reply],
    }),
  );

  it('takes the place of the reply that was awaited, and of no other', () => {
    const written = (progress: Partial<AttemptRecord>) =>
      answered(answerOf('accepted'), progress).attempts['w']?.callReplies;
    expect(written({ calls: 3, callReplies: ['refused', 'put-off', 'lost'] })).toEqual([
      'refused',
      'put-off',
      'accepted',
    ]);
    expect(written({ calls: 2, lastAnswer: 'silent' })).toEqual(['accepted']);
  });

  it('is a line of evidence', () =>
    expect(answered(answerOf('accepted')).attempts['w']?.evidence).toEqual([
      { at: toIso(AT), step: 'call', asked: 'delete', as: 'managing', host: 'h', saw: 'accepted', code: '0' },
    ]));

  it('keeps the first acceptance', () => {
    expect(answered(answerOf('accepted')).attempts['w']?.acceptedAt).toBe(AT);
    expect(answered(answerOf('accepted'), { acceptedAt: NOON }).attempts['w']?.acceptedAt).toBe(NOON);
    expect(answered(answerOf('silent')).attempts['w']?.acceptedAt).toBeUndefined();
    expect(answered(answerOf('accepted', { acceptance: 'opaque' })).attempts['w']?.acceptedAt).toBeUndefined();
  });

  it('counts as seen where it authenticates the target, and for the first time', () => {
    expect(answered(answerOf('accepted', { identified: true })).sightings).toEqual({ by: AT });
    expect(
      withAnswer(withWork({}, { sightings: { by: NOON } }), 'w', call, answerOf('accepted', { identified: true }), AT)
        .sightings,
    ).toEqual({ by: NOON });
    expect(answered(answerOf('accepted')).sightings).toEqual({});
  });

  it('says what a key still alive ends as, where the call was rejected', () => {
    expect(answered(answerOf('rejected', { fallbackCode: 'request-rejected' })).attempts['w']?.ifAlive).toBe(
      'request-rejected',
    );
    expect(answered(answerOf('silent', { fallbackCode: 'request-rejected' })).attempts['w']?.ifAlive).toBeUndefined();
  });

  it('counts as not executed only where the provider says to come again', () => {
    expect(
      answered(answerOf('rejected', { means: { wait: 'rate-limited' } }), { calls: 2, notExecuted: 1 }).attempts['w']
        ?.notExecuted,
    ).toBe(2);
    expect(answered(answerOf('rejected', { means: { end: 'stuck/limit' } })).attempts['w']?.notExecuted).toBe(0);
    expect(answered(answerOf('rejected')).attempts['w']?.notExecuted).toBe(0);
    expect(answered(answerOf('silent', { means: { wait: 'rate-limited' } })).attempts['w']?.notExecuted).toBe(0);
  });

  it.each([
    ['refused', answerOf('rejected'), 1],
    ['refused as unknown', answerOf('unknown'), 1],
    ['put off', answerOf('rejected', { means: { wait: 'rate-limited' } }), 1],
    ['lost', answerOf('silent'), 1],
    ['accepted', answerOf('accepted'), 0],
  ])(
    'counts a call that was %s while the key was gone as one that did nothing, unless accepted',
    (_how, answer, more) => {
      const left = withCall({ ...NEW_ATTEMPT, calls: 2, notExecuted: 1, absentSince: NOON }, AT);
      expect(left).toMatchObject({ calls: 3, notExecuted: 2 });
      expect(answered(answer, left).attempts['w']).toMatchObject({
        calls: 3,
        notExecuted: 1 + more,
        absentSince: NOON,
      });
    },
  );

  it('ends the absence for every request where it authenticates the key, and for none where it does not', () => {
    const absent: AttemptRecord = {
      ...NEW_ATTEMPT,
      calls: 2,
      notExecuted: 1,
      absentSince: NOON,
      agreed: { on: 'absent', at: NOON },
    };
    const item: CaseItem = { ...EMPTY, attempts: { w: absent, other: absent } };
    const seen = withAnswer(item, 'w', call, answerOf('accepted', { identified: true }), AT).attempts;
    expect([seen['w']?.absentSince, seen['other']?.absentSince]).toEqual([undefined, undefined]);
    expect(seen['other']).toMatchObject({ calls: 2, notExecuted: 1 });
    expect(seen['other']?.agreed).toBeUndefined();
    expect(seen['w']).toMatchObject({ calls: 2, notExecuted: 0 });
    const unseen = withAnswer(item, 'w', call, answerOf('accepted'), AT).attempts;
    expect([unseen['w']?.absentSince, unseen['other']]).toEqual([NOON, absent]);
  });
});

it('takes more evidence for one request, and leaves the others alone', () => {
  const other = { ...NEW_ATTEMPT, evidence: [line(1)] };
  const item = withWork({ calls: 1, evidence: [line(2)] }, { at: AT });
  const written = withMoreEvidence({ ...item, attempts: { ...item.attempts, other } }, 'w', [line(3), line(4)]);
  expect(written).toMatchObject({ at: AT, attempts: { w: { calls: 1 }, other } });
  expect(written.attempts['w']?.evidence).toEqual([line(2), line(3), line(4)]);
  expect(written.attempts['other']).toBe(other);
  expect(withMoreEvidence(EMPTY, 'w', [line(1)]).attempts).toEqual({ w: { ...NEW_ATTEMPT, evidence: [line(1)] } });
});

describe('an end written into the case', () => {
  const end = (outcome: FinalOutcome): Ended => ({ outcome, why: '', at: AT, evidence: [] });

  it.each(['revoked', 'already-revoked'] as const)('%s proves it', (outcome) => {
    const item = withEnd(withWork({ agreed: { on: 'absent', at: NOON }, keyState: 'unknown' }), 'w', end(outcome));
    expect(item).toMatchObject({ state: 'proved-case', at: AT, proved: { at: AT, deadAt: NOON, endedBy: 'w' } });
    expect(item.attempts['w']).toMatchObject({ deadAt: NOON, provedAt: AT, keyState: 'dead', ended: end(outcome) });
  });

  const AGREED = after(NOON, 3);

  it.each<[string, Partial<AttemptRecord>, typeof NOON]>([
    ['its first absence, where the delete went out again since', { absentSince: NOON }, NOON],
    [
      'its first absence, where each delete was refused',
      { absentSince: NOON, callReplies: ['refused'], calledAt: after(NOON, 2) },
      NOON,
    ],
    [
      'the call whose reply was lost, where an absence came before',
      { absentSince: NOON, callReplies: ['lost'], calledAt: after(NOON, 2) },
      after(NOON, 2),
    ],
    [
      'its first absence after the call whose reply was lost',
      { absentSince: NOON, callReplies: ['lost'], calledAt: after(NOON, -2) },
      NOON,
    ],
    ['the first absence after its delete was accepted', { absentSince: NOON, acceptedAt: after(NOON, 1) }, AGREED],
    ['the first of two absences, where 0.1.0 kept no other', {}, AGREED],
    [
      'the first of two absences, where 0.1.0 kept no other and lost the reply to its call',
      { calls: 1, calledAt: NOON, lastAnswer: 'silent' },
      AGREED,
    ],
    ['its end, where nothing else is known', { agreed: undefined }, AT],
  ])('dates a death from %s', (_what, progress, deadAt) => {
    const item = withEnd(withWork({ agreed: { on: 'absent', at: AGREED }, ...progress }), 'w', end('revoked'));
    expect([item.attempts['w']?.deadAt, item.proved?.deadAt]).toEqual([deadAt, deadAt]);
  });

  it('leaves an earlier proof as it stands', () => {
    const proved = { at: NOON, deadAt: NOON, endedBy: 'v' };
    expect(withEnd(withWork({}, { proved }), 'w', end('already-revoked')).proved).toEqual(proved);
    expect(withEnd(withWork({}, { proved }), 'w', end('stuck/unproven'))).toMatchObject({
      proved,
      state: 'proved-case',
    });
  });

  it.each([
    ['stuck/unproven', 'open-case'],
    ['restricted', 'restricted-case'],
    ['withdrawn', 'idle-case'],
    ['refused/would-widen', 'idle-case'],
  ] as const)('%s leaves it as an %s', (outcome, state) => {
    const item = withEnd(withWork({ agreed: { on: 'absent', at: NOON }, keyState: 'alive' }), 'w', end(outcome));
    expect(item).toMatchObject({ state, at: AT });
    expect(item.proved).toBeUndefined();
    expect(item.attempts['w']).toMatchObject({ keyState: 'alive', ended: end(outcome) });
    expect(item.attempts['w']).not.toHaveProperty('deadAt');
  });

  it.each([
    ['has called and continues', { calls: 1 }, 'open-case'],
    ['has not called', { calls: 0 }, 'idle-case'],
    ['has called and ended', { calls: 1, ended: end('restricted') }, 'idle-case'],
  ])('leaves it to another request that %s', (_what, other, state) => {
    const attempts = { w: { ...NEW_ATTEMPT, calls: 1 }, other: { ...NEW_ATTEMPT, ...other } };
    expect(withEnd({ ...EMPTY, attempts }, 'w', end('refused/would-widen'))).toMatchObject({ state });
  });

  it.each([
    ['stuck/no-effect', undefined, 'w', 'open-case'],
    ['stuck/no-effect', 'v#1', 'w', 'open-case'],
    ['restricted', 'v#1', 'v#1', 'open-case'],
    ['refused/would-widen', 'v#1', 'v#1', 'open-case'],
    ['restricted', 'w#1', undefined, 'restricted-case'],
    ['refused/would-widen', 'w#1', 'w#2', 'open-case'],
    ['withdrawn', undefined, undefined, 'idle-case'],
    ['already-revoked', 'v#1', undefined, 'proved-case'],
  ] as const)(
    '%s, where the end of %s had left the case open, leaves it open by %s',
    (outcome, before, leftOpenBy, state) => {
      const name = outcome === 'stuck/no-effect' ? 'w' : 'w#2';
      const item = withEnd(withWork({}, { leftOpenBy: before }), name, end(outcome));
      expect([item.leftOpenBy, item.state]).toEqual([leftOpenBy, state]);
    },
  );

  it.each([
    ['refused/target-mismatch', undefined, 1, 'w#2', 'open-case'],
    ['refused/target-mismatch', 'v#1', 1, 'w#2', 'open-case'],
    ['refused/target-mismatch', undefined, 0, undefined, 'idle-case'],
    ['restricted', undefined, 1, undefined, 'restricted-case'],
    ['restricted', 'v#1', 1, 'v#1', 'open-case'],
  ] as const)(
    '%s, where the end of %s had left the case open and an earlier attempt ended in a crash after %i calls, leaves it open by %s',
    (outcome, before, calls, leftOpenBy, state) => {
      const attempts = { 'w#1': { ...NEW_ATTEMPT, calls }, 'w#2': NEW_ATTEMPT };
      const item = withEnd({ ...EMPTY, attempts, leftOpenBy: before }, 'w#2', end(outcome));
      expect([item.leftOpenBy, item.state]).toEqual([leftOpenBy, state]);
    },
  );

  it.each([
    ['restricted', 'v#1', 'w#2', 'restricted-case'],
    ['restricted', 'w#1', 'w#2', 'restricted-case'],
    ['withdrawn', 'v#1', 'v#1', 'restricted-case'],
    ['withdrawn', 'w#1', undefined, 'idle-case'],
    ['stuck/no-effect', 'v#1', 'v#1', 'open-case'],
    ['stuck/no-effect', 'w#1', undefined, 'open-case'],
    ['revoked', 'v#1', undefined, 'proved-case'],
    ['revoked', undefined, undefined, 'proved-case'],
  ] as const)(
    '%s, where the end of %s had left the key restricted, leaves it restricted by %s',
    (outcome, before, restrictedBy, state) => {
      const item = withEnd(withWork({}, { restrictedBy: before }), 'w#2', end(outcome));
      expect([item.restrictedBy, item.state]).toEqual([restrictedBy, state]);
    },
  );

  it('keeps a restriction for later while another request keeps the case open', () => {
    const item = withEnd(withWork({}, { restrictedBy: 'v#1', leftOpenBy: 'u#1' }), 'w#2', end('withdrawn'));
    expect([item.restrictedBy, item.leftOpenBy, item.state]).toEqual(['v#1', 'u#1', 'open-case']);
  });
});

describe('a round is written', () => {
  const ALIVE = round({ asked: [askedOf(answerOf('alive'))] });
  const GONE = round({ asked: [askedOf(answerOf('unknown'))] });
  const settling = { as: 'gone', owners: [] } as unknown as NonNullable<CaseItem['settling']>;
  const proved = { at: NOON, deadAt: NOON, endedBy: 'v#1' };

  it.each<[string, CaseItem, Round, RoundVerdict | undefined]>([
    ['shows a key that nothing was known of', EMPTY, ALIVE, 'present'],
    ['shows a key that was only seen before', withWork({ lastSightedAt: NOON }), ALIVE, 'present'],
    ['does not find the key', withWork({ calls: 1 }), GONE, 'absent'],
    ['never saw the key', EMPTY, GONE, 'absent-unseen'],
    ['shows a key as its update asked', withWork({ calls: 1 }), ALIVE, 'as-asked'],
  ])('with the next step where it %s', (_what, item, probed, verdict) => {
    expect(mayBeWrittenLater(item, 'w', probed, verdict)).toBe(true);
  });

  it.each<[string, CaseItem, Round, RoundVerdict | undefined]>([
    ['shows a key after a call', withWork({ calls: 1 }), ALIVE, 'present'],
    ['shows a key whose absence is counted', withWork({ absentSince: NOON }), ALIVE, 'present'],
    ['shows a key that agrees otherwise', withWork({ agreed: { on: 'absent', at: NOON } }), ALIVE, 'present'],
    [
      'shows a key after the call of another request',
      { ...EMPTY, attempts: { v: { ...NEW_ATTEMPT, calls: 1 } } },
      ALIVE,
      'present',
    ],
    [
      'shows a key as its update asked after the call of another request',
      { ...EMPTY, attempts: { v: { ...NEW_ATTEMPT, calls: 1 } } },
      ALIVE,
      'as-asked',
    ],
    ['shows a key after its update', withWork({ calls: 1 }), ALIVE, 'wider'],
    ['shows a key that was proved gone', { ...EMPTY, proved }, ALIVE, 'present'],
    ['shows a key in its settle window', { ...EMPTY, settling }, ALIVE, 'present'],
    ['says nothing', EMPTY, round({ asked: [askedOf(answerOf('doubt'))] }), 'none'],
    ['was cut short', EMPTY, ALIVE, undefined],
  ])('at once where it %s', (_what, item, probed, verdict) => {
    expect(mayBeWrittenLater(item, 'w', probed, verdict)).toBe(false);
  });
});
