import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../functions/core/answer.ts';
import { after } from '../../../functions/core/epoch.ts';
import type { Plan } from '../../../functions/core/provider.ts';
import { pursue } from '../../../functions/core/pursue.ts';
import { atWork } from './pursuits.ts';
import { answerOf, NOON } from './rounds.ts';
import { questionOf } from './scripted-provider.ts';
import { ACCEPTED, ALIVE, caseOf, GONE, LEAKED, OTHER, type Script } from './scripted-system.ts';

type Having = NonNullable<Parameters<typeof atWork>[1]>;

/** How a delivery's pursuit ends; what it told and asked of its caller stands among what it sent. */
const pursued = async (script: Script, having: Having = {}) => {
  const { memory, pursuit, leased } = atWork(script, having);
  const { sent } = memory;
  const result = await pursue(
    pursuit,
    {
      recheck: async () => void sent.push('recheck'),
      resurrected: async (_, at) => void sent.push(`resurrected ${caseOf(memory).state} ${at - NOON}`),
    },
    leased,
  );
  return { memory, sent, result };
};

const end = (outcome: string, why = '') => ({ over: true, outcome, why, evidence: [] });
const PROVED = {
  proved: { at: after(NOON, -5_000), deadAt: after(NOON, -7_000), endedBy: 'X#1' },
  state: 'proved-case',
} as const;

describe('a key that is unknown where it was looked for, and was never seen there', () => {
  const there = (...siblings: string[]): Having => ({
    found: { seen: {} },
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
    ['known, though refused', answerOf('silent', { seen: true, ends: 'stuck/ip-not-allowed' })],
  ])('is at home in the first sibling where it is %s', async (_how, answer) => {
    const { sent, result } = await pursued(
      { probe: [GONE], demo: [GONE], testnet: [answer] },
      there('demo', 'testnet', 'eu'),
    );
    expect(result).toEqual({
      ...end('stuck/wrong-environment', 'The key is at home in testnet'),
      evidence: [asked('demo', GONE), asked('testnet', answer)],
    });
    expect(sent).toEqual(['probe', 'demo', 'testnet']);
  });

  it.each([
    ['does not know it either', GONE],
    ['gives no verdict', answerOf('silent')],
  ])('is not recognised where its sibling %s', async (_how, answer) => {
    const { result } = await pursued({ probe: [GONE], demo: [answer] }, there('demo'));
    expect(result).toEqual({ ...end('stuck/not-recognised'), evidence: [asked('demo', answer)] });
  });
});

