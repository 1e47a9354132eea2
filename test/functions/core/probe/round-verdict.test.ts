import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeyRecord, SAW, type Saw } from '../../../../functions/core/answer.ts';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { type AttemptRecord, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import {
  type AnsweredQuestion,
  bySigner,
  countRound,
  isControlled,
  isManagerRefused,
  type RoundVerdict,
  recordIn,
  roundVerdictOf,
} from '../../../../functions/core/probe/round-verdict.ts';
import type { Reach, Restriction } from '../../../../functions/core/provider.ts';
import type { Control } from '../../../../functions/core/receipt.ts';
import { answerOf, askedOf, NOON } from '../rounds.ts';

const SEEN = { self: NOON, managing: NOON };
const RECORD: KeyRecord = { readOnly: 0, ips: ['*'], permissions: { Wallet: ['AccountTransfer'] } };
const OTHER: KeyRecord = { ...RECORD, readOnly: 1 };

const context = {
  signer: undefined,
  sightings: SEEN,
  needsAll: false,
  deleted: false,
  restriction: undefined,
  before: undefined,
};
const self = (saw: Saw, more = {}) => askedOf(answerOf(saw, more));
const list = (saw: Saw, more = {}) => askedOf(answerOf(saw, more), 'managing');
/** What a managing key is told that is refused. */
const REFUSED = { means: { end: 'stuck/credential-refused' } } as const;
const HELD = { means: { end: 'stuck/region-refused' }, blocksCall: true } as const;

describe('where a round shows the key to stand', () => {
  it.each<[string, Parameters<typeof roundVerdictOf>[0], Partial<Parameters<typeof roundVerdictOf>[1]>, RoundVerdict]>([
    ['one that is alive', [self('alive')], {}, 'present'],
    ['one that has expired', [self('expired')], {}, 'present'],
    ['one that a list names', [list('listed')], {}, 'present'],
    ['one alive and absent from a list', [self('alive'), list('unlisted')], {}, 'present'],
    ['one listed and unknown by itself', [self('unknown'), list('listed')], {}, 'present'],
    ['one unknown that was seen', [self('unknown')], {}, 'absent'],
    ['one unlisted that was listed', [list('unlisted')], {}, 'absent'],
    ['one refused without a word', [self('refused')], {}, 'none'],
    ['one refused without a word beside an accepted key', [self('refused')], { controlled: true }, 'absent'],
    [
      'one refused without a word beside an accepted key, never seen',
      [self('refused')],
      { controlled: true, sightings: {} },
      'absent-unseen',
    ],
    [
      'one refused without a word and listed beside an accepted key',
      [self('refused'), list('listed')],
      { controlled: true },
      'present',
    ],
    ['one refused without a word after a delete', [self('refused')], { deleted: true }, 'none'],
    ['one unknown that was never seen', [self('unknown')], { sightings: {} }, 'absent-unseen'],
    ['one unlisted, seen only by another question', [list('unlisted')], { sightings: { self: NOON } }, 'absent-unseen'],
    [
      'one absent twice, seen by one of both',
      [self('unknown'), list('unlisted')],
      { sightings: { self: NOON } },
      'absent',
    ],
    ['one absent beside a silence', [self('unknown'), list('silent')], {}, 'absent'],
    ['one absent beside a rejection', [self('unknown'), list('rejected')], {}, 'absent'],
    [
      'one that is refused as itself beside an absence',
      [self('silent', { identified: true }), list('unlisted')],
      {},
      'none',
    ],
    ['silence', [self('silent')], {}, 'none'],
    ['an accepted call’s echo', [self('accepted')], {}, 'none'],
    ['nothing asked', [], {}, 'none'],
    ['both absent where both have to speak', [self('unknown'), list('unlisted')], { needsAll: true }, 'absent'],
    ['one silent where both have to speak', [self('unknown'), list('silent')], { needsAll: true }, 'none'],
    [
      'one never seen where both have to speak',
      [self('unknown'), list('unlisted')],
      { needsAll: true, sightings: { self: NOON } },
      'absent-unseen',
    ],
    [
      'one never seen beside a silence where both have to speak',
      [self('unknown'), list('silent')],
      { needsAll: true, sightings: { self: NOON } },
      'none',
    ],
    [
      'one absent twice by one asker, seen by one of its questions, where all have to speak',
      [list('unlisted'), askedOf(answerOf('unlisted'), 'managing', 'lookup')],
      { needsAll: true, sightings: { lookup: NOON } },
      'absent',
    ],
    [
      'one question silent beside an absence of the same asker, where all have to speak',
      [list('unlisted'), askedOf(answerOf('silent'), 'managing', 'lookup')],
      { needsAll: true },
      'none',
    ],
    [
      'neither seen where both have to speak',
      [self('unknown'), list('silent')],
      { needsAll: true, sightings: {} },
      'absent-unseen',
    ],
    [
      'one absent while its list is refused to the managing key',
      [self('unknown'), list('silent', REFUSED)],
      {},
      'none',
    ],
    [
      'one absent while the managing key is refused',
      [self('unknown')],
      { signer: answerOf('silent', REFUSED) },
      'none',
    ],
    [
      'one unlisted while the managing key is refused itself',
      [list('unlisted')],
      { signer: answerOf('silent', HELD) },
      'none',
    ],
    [
      'one never seen while the managing key is refused',
      [self('unknown')],
      { sightings: {}, signer: answerOf('silent', REFUSED) },
      'none',
    ],
    [
      'one absent while the managing key is silent',
      [self('unknown'), list('silent')],
      { signer: answerOf('silent') },
      'absent',
    ],
    ['one that is switched off', [self('disabled')], {}, 'present'],
    ['one switched off and absent from a list', [self('disabled'), list('unlisted')], {}, 'present'],
    ['one that does not work, before a delete of ours', [self('unusable')], {}, 'none'],
    ['one that does not work, after a delete of ours', [self('unusable')], { deleted: true }, 'absent'],
    [
      'one that does not work and was never seen, after a delete of ours',
      [self('unusable')],
      { deleted: true, sightings: {} },
      'absent-unseen',
    ],
    ['one that does not work, and that its list lacks', [self('unusable'), list('unlisted')], {}, 'absent'],
    [
      'one that does not work where both have to speak',
      [self('unusable'), list('unlisted')],
      { needsAll: true },
      'none',
    ],
    [
      'one that does not work where both have to speak, after a delete of ours',
      [self('unusable'), list('unlisted')],
      { needsAll: true, deleted: true },
      'absent',
    ],
    ['one that the provider calls revoked', [self('revoked')], {}, 'absent'],
    ['one that the provider calls revoked, and that was never seen', [self('revoked')], { sightings: {} }, 'absent'],
    ['one called revoked and named by a list', [self('revoked'), list('listed')], {}, 'present'],
    [
      'one called revoked while the managing key is refused',
      [self('revoked')],
      { signer: answerOf('silent', REFUSED) },
      'none',
    ],
    ['one in doubt', [self('doubt')], {}, 'none'],
    ['one in doubt and absent from a list', [self('doubt'), list('unlisted')], {}, 'none'],
    ['one in doubt and never seen in a list', [self('doubt'), list('unlisted')], { sightings: {} }, 'none'],
    ['one in doubt and called revoked', [self('doubt'), list('revoked')], {}, 'none'],
    ['one in doubt and named by a list', [self('doubt'), list('listed')], {}, 'present'],
    ['one absent, and refused to itself by a check', [self('unknown'), self('silent', HELD)], {}, 'absent'],
    ['one alive while the managing key is refused', [self('alive'), list('silent', REFUSED)], {}, 'present'],
  ])('%s', (_what, round, given, expected) => expect(roundVerdictOf(round, { ...context, ...given })).toBe(expected));

  it('compares an update’s reading with what was before', () => {
    const compared: unknown[] = [];
    const restriction: Restriction = {
      call: () => ({ end: 'refused/would-widen', why: '' }),
      narrower: (a) => a,
      reach: (now, before): Reach => {
        compared.push([now, before]);
        return 'web-only';
      },
    };
    const round = [self('alive', { record: OTHER })];
    expect(roundVerdictOf(round, { ...context, restriction, before: RECORD })).toBe('web-only');
    expect(roundVerdictOf(round, { ...context, restriction })).toBe('web-only');
    expect(compared).toEqual([
      [OTHER, RECORD],
      [OTHER, OTHER],
    ]);
    expect(roundVerdictOf([self('alive')], { ...context, restriction })).toBe('none');
    expect(roundVerdictOf([self('unknown')], { ...context, restriction })).toBe('absent');
  });

  it.each<[Reach | undefined, Reach | undefined, RoundVerdict]>([
    ['as-asked', 'wider', 'none'],
    ['as-asked', 'web-only', 'none'],
    ['web-only', 'wider', 'none'],
    ['wider', 'as-asked', 'wider'],
    ['web-only', 'as-asked', 'web-only'],
    ['as-asked', 'as-asked', 'as-asked'],
    [undefined, 'as-asked', 'as-asked'],
    ['as-asked', undefined, 'as-asked'],
    [undefined, undefined, 'none'],
  ])('is %s by the key itself and %s by a list: together %s', (own, listed, expected) => {
    const restriction = {
      call: expect.fail,
      reach: ({ ips }: KeyRecord) => (ips as readonly Reach[])[0] as Reach,
    } as unknown as Restriction;
    const settings = (reach: Reach | undefined) => reach && { record: { ...RECORD, ips: [reach] } };
    const round = [list('listed', settings(listed)), self('alive', settings(own))];
    expect(roundVerdictOf(round, { ...context, restriction })).toBe(expected);
  });

  it.each<[Reach, RoundVerdict]>([
    ['as-asked', 'none'],
    ['wider', 'wider'],
    ['web-only', 'web-only'],
  ])('does not take a key in doubt for restricted: %s', (reach, expected) => {
    const restriction = { reach: () => reach } as unknown as Restriction;
    const round = [self('doubt'), list('listed', { record: RECORD })];
    expect(roundVerdictOf(round, { ...context, restriction })).toBe(expected);
  });

  it('is never gone where anybody shows the key, or nobody had seen it', () => {
    const saws = fc.constantFrom(...SAW);
    const rounds = fc.array(
      fc.tuple(saws, fc.constantFrom('a', 'b', 'c')).map(([saw, by]) => askedOf(answerOf(saw), 'self', by)),
    );
    fc.assert(
      fc.property(
        rounds,
        fc.subarray(['a', 'b', 'c']),
        fc.boolean(),
        fc.boolean(),
        (round, names, needsAll, deleted) => {
          const sightings = Object.fromEntries(names.map((name) => [name, NOON]));
          if (roundVerdictOf(round, { ...context, sightings, needsAll, deleted }) !== 'absent') return;
          const forbids = ['alive', 'expired', 'disabled', 'listed', 'doubt'];
          expect(round.some(({ answer }) => forbids.includes(answer.saw))).toBe(false);
          const absences = ['unknown', 'unlisted', ...(deleted ? ['unusable'] : [])];
          expect(
            round.some(
              ({ question, answer: { saw } }) =>
                saw === 'revoked' || (absences.includes(saw) && names.includes(question.questionId)),
            ),
          ).toBe(true);
        },
      ),
    );
  });
});

describe('a managing key', () => {
  it.each<[string, readonly AnsweredQuestion[], ReturnType<typeof answerOf> | undefined, boolean]>([
    ['whose credential is refused by its list', [list('silent', REFUSED)], undefined, true],
    ['that a check of the call refuses by its list', [list('silent', HELD)], undefined, true],
    ['whose credential is refused when it is asked about itself', [], answerOf('silent', REFUSED), true],
    ['that a check of the call refuses when it is asked about itself', [], answerOf('silent', HELD), true],
    ['refused by one of two lists', [list('unlisted'), list('silent', REFUSED)], answerOf('alive'), true],
    ['that is well', [list('unlisted')], answerOf('alive'), false],
    ['that the provider does not know', [list('unlisted')], answerOf('unknown'), true],
    ['that does not work', [list('unlisted')], answerOf('unusable'), true],
    ['that is silent', [list('silent')], answerOf('silent'), false],
    [
      'without a permission for its list',
      [list('silent', { means: { end: 'stuck/permission-missing' } })],
      undefined,
      false,
    ],
    ['of the wrong kind', [], answerOf('alive', { means: { end: 'refused/wrong-signer' }, blocksCall: true }), false],
    ['that is not asked, beside a target that is refused', [self('silent', REFUSED)], undefined, false],
    ['that is not asked, beside a target that a check refuses', [self('silent', HELD)], undefined, false],
  ])('%s is refused, or not', (_what, round, signer, expected) =>
    expect(isManagerRefused(round, signer)).toBe(expected),
  );

  it.each<[string, readonly AnsweredQuestion[], Parameters<typeof isControlled>[1], boolean]>([
    ['does not name the target any more', [list('unlisted')], SEEN, true],
    ['does not name it any more, beside one that never did', [list('unlisted'), list('silent')], SEEN, true],
    ['has never named it', [list('unlisted')], { self: NOON }, false],
    ['names it', [list('listed')], SEEN, false],
    ['gives no verdict', [list('silent')], SEEN, false],
    ['is not asked', [self('unknown')], SEEN, false],
  ])('tells a death from an outage, or not, where its list %s', (_what, round, seen, expected) =>
    expect(isControlled(round, seen)).toBe(expected),
  );
});

it('takes the settings from the target’s own word before a list’s', () => {
  expect(recordIn([list('listed', { record: OTHER }), self('alive', { record: RECORD })])).toBe(RECORD);
  expect(recordIn([list('listed', { record: OTHER }), self('silent')])).toBe(OTHER);
  expect(recordIn([self('alive')])).toBeUndefined();
});

it('takes the target’s probe for the signer’s only where it signs itself', () =>
  expect([
    bySigner('self', true),
    bySigner('self', false),
    bySigner('managing', true),
    bySigner('managing', false),
  ]).toEqual([true, false, true, true]));

describe('the tally', () => {
  const at = after(NOON, 5_000);
  const CALLED: AttemptRecord = { ...NEW_ATTEMPT, calls: 1 };
  const counted = (
    progress: Partial<AttemptRecord>,
    roundVerdict: RoundVerdict,
    round: readonly AnsweredQuestion[] = [self('silent')],
    signer = undefined as ReturnType<typeof answerOf> | undefined,
  ) => countRound({ ...NEW_ATTEMPT, ...progress }, round, { roundVerdict, control: undefined, signer, now: at });

  it.each<RoundVerdict>(['absent', 'absent-unseen', 'as-asked', 'web-only'])(
    'starts to agree on %s and keeps the first instant',
    (roundVerdict) => {
      const first = counted({}, roundVerdict);
      expect(first.agreed).toEqual({ on: roundVerdict, at });
      expect(
        countRound(first, [self('silent')], { roundVerdict, control: undefined, signer: undefined, now: after(at, 9) })
          .agreed,
      ).toEqual({
        on: roundVerdict,
        at,
      });
    },
  );

  it.each<RoundVerdict>(['present', 'none', 'wider'])('starts again on %s', (roundVerdict) =>
    expect(counted({ agreed: { on: 'absent', at: NOON } }, roundVerdict).agreed).toBeUndefined(),
  );

  it('starts again where two rounds agree on different things', () =>
    expect(counted({ agreed: { on: 'absent-unseen', at: NOON } }, 'absent').agreed).toEqual({ on: 'absent', at }));

  describe('an absence', () => {
    const MINUTE = 60_000;
    const gone = (progress: Partial<AttemptRecord>, control?: Control) =>
      countRound({ ...NEW_ATTEMPT, ...progress }, [], {
        roundVerdict: 'absent',
        control,
        signer: undefined,
        now: at,
      });
    const watched = { absentSince: NOON, agreed: { on: 'absent', at: NOON } } as const;
    const CONTROLLED = { absentSince: NOON, absentAt: NOON, controlledSince: NOON, controlledBy: 'key' } as const;

    it.each<[string, number, boolean]>([
      ['continues where the last round is half an hour ago', 30 * MINUTE, true],
      ['starts again where it is longer ago: nobody knows what the key did meanwhile', 30 * MINUTE + 1, false],
    ])('%s', (_what, ms, continues) => {
      const before = { ...watched, controlledSince: NOON, controlledBy: 'key', absentAt: after(at, -ms) } as const;
      const found = gone(before, 'signer');
      const since = continues ? NOON : at;
      expect(found).toMatchObject({ absentSince: since, absentAt: at, agreed: { at: since }, controlledSince: since });
      expect(found.controlledBy).toBe(continues ? 'key' : 'signer');
    });

    it.each<[Control]>([['signer'], ['key']])('names the control of that round, and keeps it: %s', (control) => {
      expect(gone(watched, control).controlledBy).toBe(control);
      expect(gone({ ...watched, controlledSince: NOON, controlledBy: control }).controlledBy).toBe(control);
      expect(gone(watched).controlledBy).toBeUndefined();
    });

    it('is controlled from the first round in which the managing key was accepted', () => {
      expect(gone(watched).controlledSince).toBeUndefined();
      expect(gone(watched, 'signer').controlledSince).toBe(at);
      expect(gone({ ...watched, controlledSince: NOON }, 'signer').controlledSince).toBe(NOON);
      expect(gone({ ...watched, controlledSince: NOON }).controlledSince).toBe(NOON);
    });

    it('stays controlled by the managing key that an older record does not name', () => {
      expect(gone({ ...watched, controlledSince: NOON }, 'key').controlledBy).toBeUndefined();
      expect(gone(watched, 'key').controlledBy).toBe('key');
    });

    it.each<[RoundVerdict, object]>([
      ['none', CONTROLLED],
      ['present', { absentSince: undefined, absentAt: undefined, controlledSince: undefined, controlledBy: undefined }],
    ])('is left as it is by %s, or ended', (roundVerdict, expected) =>
      expect(counted(CONTROLLED, roundVerdict)).toMatchObject(expected),
    );
  });

  describe('the provider’s own word', () => {
    const said = (progress: Partial<AttemptRecord>, round = [self('revoked')]) => counted(progress, 'absent', round);

    it('counts from the first of the rounds in a row that have it', () => {
      expect(said({}).revokedByWordSince).toBe(at);
      expect(said({}, [self('revoked'), list('unlisted')]).revokedByWordSince).toBe(at);
      expect(said({ revokedByWordSince: NOON }).revokedByWordSince).toBe(NOON);
      expect(said({ revokedByWordSince: NOON }, [self('unknown')]).revokedByWordSince).toBeUndefined();
    });

    it.each<RoundVerdict>(['present', 'none', 'absent-unseen'])('counts for nothing in a round that is %s', (verdict) =>
      expect(counted({ revokedByWordSince: NOON }, verdict, [self('revoked')]).revokedByWordSince).toBeUndefined(),
    );

    it('starts again after half an hour that nobody watched', () =>
      expect(said({ revokedByWordSince: NOON, absentAt: after(at, -30 * 60_000 - 1) }).revokedByWordSince).toBe(at));
  });

  describe('a doubt', () => {
    const KNOWN = { since: NOON, code: '10010' };
    const doubted = (progress: Partial<AttemptRecord>, verdict: RoundVerdict, saw: Saw) =>
      counted(progress, verdict, [self(saw, { code: '10006' })]).doubt;

    it.each<[string, ReturnType<typeof doubted>, ReturnType<typeof doubted>]>([
      ['begins with its code', doubted({}, 'none', 'doubt'), { since: at, code: '10006' }],
      [
        'keeps its first instant and its latest code',
        doubted({ doubt: KNOWN }, 'none', 'doubt'),
        { since: NOON, code: '10006' },
      ],
      [
        'lasts beside a list that names the key',
        doubted({ doubt: KNOWN }, 'present', 'doubt'),
        { since: NOON, code: '10006' },
      ],
      ['is left as it is by silence', doubted({ doubt: KNOWN }, 'none', 'silent'), KNOWN],
      ['is over with an absence', doubted({ doubt: KNOWN }, 'absent', 'unknown'), undefined],
      ['is over with a sighting', doubted({ doubt: KNOWN }, 'present', 'alive'), undefined],
    ])('%s', (_what, doubt, expected) => expect(doubt).toEqual(expected));
  });

  it('counts an absence from the first round that finds the key gone', () => {
    const first = counted({}, 'absent');
    expect(first.absentSince).toBe(at);
    expect(
      countRound(first, [], { roundVerdict: 'absent', control: undefined, signer: undefined, now: after(at, 9) })
        .absentSince,
    ).toBe(at);
  });

  it.each<[RoundVerdict, typeof NOON | undefined]>([
    ['absent', NOON],
    ['none', NOON],
    ['present', undefined],
    ['as-asked', undefined],
    ['wider', undefined],
    ['web-only', undefined],
    ['absent-unseen', undefined],
  ])('continues an absence, or not, on %s', (roundVerdict, expected) =>
    expect(counted({ absentSince: NOON }, roundVerdict).absentSince).toBe(expected),
  );

  it.each<RoundVerdict>(['none', 'present', 'absent-unseen'])('begins no absence on %s', (roundVerdict) =>
    expect(counted({}, roundVerdict).absentSince).toBeUndefined(),
  );

  it.each<RoundVerdict>(['present', 'wider', 'web-only'])('counts %s as unchanged after a call', (roundVerdict) => {
    expect(counted(CALLED, roundVerdict).unchanged).toEqual({ count: 1, since: at });
    expect(counted({ ...CALLED, unchanged: { count: 1, since: NOON } }, roundVerdict).unchanged).toEqual({
      count: 2,
      since: NOON,
    });
    expect(counted({}, roundVerdict).unchanged).toBeUndefined();
  });

  it.each<RoundVerdict>(['absent', 'absent-unseen', 'as-asked'])('counts %s as a change', (roundVerdict) =>
    expect(counted({ ...CALLED, unchanged: { count: 2, since: NOON } }, roundVerdict).unchanged).toBeUndefined(),
  );

  it('takes any word as an answer, and silence as none', () => {
    expect(counted({}, 'none', [self('unknown'), list('silent')]).answered).toBe(true);
    expect(counted({}, 'none', [self('silent'), list('silent')]).answered).toBe(false);
    expect(counted({ answered: true }, 'none', [self('silent')]).answered).toBe(true);
  });

  it('forgets why the last call was refused where the key is gone', () =>
    expect(counted({ ...CALLED, ifAlive: 'request-rejected' }, 'absent').ifAlive).toBeUndefined());

  it.each<RoundVerdict>(['none', 'present', 'absent-unseen'])('keeps why the last call was refused on %s', (verdict) =>
    expect(counted({ ...CALLED, ifAlive: 'request-rejected' }, verdict).ifAlive).toBe('request-rejected'),
  );

  it('leaves the count of unchanged probes as it was on silence', () =>
    expect(counted({ ...CALLED, unchanged: { count: 2, since: NOON } }, 'none').unchanged).toEqual({
      count: 2,
      since: NOON,
    }));

  it('notes that a probe has answered', () => {
    expect(counted({}, 'none').answered).toBe(false);
    expect(counted({ answered: true }, 'none').answered).toBe(true);
    expect(counted({}, 'present').answered).toBe(true);
  });

  it.each<[string, Parameters<typeof countRound>[1], AttemptRecord['keyState'], AttemptRecord['keyState']]>([
    ['expired', [list('listed'), self('expired')], 'unknown', 'expired'],
    ['alive', [self('unknown'), list('listed')], 'unknown', 'alive'],
    ['alive when refused as itself', [self('silent', { identified: true })], 'unknown', 'alive'],
    ['unknown when absent', [self('unknown')], 'alive', 'unknown'],
    ['unknown when absent beside a silence', [self('unknown'), list('silent')], 'alive', 'unknown'],
    ['as before on silence', [self('silent')], 'alive', 'alive'],
    ['alive when switched off', [self('disabled')], 'unknown', 'alive'],
    ['unknown when it does not work', [self('unusable')], 'alive', 'unknown'],
    ['unknown when called revoked', [self('revoked')], 'alive', 'unknown'],
    ['alive in doubt', [self('doubt'), list('unlisted')], 'unknown', 'alive'],
  ])('calls the key %s', (_what, round, before, expected) =>
    expect(counted({ keyState: before }, 'none', round).keyState).toBe(expected),
  );

  it('keeps the code for an end without a verdict until there is one', () => {
    const missing = self('silent', { means: { end: 'stuck/permission-missing' } });
    expect(counted({}, 'none', [self('silent'), missing]).fallbackCode).toBe('permission-missing');
    expect(counted({ fallbackCode: 'region-refused' }, 'none', [self('silent')]).fallbackCode).toBe('region-refused');
    expect(counted({}, 'none', [self('silent', { fallbackCode: 'account-restricted' })]).fallbackCode).toBe(
      'account-restricted',
    );
    expect(
      counted({}, 'none', [self('silent')], answerOf('silent', { fallbackCode: 'signer-gone' })).fallbackCode,
    ).toBe('signer-gone');
    expect(counted({ fallbackCode: 'region-refused' }, 'present', [self('alive')]).fallbackCode).toBeUndefined();
  });

  it('keeps the settings from before the first call, and the latest', () => {
    const round = [self('alive', { record: RECORD })];
    expect(counted({}, 'wider', round)).toMatchObject({ before: RECORD, after: RECORD });
    expect(counted({ before: OTHER }, 'wider', round)).toMatchObject({ before: OTHER, after: RECORD });
    expect(counted(CALLED, 'wider', round)).toMatchObject({ after: RECORD });
    expect(counted(CALLED, 'wider', round)).not.toHaveProperty('before');
    expect(counted({ before: OTHER, after: OTHER }, 'none')).toMatchObject({ before: OTHER, after: OTHER });
  });

  it('agrees on gone only after two such rounds in a row', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<RoundVerdict>('absent', 'none', 'present', 'absent-unseen'), { minLength: 1 }),
        (roundVerdicts) => {
          const last = roundVerdicts.reduce(
            (progress, roundVerdict, index) =>
              countRound(progress, [], { roundVerdict, control: undefined, signer: undefined, now: epochMs(index) }),
            NEW_ATTEMPT,
          );
          const run =
            roundVerdicts.length - 1 - roundVerdicts.findLastIndex((roundVerdict) => roundVerdict !== 'absent');
          expect(last.agreed?.on === 'absent' ? roundVerdicts.length - last.agreed.at : 0).toBe(run);
        },
      ),
    ));
});
