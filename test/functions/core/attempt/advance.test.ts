import { describe, expect, it } from 'vitest';
import type { Answer, KeyRecord } from '../../../../functions/core/answer.ts';
import { type Act, advanceAttempt } from '../../../../functions/core/attempt/advance.ts';
import { after, type EpochMs } from '../../../../functions/core/epoch.ts';
import { type AttemptEnded, attemptEnded } from '../../../../functions/core/ledger/attempt-result.ts';
import { NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { HttpCall, Plan } from '../../../../functions/core/provider.ts';
import { atWork } from '../attempt-contexts.ts';
import { answerOf, NOON } from '../rounds.ts';
import { questionOf, scriptedProvider, withoutSlot } from '../scripted-provider.ts';
import { ACCEPTED, ALIVE, caseOf, GONE, LEAKED, OTHER, type Script } from '../scripted-system.ts';

type Having = NonNullable<Parameters<typeof atWork>[1]>;

/** How far a delivery comes; what the attempt told and asked of its caller stands among what was sent. */
const advanced = async (script: Script, having: Having = {}, act?: Act) => {
  const { memory, context, leased } = atWork(script, having);
  const { sent } = memory;
  const result = await advanceAttempt(
    context,
    {
      rereadOrder: async () => void sent.push('reread'),
      resurrected: async (_, at) => void sent.push(`resurrected ${caseOf(memory).state} ${at - NOON}`),
    },
    leased,
    act,
  );
  return { memory, sent, result };
};

const end = (outcome: string, why = '') => ({ hasEnded: true, outcome, why, evidence: [] });
const UPDATE: Plan['call'] = { call: expect.fail, reach: () => 'wider', narrower: (a) => a };
const PROVED = {
  proved: { at: after(NOON, -5_000), deadAt: after(NOON, -7_000), endedBy: 'X#1' },
  state: 'proved-case',
} as const;

describe('a key that is unknown where it was looked for, and was never seen there', () => {
  const there = (...siblings: string[]): Having => ({
    found: { sightings: {} },
    plan: () => ({ siblings: siblings.map((name) => [name, questionOf(name)]) }),
  });
  const asked = (name: string, { saw, code }: Answer) => ({
    at: '2026-11-21T12:00:00.000Z',
    step: 'probe',
    asked: name,
    as: 'self',
    host: 'api.example.com',
    saw,
    code,
  });

  it.each([
    ['alive', answerOf('alive')],
    ['in doubt', answerOf('doubt', { means: { wait: 'rate-limited' } })],
    ['known, though refused', answerOf('silent', { identified: true, means: { end: 'stuck/ip-not-allowed' } })],
  ])('belongs to the first sibling where it is %s', async (_how, answer) => {
    const { sent, result } = await advanced(
      { probe: [GONE], demo: [GONE], testnet: [answer] },
      there('demo', 'testnet', 'eu'),
    );
    expect(result).toEqual({
      ...end(
        'stuck/wrong-environment',
        'The key belongs to the environment testnet: store environment testnet in its secret',
      ),
      evidence: [asked('demo', GONE), asked('testnet', answer)],
    });
    expect(sent).toEqual(['probe', 'demo', 'testnet']);
  });

  it.each([
    ['does not know it either', GONE],
    ['gives no verdict', answerOf('silent')],
  ])('is deleted once where its sibling %s, and not recognised where that is refused', async (_how, answer) => {
    const refused = answerOf('rejected', { code: 'NOT_FOUND' });
    const { memory, sent, result } = await advanced(
      { probe: [GONE], demo: [answer], delete: [refused] },
      there('demo'),
    );
    expect(result).toEqual(end('stuck/not-recognised'));
    expect(sent).toEqual(['probe', 'demo', 'probe', 'reread', 'delete', 'probe']);
    const { calls, evidence } = caseOf(memory).attempts['R#1'] ?? {};
    expect(calls).toBe(1);
    expect(evidence).toEqual([
      asked('probe', GONE),
      asked('demo', answer),
      asked('probe', GONE),
      { ...asked('delete', refused), step: 'call' },
      asked('probe', GONE),
    ]);
  });

  it('is revoked where that delete is accepted', async () => {
    const { sent, result } = await advanced({ probe: [GONE], demo: [GONE], delete: [ACCEPTED] }, there('demo'));
    expect(result).toEqual(end('revoked'));
    expect(sent).toEqual(['probe', 'demo', 'probe', 'reread', 'delete', 'probe', 'probe']);
  });

  it('is asked for in all siblings, and no more than once in a delivery', async () => {
    const refused = { probe: [GONE], demo: [GONE], eu: [GONE], delete: [answerOf('rejected')] };
    const { sent } = await advanced(refused, there('demo', 'eu'));
    expect(sent).toEqual(['probe', 'demo', 'eu', 'probe', 'reread', 'delete', 'probe']);
  });

  it('is not deleted where only an update was asked for', async () => {
    const { memory, sent, result } = await advanced(
      { probe: [GONE], demo: [GONE] },
      { found: { sightings: {} }, plan: () => ({ call: UPDATE, siblings: [['demo', questionOf('demo')]] }) },
    );
    expect(result).toEqual(end('stuck/not-recognised'));
    expect(sent).toEqual(['probe', 'demo', 'probe']);
    expect(caseOf(memory).attempts['R#1']?.evidence).toContainEqual(asked('demo', GONE));
  });
});

describe('a key that would not be recognised', () => {
  const REFUSED = { probe: [GONE], delete: [answerOf('rejected')] };
  const farther = (...names: string[]): Having => ({
    found: { sightings: {} },
    plan: () => ({ elsewhere: names.map((name) => [name, questionOf(name)]) }),
  });

  it.each([
    ['alive', answerOf('alive')],
    ['in doubt', answerOf('doubt', { means: { wait: 'rate-limited' } })],
    ['known, though refused', answerOf('silent', { identified: true, means: { end: 'stuck/ip-not-allowed' } })],
  ])('is looked for in all environments at the same time, and belongs where it is %s', async (_how, answer) => {
    const { sent, result } = await advanced({ ...REFUSED, demo: [GONE], tr: [answer] }, farther('demo', 'tr', 'kz'));
    expect(sent).toEqual(['probe', 'probe', 'reread', 'delete', 'probe', 'demo', 'tr', 'kz']);
    expect(result).toMatchObject({
      outcome: 'stuck/wrong-environment',
      why: 'The key belongs to the environment tr: store environment tr in its secret',
      evidence: [{ asked: 'demo' }, { asked: 'tr', saw: answer.saw }, { asked: 'kz' }],
    });
  });

  it.each([GONE, answerOf('unlisted'), answerOf('revoked'), answerOf('unusable'), answerOf('silent')])(
    'is not dead because another environment does not know it: %o',
    async (answer) => {
      for (const found of [{ sightings: {} }, { sightings: { demo: NOON } }, { sightings: { demo: NOON, tr: NOON } }]) {
        const answers = { ...REFUSED, demo: [answer], tr: [answer] };
        const { memory, result } = await advanced(answers, { ...farther('demo', 'tr'), found });
        expect(result).toMatchObject({ outcome: 'stuck/not-recognised' });
        expect(caseOf(memory)).not.toHaveProperty('proved');
      }
    },
  );

  it('is looked for once in each attempt, and every later delivery says the same', async () => {
    const having = farther('tr', 'ae');
    const { memory, result } = await advanced({ ...REFUSED, tr: [GONE], ae: [answerOf('silent')] }, having);
    const why = 'No verdict in the environments ae. Not asked in the environments demo';
    expect(result).toEqual(end('stuck/not-recognised', why));
    const record = caseOf(memory).attempts['R#1'] ?? NEW_ATTEMPT;
    expect(record.evidence.map(({ asked }) => asked)).toEqual(['probe', 'probe', 'delete', 'probe', 'tr', 'ae']);
    const again = await advanced(REFUSED, { ...having, found: { sightings: {}, attempts: { 'R#1': record } } });
    expect(again.result).toEqual(end('stuck/not-recognised', why));
    expect(again.sent).toEqual(['probe']);
  });

  it('waits where there was no time to look for it', async () => {
    const { sent, result } = await advanced(REFUSED, {
      found: { sightings: {} },
      plan: () => ({ elsewhere: [['tr', withoutSlot('tr')]] }),
    });
    expect([sent.at(-1), result]).toEqual(['probe', { hasEnded: false, code: 'rate-limited' }]);
  });

  it('is looked for only then: not while it waits, nor at another end', async () => {
    for (const script of [
      { ...REFUSED, delete: [ACCEPTED] },
      { probe: [answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true })] },
    ]) {
      const { sent } = await advanced(script, farther('tr'));
      expect(sent).not.toContain('tr');
    }
  });
});