describe('a managing key that is refused', () => {
  const killed = { works: {}, ...PROVED };
  const refused = (outcome: string, having: Having, ofCase?: object) => {
    const { memory, pursuit, leased } = atWork(
      { probe: [answerOf('silent', { ends: outcome as 'stuck/limit', holds: true })] },
      having,
    );
    if (ofCase) memory.items.set(`case#kalshi/prod/${OTHER} case`, { rev: 1, nonce: '', ...ofCase });
    return pursue(pursuit, { recheck: async () => undefined, resurrected: async () => undefined }, leased);
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
  const EARLIER = 'Another signer’s questions proved it dead at 2026-11-21T11:59:55.000Z';
  const unknown = (facts: Answer['facts'] = {}): Script => ({
    probe: [{ ...GONE, facts }],
    delete: [answerOf('rejected')],
  });

  it.each<[string, Script, Having['found'], string]>([
    ['nothing, where nothing was learned', unknown(), {}, ''],
    ['that one other key is listed', unknown({ keysNamed: '1' }), {}, `${LISTED} 1 key, and not this one`],
    ['how many others are listed', unknown({ keysNamed: '3' }), {}, `${LISTED} 3 keys, and not this one`],
    ['when it was proved dead by another', unknown(), PROVED, EARLIER],
    ['both', unknown({ keysNamed: '0' }), PROVED, `${LISTED} 0 keys, and not this one. ${EARLIER}`],
    [
      'what was searched',
      unknown({ keysNamed: '3', searched: '20 sub accounts' }),
      {},
      'Looked through 20 sub accounts',
    ],
  ])('of a key that nobody knows: %s', async (_what, script, found, why) => {
    const { result } = await pursued(script, { managed: true, found: { seen: {}, ...found } });
    expect(result).toEqual(end('stuck/not-recognised', why));
  });

  it('of another end: nothing of a list', async () => {
    const held = answerOf('silent', { ends: 'stuck/region-refused', holds: true, facts: { keysNamed: '3' } });
    expect((await pursued({ probe: [held] }, { managed: true })).result).toEqual(end('stuck/region-refused'));
  });

  it('of a rule of ours: what that says, before all else', async () => {
    const call: Plan['call'] = {
      call: () => ({ ends: 'refused/would-widen', why: 'Cannot widen it, wanted less' }),
      reach: () => 'unmet',
    };
    const read = { record: { readOnly: 0, ips: [], permissions: {} }, facts: { searched: '20 sub accounts' } } as const;
    const { result } = await pursued({ probe: [answerOf('alive', read)] }, { plan: () => ({ call }) });
    expect(result).toEqual(end('refused/would-widen', 'Cannot widen it, wanted less'));
  });
});

it('tells of a key that was proved dead and that one question still finds, before its case is open again', async () => {
  const { memory, sent } = await pursued(
    { probe: [GONE], list: [answerOf('listed')], delete: [undefined] },
    {
      found: { ...PROVED, findings: 2 },
      plan: () => ({ probes: [questionOf('probe'), questionOf('list')] }),
      isLook: true,
    },
  );
  expect(sent).toEqual(['probe', 'list', 'resurrected proved-case -5000']);
  expect(caseOf(memory)).toMatchObject({ state: 'open-case', leftOpenBy: 'X#1', findings: 3 });
  expect(caseOf(memory)).not.toHaveProperty('proved');
});

describe('a managing key is asked about itself', () => {
  const having: Having = { managed: true, request: LEAKED as never, plan: () => ({ signer: questionOf('signer') }) };

  it('once where it is well', async () => {
    const { sent } = await pursued({ signer: [ALIVE], probe: [ALIVE, GONE], delete: [ACCEPTED] }, having);
    expect(sent).toEqual(['signer', 'probe', 'recheck', 'delete', 'probe', 'probe']);
  });

  it('again where it gave no verdict', async () => {
    const { sent } = await pursued(
      { signer: [undefined, ALIVE], probe: [ALIVE, ALIVE, GONE], delete: [ACCEPTED] },
      having,
    );
    expect(sent).toEqual(['signer', 'probe', 'signer', 'probe', 'recheck', 'delete', 'probe', 'probe']);
  });
});

it('asks whether the order still stands before its first call, and not before another', async () => {
  const { sent, result } = await pursued(
    { probe: [ALIVE, ALIVE, ALIVE, GONE], delete: [ACCEPTED] },
    { request: LEAKED as never },
  );
  expect(sent).toEqual(['probe', 'recheck', 'delete', 'probe', 'probe', 'delete', 'probe', 'probe']);
  expect(result).toMatchObject({ over: true, outcome: 'revoked' });
});

it.each<[string, Script, Having]>([
  ['call', { probe: [ALIVE] }, {}],
  [
    'ask elsewhere',
    { probe: [GONE] },
    { found: { seen: {} }, plan: () => ({ siblings: [['demo', questionOf('demo')]] }) },
  ],
])('a look is over where a request would %s', async (_what, script, having) => {
  const { sent, result } = await pursued(script, { ...having, isLook: true });
  expect(result).toEqual(end('planned'));
  expect(sent).toEqual(['probe']);
});

describe('between two probes', () => {
  it('waits where there is time for the second', async () => {
    const { memory, sent, result } = await pursued({ probe: [GONE] }, { forMs: 7_000 });
    expect([sent, result]).toEqual([['probe', 'probe'], end('already-revoked')]);
    expect(memory.clock.now()).toBe(after(NOON, 2_000));
  });

  it('gives the key back at once where there is none', async () => {
    const { memory, sent, result } = await pursued({ probe: [GONE] }, { forMs: 6_999 });
    expect([sent, result]).toEqual([['probe'], { over: false, code: 'not-yet-proved', notBefore: undefined }]);
    expect(memory.clock.now()).toBe(NOON);
  });

  it('gives the key back where the provider says to come again', async () => {
    const notBefore = after(NOON, 1_000);
    const limited = answerOf('silent', { ends: 'retry/rate-limited', notBefore });
    const { memory, result } = await pursued({ probe: [limited] });
    expect(result).toEqual({ over: false, code: 'rate-limited', notBefore });
    expect(memory.clock.now()).toBe(NOON);
  });
});