describe('a managing key that is refused', () => {
  const refused = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
  const managed = (...names: string[]): Having => ({
    plan: () => ({
      signer: questionOf('master'),
      signerElsewhere: () => names.map((name) => [name, questionOf(name)] as const),
    }),
  });

  it('belongs to the environment that knows it', async () => {
    const script = { probe: [GONE], master: [refused], demo: [GONE], tr: [answerOf('alive')] };
    const { sent, result } = await advanced(script, managed('demo', 'tr'));
    expect(sent.filter((one) => one !== 'probe')).toEqual(['master', 'demo', 'tr']);
    expect(result).toMatchObject({
      outcome: 'stuck/wrong-environment',
      why: 'The managing key belongs to the environment tr: store environment tr in its secret',
      evidence: [{ asked: 'demo' }, { asked: 'tr', saw: 'alive' }],
    });
  });

  it('is looked for once in each attempt', async () => {
    const script = { probe: [GONE], master: [refused], tr: [GONE] };
    const { memory, sent, result } = await advanced(script, managed('tr'));
    expect([sent.at(-1), result]).toEqual(['tr', end('stuck/credential-refused')]);
    const record = caseOf(memory).attempts['R#1'] ?? NEW_ATTEMPT;
    const again = await advanced(script, { ...managed('tr'), found: { attempts: { 'R#1': record } } });
    expect([again.sent.includes('tr'), again.result]).toEqual([false, end('stuck/credential-refused')]);
  });

  it('leaves no trace where its provider has no other environment to ask', async () => {
    const { memory } = await advanced({ probe: [GONE], master: [refused] }, managed());
    expect(caseOf(memory).attempts['R#1']?.facts).toEqual({});
  });
});

describe('a key that shows again after an accepted call', () => {
  const flapping = (probe: Script['probe'], having: Having = {}) =>
    advanced({ probe: probe ?? [], delete: [ACCEPTED] }, { forMs: 60_000, ...having });

  it('needs one absence more, over ten gaps', async () => {
    const { memory, sent, result } = await flapping([ALIVE, GONE, ALIVE, GONE]);
    expect(result).toEqual(end('revoked'));
    expect(sent.filter((one) => one === 'probe')).toHaveLength(3 + 11);
    expect(caseOf(memory).attempts['R#1']).toMatchObject({ sightedRounds: 1, agreed: { count: 11 } });
  });

  it('by the rounds of another request too', async () => {
    const other = { ...NEW_ATTEMPT, calls: 1, callReplies: ['accepted'], sightedRounds: 3 } as const;
    const { sent } = await flapping([ALIVE, GONE], { found: { attempts: { 'S#1': other } } });
    expect(sent.filter((one) => one === 'probe')).toHaveLength(1 + 11);
  });

  it('or by what an attempt that has ended had counted', async () => {
    const { sent } = await flapping([ALIVE, GONE], { found: { sightedRounds: 9 } });
    expect(sent.filter((one) => one === 'probe')).toHaveLength(1 + 11);
  });
});

describe('two absences of two deliveries', () => {
  const before = (ms: number): Having => ({
    found: {
      attempts: {
        'R#1': {
          ...NEW_ATTEMPT,
          ...{ calls: 1, callReplies: ['accepted'], acceptedAt: after(NOON, -60_000) },
          agreed: { on: 'absent', at: after(NOON, -ms), count: 1 },
        },
      },
    },
  });

  it.each([
    ['a gap and five seconds apart are enough', 7_000, 1],
    ['less far apart need another one', 6_999, 2],
    ['that are a gap apart need a gap within one delivery', 2_000, 2],
  ])('%s', async (_what, ms, rounds) => {
    const { sent, result } = await advanced({ probe: [GONE] }, before(ms));
    expect([sent.length, result]).toEqual([rounds, end('revoked')]);
  });

  it('are not nearer because the wall clock was put forward in between', async () => {
    const { context, memory, leased } = atWork({ probe: [ALIVE, GONE], delete: [ACCEPTED] }, { forMs: 90_000 });
    const { clock } = memory;
    let jumpedMs = 0;
    const elapsed = () => clock.elapsed() - jumpedMs;
    const until = async (instant: EpochMs) => {
      const jump = jumpedMs === 0 ? 10_000 : 0;
      jumpedMs += jump;
      clock.forward(jump);
      await clock.until(instant);
    };
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    const ports = { ...context.ports, clock: { ...clock, elapsed, until } };
    const startedAt = elapsed();
    expect(await advanceAttempt({ ...context, ports }, hooks, leased)).toEqual(end('revoked'));
    expect(elapsed() - startedAt).toBeGreaterThanOrEqual(2_000);
    expect(memory.sent).toEqual(['probe', 'delete', 'probe', 'probe', 'probe']);
  });
});

describe('a key that is gone, as in an outage', () => {
  const refused = answerOf('rejected', { code: 'NOT_FOUND' });
  const HOUR = 3_600_000;
  const ago = (ms: number) => after(NOON, -ms);
  const since = (ms: number) => `The provider has not known the key since ${new Date(NOON - ms).toISOString()}`;
  const held = (work: object): Having => ({ found: { attempts: { 'R#1': { ...NEW_ATTEMPT, ...work } } } });
  const LATER = { hasEnded: false, code: 'not-yet-proved', notBefore: undefined };

  it('is deleted once in a delivery, which comes again', async () => {
    const { memory, sent, result } = await advanced({ probe: [GONE], delete: [refused] });
    expect([sent, result]).toEqual([['probe', 'reread', 'delete', 'probe'], LATER]);
    const work = { calls: 1, notExecuted: 1, callReplies: ['refused'], absentSince: NOON };
    expect(caseOf(memory).attempts['R#1']).toMatchObject(work);
    expect(memory.clock.now()).toBe(NOON);
  });

  it('is deleted again by the next delivery, also where the delete is refused for the tenth time', async () => {
    const replies = Array.from({ length: 9 }, () => 'refused');
    const work = { calls: 9, notExecuted: 9, callReplies: replies, lastAnswer: 'rejected', absentSince: ago(HOUR - 1) };
    const { memory, sent, result } = await advanced({ probe: [GONE], delete: [refused] }, held(work));
    expect([sent, result]).toEqual([['probe', 'delete', 'probe'], LATER]);
    expect(caseOf(memory).attempts['R#1']).toMatchObject({ calls: 10, notExecuted: 10, absentSince: ago(HOUR - 1) });
  });

  it.each([
    ['refused', 'already-revoked', since(HOUR)],
    ['lost', 'revoked', ''],
  ])('ends after an hour by one more delete and two absences: its delete was %s', async (reply, outcome, why) => {
    const work = { calls: 1, callReplies: [reply], lastCallAt: ago(HOUR), absentSince: ago(HOUR) };
    const { sent, result } = await advanced({ probe: [GONE], delete: [refused] }, held(work));
    expect([sent, result]).toEqual([['probe', 'delete', 'probe', 'probe'], end(outcome, why)]);
  });

  it.each([
    ['with all of its calls, where each was made in doubt', 5, 5, ['probe', 'delete']],
    ['with those that were not, where one was made before', 5, 4, ['probe', 'probe', 'probe', 'probe', 'delete']],
  ])('is alive where the outage is over: the delete begins again %s', async (_what, calls, notExecuted, expected) => {
    const callReplies = Array(calls).fill('lost');
    const work = { calls, notExecuted, callReplies, lastCallAt: ago(HOUR), absentSince: ago(9) };
    const probe = () => (memory().sent.includes('delete') ? GONE : ALIVE);
    const memory = (): typeof at.memory => at.memory;
    const at = atWork({ probe: [probe], delete: [ACCEPTED] }, { ...held(work), forMs: 60_000 });
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    expect(await advanceAttempt(at.context, hooks, at.leased)).toEqual(end('revoked'));
    // It showed after a call whose reply was lost: so it has to be gone for ten gaps.
    expect(at.memory.sent).toEqual([...expected, ...Array(11).fill('probe')]);
    expect(caseOf(at.memory).attempts['R#1']).toMatchObject({ calls: calls + 1, notExecuted });
  });

  it.each([
    ['for less than an hour is waited for', HOUR - 1, LATER],
    [
      'for an hour is unproven',
      HOUR,
      end('stuck/unproven', `${since(HOUR)}. An update cannot tell a dead key from an outage. A delete can: send one`),
    ],
  ])('and that was to be updated, %s: no call leaves', async (_what, ms, expected) => {
    const { sent, result } = await advanced(
      { probe: [GONE] },
      { ...held({ absentSince: ago(ms) }), plan: () => ({ call: UPDATE }) },
    );
    expect([sent, result]).toEqual([['probe'], expected]);
  });

  it('is already revoked where its death is in the ledger: two absences are enough', async () => {
    const { sent, result } = await advanced({ probe: [GONE] }, { found: PROVED });
    expect([sent, result]).toEqual([['probe', 'probe'], end('already-revoked', since(0))]);
  });

  it.each([
    ['refused', [answerOf('unlisted')], 'already-revoked', since(0), []],
    ['lost', [undefined, answerOf('unlisted')], 'revoked', '', ['delete', 'probe']],
    ['lost, and then accepted', [undefined, ACCEPTED], 'revoked', '', ['delete', 'probe']],
    [
      'lost, and then refused for a reason',
      [undefined, answerOf('rejected', { means: { end: 'stuck/wrong-account' } })],
      'revoked',
      '',
      ['delete', 'probe'],
    ],
  ])(
    'ends at once where the managing key’s list has named it: the delete was %s',
    async (_how, answers, outcome, why, again) => {
      const { sent, result } = await advanced({ probe: [answerOf('unlisted')], delete: answers }, { managed: true });
      expect([sent, result]).toEqual([['probe', 'reread', 'delete', 'probe', ...again, 'probe'], end(outcome, why)]);
    },
  );

  it('waits for the next delivery where the reply to the delete that was sent once more was lost as well', async () => {
    const { sent, result } = await advanced({ probe: [answerOf('unlisted')], delete: [undefined] }, { managed: true });
    expect(sent).toEqual(['probe', 'reread', 'delete', 'probe', 'delete', 'probe']);
    expect(result).toMatchObject({ hasEnded: false, code: 'not-yet-proved' });
  });
});

describe('a managing key that is refused says nothing of the target', () => {
  const REFUSED = answerOf('silent', { means: { end: 'stuck/credential-refused' } });
  const beside: Having = {
    managed: true,
    plan: () => ({ probes: [questionOf('probe'), questionOf('list', 'managing')] }),
    found: {
      attempts: { 'R#1': { ...NEW_ATTEMPT, calls: 1, callReplies: ['accepted'], acceptedAt: NOON, lastCallAt: NOON } },
    },
  };

  it('so that no death is proved, though the delete was accepted', async () => {
    const { memory, sent, result } = await advanced({ probe: [GONE], list: [REFUSED] }, { ...beside, forMs: 7_000 });
    expect(result).toMatchObject({ hasEnded: false, code: 'not-yet-proved' });
    expect(sent).toEqual(['probe', 'list', 'probe', 'list']);
    expect(caseOf(memory).attempts['R#1']).not.toHaveProperty('absentSince');
  });

  it('unless this system has deleted it: then the target’s own word proves its death', async () => {
    const { memory, context, leased } = atWork({ probe: [GONE], list: [REFUSED] }, beside);
    memory.items.set(`case#kalshi/prod/${OTHER} case`, { rev: 1, nonce: '', attempts: {}, ...PROVED });
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    expect(await advanceAttempt(context, hooks, leased)).toEqual(end('revoked'));
    expect(memory.sent).toEqual(['probe', 'list', 'probe', 'list']);
  });
});

describe('calls of a managing key that change nothing', () => {
  const used = (progress: object): Having => ({
    managed: true,
    found: {
      state: 'open-case',
      attempts: {
        'R#1': {
          ...NEW_ATTEMPT,
          calls: 5,
          calledAt: after(NOON, -600_000),
          lastCallAt: after(NOON, -300_000),
          callReplies: Array.from({ length: 5 }, () => 'refused' as const),
          lastAnswer: 'rejected',
          answered: true,
          unchanged: { count: 9, since: after(NOON, -290_000) },
          ...progress,
        },
      },
    },
  });
  const ended = async (progress: object, isKilled: boolean) => {
    const { memory, context, leased } = atWork({ probe: [ALIVE] }, used(progress));
    if (isKilled) memory.items.set(`case#kalshi/prod/${OTHER} case`, { rev: 1, nonce: '', attempts: {}, ...PROVED });
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    return advanceAttempt(context, hooks, leased);
  };

  it('end as signed with a key that is gone, where this system has killed that key and none was accepted', async () =>
    expect(await ended({}, true)).toMatchObject({ outcome: 'stuck/signer-gone' }));

  it.each<[string, object, boolean]>([
    ['that lives', {}, false],
    ['of which one was accepted', { acceptedAt: after(NOON, -600_000) }, true],
  ])('end as without effect where they are of a key %s', async (_what, progress, isKilled) =>
    expect(await ended(progress, isKilled)).toMatchObject({ outcome: 'stuck/no-effect' }),
  );
});

describe('a managing key that is refused', () => {
  const killed = { attempts: {}, ...PROVED };
  const refused = (outcome: string, having: Having, ofCase?: object) => {
    const { memory, context, leased } = atWork(
      { probe: [answerOf('silent', { means: { end: outcome as 'stuck/limit' }, blocksCall: true })] },
      having,
    );
    if (ofCase) memory.items.set(`case#kalshi/prod/${OTHER} case`, { rev: 1, nonce: '', ...ofCase });
    return advanceAttempt(context, { rereadOrder: async () => undefined, resurrected: async () => undefined }, leased);
  };

  it.each<[string, string, string, Having, object | undefined]>([
    ['is gone, where this system killed it', 'credential-refused', 'signer-gone', { managed: true }, killed],
    [
      'has a wrong credential, where it did not',
      'credential-refused',
      'credential-refused',
      { managed: true },
      undefined,
    ],
    ['is refused for something else, killed or not', 'region-refused', 'region-refused', { managed: true }, killed],
    [
      'is not meant where the key signs itself',
      'credential-refused',
      'credential-refused',
      { found: PROVED },
      undefined,
    ],
  ])('%s', async (_what, code, expected, having, ofCase) => {
    expect(await refused(`stuck/${code}`, having, ofCase)).toEqual(end(`stuck/${expected}`));
  });
});

describe('what an end says beside its outcome', () => {
  const LISTED = 'The managing key’s list names';
  const EARLIER = 'The key was proved gone at 2026-11-21T11:59:55.000Z with another signing key';
  const unknown = (facts: Answer['facts'] = {}): Script => ({
    probe: [{ ...GONE, facts }],
    delete: [answerOf('rejected')],
  });

  it.each<[string, Script, Having['found'], string]>([
    ['nothing, where nothing was learned', unknown(), {}, ''],
    ['that one other key is listed', unknown({ keysNamed: '1' }), {}, `${LISTED} 1 key, but not this one`],
    ['how many others are listed', unknown({ keysNamed: '3' }), {}, `${LISTED} 3 keys, but not this one`],
    ['when it was proved gone by another', unknown(), PROVED, EARLIER],
    ['both', unknown({ keysNamed: '0' }), PROVED, `${LISTED} 0 keys, but not this one. ${EARLIER}`],
    ['what was searched', unknown({ keysNamed: '3', searched: '20 sub accounts' }), {}, 'Searched 20 sub accounts'],
  ])('of a key that nobody knows: %s', async (_what, script, found, why) => {
    const { result } = await advanced(script, { managed: true, found: { sightings: {}, ...found } });
    // The managing key was accepted in the same round.
    expect(result).toEqual({ ...end('stuck/not-recognised', why), isToldApart: true });
  });

  it.each([
    ['accepted', true],
    ['refused', undefined],
    ['nothing', undefined],
  ] as const)('whether a control key tells it from an outage: %s', async (saw, isToldApart) => {
    const control = { saw, evidence: [] };
    const { result } = await advanced(unknown(), { found: { sightings: {} }, control });
    expect(result).toMatchObject({ outcome: 'stuck/not-recognised' });
    expect((result as AttemptEnded).isToldApart).toBe(isToldApart);
  });

  it('is not asked of a control key where no outage looks like it', async () => {
    const control = { saw: 'accepted', evidence: [] } as const;
    const denied = answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true });
    const { result } = await advanced({ probe: [denied] }, { control });
    expect(result).toEqual(end('stuck/ip-not-allowed'));
  });

  it.each([
    ['a delete', {}],
    ['an update', { call: UPDATE }],
  ])('names the code of a doubt that lasts, and since when: %s', async (_what, plan) => {
    const doubt = { since: after(NOON, -3_600_000), code: '10010' };
    const attempts = { 'R#1': { ...NEW_ATTEMPT, doubt, absentSince: NOON } };
    const { sent, result } = await advanced(
      { probe: [answerOf('doubt', { code: '10006', means: { wait: 'rate-limited' } })] },
      { found: { attempts }, plan: () => plan },
    );
    const why =
      'Since 2026-11-21T11:00:00.000Z the provider has answered the key with 10006, which only a known key should get. So the key may be alive';
    expect([sent, result]).toEqual([['probe'], end('stuck/unproven', why)]);
  });

  it.each<[string, string, Answer, object, Partial<Plan>]>([
    [
      'a delete that nothing can prove',
      'unproven',
      answerOf('silent'),
      { calls: 1, lastAnswer: 'silent', absentSince: NOON },
      { provable: false },
    ],
    [
      'an update that had no effect',
      'unproven',
      answerOf('alive', { record: { readOnly: 0, ips: [], permissions: {} } }),
      {
        calls: 5,
        acceptedAt: after(NOON, -60_000),
        lastCallAt: after(NOON, -60_000),
        unchanged: { count: 3, since: after(NOON, -60_000) },
      },
      { call: UPDATE },
    ],
    [
      'an update that is refused',
      'region-refused',
      answerOf('silent', { means: { end: 'stuck/region-refused' } }),
      { absentSince: NOON },
      { call: UPDATE },
    ],
    [
      'a delete that is refused after a doubt',
      'region-refused',
      answerOf('silent', { means: { end: 'stuck/region-refused' }, blocksCall: true }),
      { doubt: { since: NOON, code: '10006' } },
      {},
    ],
  ])('of %s: nothing of an absence or a doubt', async (_what, code, answer, work, plan) => {
    const found = { attempts: { 'R#1': { ...NEW_ATTEMPT, ...work } } };
    const { result } = await advanced({ probe: [answer] }, { found, plan: () => plan });
    expect(result).toEqual(end(`stuck/${code}`));
  });

  it('of a call that refused the managing key: not that another key was accepted', async () => {
    const refused = answerOf('rejected', { means: { end: 'stuck/credential-refused' } });
    const { result } = await advanced({ probe: [ALIVE], delete: [refused] }, { managed: true });
    expect(result).toEqual(end('stuck/credential-refused'));
  });

  it('of another end: nothing of a list', async () => {
    const held = answerOf('silent', {
      means: { end: 'stuck/region-refused' },
      blocksCall: true,
      facts: { keysNamed: '3' },
    });
    expect((await advanced({ probe: [held] }, { managed: true })).result).toEqual(end('stuck/region-refused'));
  });

  it('of a rule of ours: what that says, before all else', async () => {
    const call: Plan['call'] = {
      call: () => ({ end: 'refused/would-widen', why: 'Cannot widen it: ask for less' }),
      reach: () => 'wider',
      narrower: (a: KeyRecord) => a,
    };
    const read = { record: { readOnly: 0, ips: [], permissions: {} }, facts: { searched: '20 sub accounts' } } as const;
    const { result } = await advanced({ probe: [answerOf('alive', read)] }, { plan: () => ({ call }) });
    expect(result).toEqual(end('refused/would-widen', 'Cannot widen it: ask for less'));
  });
});

it('tells a death from an outage by a control key, which the case keeps', async () => {
  const control = { saw: 'accepted', keyName: 'kalshi/prod/C', evidence: [] } as const;
  const { memory, sent, result } = await advanced({ probe: [GONE], delete: [answerOf('rejected')] }, { control });
  expect(sent).toEqual(['probe', 'reread', 'delete', 'probe', 'probe']);
  expect(result).toMatchObject({ outcome: 'already-revoked' });
  expect(caseOf(memory)).toMatchObject({
    controls: ['kalshi/prod/C'],
    attempts: { 'R#1': { controlledSince: NOON, controlledBy: 'key' } },
  });
});

describe('an end that an outage explains as well', () => {
  const refused = answerOf('silent', { means: { end: 'stuck/credential-refused' }, blocksCall: true });
  const elsewhere = answerOf('silent', { means: { end: 'stuck/region-refused' }, blocksCall: true });
  const unseen: Having['found'] = { sightings: {} };
  const unknown: Script = { probe: [GONE], delete: [answerOf('rejected')] };
  const saw = (said: 'accepted' | 'refused' | 'nothing') => ({ saw: said, evidence: [] });

  it.each<[string, string, Script, Having, boolean]>([
    ['a key that nobody knows', 'not-recognised', unknown, { found: unseen, control: saw('accepted') }, true],
    ['a refused credential', 'credential-refused', { probe: [refused] }, { control: saw('accepted') }, true],
    [
      'one beside a refused control key',
      'credential-refused',
      { probe: [refused] },
      { control: saw('refused') },
      false,
    ],
    ['one beside none that answers', 'credential-refused', { probe: [refused] }, { control: saw('nothing') }, false],
    ['another refusal', 'region-refused', { probe: [elsewhere] }, { control: saw('accepted') }, false],
  ])('is told apart by a control key that is accepted, or not: %s', async (_what, code, script, having, isTold) => {
    const { result } = await advanced(script, having);
    expect(result).toEqual({
      ...end(`stuck/${code}`),
      why: expect.any(String),
      ...(isTold ? { isToldApart: true } : {}),
    });
  });

  it('asks for a control key by what the case and the round know, and for one that is accepted now', async () => {
    const found = { controls: ['kalshi/prod/C'] };
    const { context, leased } = atWork({ probe: [{ ...refused, facts: { userID: '1' } }] }, { found });
    const asked: unknown[] = [];
    const askControl: typeof context.askControl = async (held, ...rest) => {
      asked.push([held.controls, ...rest]);
      return saw('accepted');
    };
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    await advanceAttempt({ ...context, askControl }, hooks, leased);
    expect(asked).toEqual([[found.controls, { userID: '1' }]]);
  });
});

/** As a recheck hands in. */
const probesOnly: Act = async () => attemptEnded('planned');

it('reports a key that was proved gone and that one question still finds, before its case is open again', async () => {
  const { memory, sent } = await advanced(
    { probe: [GONE], list: [answerOf('listed')], delete: [undefined] },
    {
      found: { ...PROVED, findings: 2 },
      plan: () => ({ probes: [questionOf('probe'), questionOf('list')] }),
    },
    probesOnly,
  );
  expect(sent).toEqual(['probe', 'list', 'resurrected proved-case -5000']);
  expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'X#1', findings: 3 });
  expect(caseOf(memory)).not.toHaveProperty('proved');
});

describe('a settle window while a request is at work on the key', () => {
  const settling = {
    ...{ as: 'gone', owners: ['X#1'], urgent: false, startedAt: after(NOON, -60_000), windowMs: 600_000 },
    ...{ source: 'assumed', nextAt: NOON, basis: 'accepted', controlledBy: undefined, absences: 3 },
    ...{ connections: 3, addresses: [], triedKey: true, evidence: [], notAsked: [] },
  } as const;
  const windowAfter = async (answer: Answer, more: object = {}) => {
    const found = { settling: { ...settling, ...more } } as unknown as Having['found'];
    const { memory } = await advanced({ probe: [answer] }, { found } as Having, probesOnly);
    return caseOf(memory).settling;
  };

  it('starts again at each sight of the key, also if the proof is gone already', async () => {
    expect(await windowAfter(ALIVE)).toMatchObject({ startedAt: NOON, absences: 0, triedKey: false });
    expect(await windowAfter(ALIVE)).not.toHaveProperty('basis');
  });

  it.each<[string, Answer, object]>([
    ['no sight', GONE, {}],
    ['a window in which the key is restricted', ALIVE, { as: 'restricted' }],
  ])('continues with %s', async (_what, answer, more) => {
    expect(await windowAfter(answer, more)).toMatchObject({ startedAt: settling.startedAt, absences: 3 });
  });
});

describe('a managing key is asked about itself', () => {
  const having: Having = { managed: true, request: LEAKED as never, plan: () => ({ signer: questionOf('signer') }) };

  it('once where it is well', async () => {
    const { sent } = await advanced({ signer: [ALIVE], probe: [ALIVE, GONE], delete: [ACCEPTED] }, having);
    expect(sent).toEqual(['signer', 'probe', 'reread', 'delete', 'probe', 'probe']);
  });

  it('again where it gave no verdict', async () => {
    const { sent } = await advanced(
      { signer: [undefined, ALIVE], probe: [ALIVE, ALIVE, GONE], delete: [ACCEPTED] },
      having,
    );
    expect(sent).toEqual(['signer', 'probe', 'signer', 'probe', 'reread', 'delete', 'probe', 'probe']);
  });
});

it('asks whether the order still stands before its first call, and not before another', async () => {
  const { sent, result } = await advanced(
    { probe: [ALIVE, ALIVE, ALIVE, GONE], delete: [ACCEPTED] },
    { request: LEAKED as never },
  );
  expect(sent.slice(0, 6)).toEqual(['probe', 'reread', 'delete', 'probe', 'probe', 'delete']);
  // Two sightings after the first call: absences for ten gaps, which is more than this delivery has time for.
  expect(result).toMatchObject({ hasEnded: false, code: 'not-yet-proved' });
});

it('says what an end means in this environment, where it means something else elsewhere', async () => {
  const provider = { ...scriptedProvider(), hints: { prod: { 'stuck/ip-not-allowed': 'Here it means this' } } };
  const held = answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true });
  const { context, leased } = atWork({ probe: [held] });
  const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
  expect(await advanceAttempt({ ...context, provider }, hooks, leased)).toEqual(
    end('stuck/ip-not-allowed', 'Here it means this'),
  );
  expect((await advanced({ probe: [held] })).result).toEqual(end('stuck/ip-not-allowed'));
});

it.each<[string, Script, Having]>([
  ['call', { probe: [ALIVE] }, {}],
  [
    'ask elsewhere',
    { probe: [GONE] },
    { found: { sightings: {} }, plan: () => ({ siblings: [['demo', questionOf('demo')]] }) },
  ],
])('a recheck ends where a request would %s', async (_what, script, having) => {
  const { sent, result } = await advanced(script, having, probesOnly);
  expect(result).toEqual(end('planned'));
  expect(sent).toEqual(['probe']);
});

describe('between two probes', () => {
  const called = { ...NEW_ATTEMPT, calls: 1, acceptedAt: NOON };
  const found = { attempts: { 'R#1': called } };

  it('waits where there is time for the second', async () => {
    const { memory, sent, result } = await advanced({ probe: [GONE] }, { forMs: 7_000, found });
    expect([sent, result]).toEqual([['probe', 'probe'], end('revoked')]);
    expect(memory.clock.now()).toBe(after(NOON, 2_000));
  });

  it('gives the key back at once where there is none', async () => {
    const { memory, sent, result } = await advanced({ probe: [GONE] }, { forMs: 6_999, found });
    expect([sent, result]).toEqual([['probe'], { hasEnded: false, code: 'not-yet-proved', notBefore: undefined }]);
    expect(memory.clock.now()).toBe(NOON);
  });

  it('gives the key back where the provider says to come again', async () => {
    const notBefore = after(NOON, 1_000);
    const limited = answerOf('silent', { means: { wait: 'rate-limited', notBefore } });
    const { memory, result } = await advanced({ probe: [limited] });
    expect(result).toEqual({ hasEnded: false, code: 'rate-limited', notBefore });
    expect(memory.clock.now()).toBe(NOON);
  });
});

describe('a question that has to wait for a rate slot', () => {
  const WAIT = { hasEnded: false, code: 'rate-limited' };

  it('makes a wait, and an empty round writes nothing', async () => {
    const { memory, sent, result } = await advanced({}, { plan: () => ({ probes: [withoutSlot('probe')] }) });
    expect([sent, result]).toEqual([[], WAIT]);
    expect(memory.steps.filter((step) => step.startsWith('write'))).toEqual([]);
  });

  it('makes a wait, and what the other questions said is in the ledger', async () => {
    const probes = [withoutSlot('list'), questionOf('probe')];
    const { memory, sent, result } = await advanced({ probe: [ALIVE] }, { plan: () => ({ probes }) });
    expect([sent, result]).toEqual([['probe'], WAIT]);
    expect(caseOf(memory).attempts['R#1']?.evidence).toMatchObject([{ asked: 'probe', saw: 'alive' }]);
  });

  it.each<[string, Having, string]>([
    ['for the slot', {}, 'rate-limited'],
    ['for the next delivery where no time is left', { forMs: 5_000 }, 'not-yet-proved'],
  ])('makes a wait at a sibling environment: %s', async (_what, having, code) => {
    const late = (): Answer => {
      if (having.forMs) at.memory.clock.forward(1);
      return GONE;
    };
    const sibling = having.forMs ? questionOf('demo') : withoutSlot('demo');
    const at = atWork(
      { probe: [late] },
      { ...having, found: { sightings: {} }, plan: () => ({ siblings: [['demo', sibling]] }) },
    );
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    expect(await advanceAttempt(at.context, hooks, at.leased)).toEqual({ hasEnded: false, code });
    expect(at.memory.sent).toEqual(['probe']);
  });
});

describe('the connection of the first call', () => {
  /** What became of the connections that were opened ahead. */
  const watched = (script: Script, having: Having = {}) => {
    const work = atWork(script, having);
    const said: string[] = [];
    const { send } = work.memory.ports;
    const connection = { close: () => void said.push('closed') };
    const ports = {
      ...work.context.ports,
      connect: ({ host }: { host: string }) => {
        said.push(`opened to ${host}`);
        return connection;
      },
      send: (call: HttpCall, until: EpochMs) => {
        if (call.connection === connection) said.push(`used by ${call.method}`);
        return send(call, until);
      },
    };
    const asking = { ...work.context.asking, ports };
    const context = { ...work.context, ports, asking };
    const hooks = { rereadOrder: async () => undefined, resurrected: async () => undefined };
    return { said, asking, run: () => advanceAttempt(context, hooks, work.leased) };
  };

  it('is opened while the probes are on their way, and used once', async () => {
    const { said, asking, run } = watched({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    expect(await run()).toMatchObject({ outcome: 'revoked' });
    expect(said).toEqual(['opened to api.example.com', 'used by DELETE']);
    expect(asking).toMatchObject({ connection: undefined });
  });

  it('is left to be closed where no call follows', async () => {
    const { said, asking, run } = watched({ probe: [undefined] });
    await run();
    expect(said).toEqual(['opened to api.example.com']);
    expect(asking).toMatchObject({ connection: { close: expect.any(Function) } });
  });

  it('is not opened for a key that was not found before', async () => {
    const attempts = { 'R#1': { ...NEW_ATTEMPT, absentAt: NOON } };
    const { said, run } = watched({ probe: [GONE] }, { found: { attempts } });
    await run();
    expect(said).toEqual([]);
  });
});
