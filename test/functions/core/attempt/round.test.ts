import { describe, expect, it } from 'vitest';
import type { Answer, Facts } from '../../../../functions/core/answer.ts';
import { type ControlReading, probeRound } from '../../../../functions/core/attempt/round.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { type AttemptRecord, type CaseItem, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { Plan } from '../../../../functions/core/provider.ts';
import { atWork } from '../attempt-contexts.ts';
import { answerOf, askedOf, NOON } from '../rounds.ts';
import { questionOf, withoutSlot } from '../scripted-provider.ts';
import { ALIVE, GONE, KEY, OTHER } from '../scripted-system.ts';

it('plans with what the signer’s questions have taught, and above that with what this request has learned', async () => {
  const planned: Facts[] = [];
  const { context, leased } = atWork(
    { probe: [ALIVE] },
    {
      found: { facts: { [KEY]: { userID: '1', parentUid: '2' }, [OTHER]: { userID: '9', isMaster: 'true' } } },
      plan: ({ facts }) => {
        planned.push(facts);
        return {};
      },
    },
  );
  const { round } = await probeRound(
    context,
    leased,
    { ...NEW_ATTEMPT, facts: { parentUid: '3', searched: '4' } },
    false,
  );
  const known = { userID: '1', parentUid: '3', searched: '4' };
  expect(new Set(planned.map((facts) => JSON.stringify(facts)))).toEqual(new Set([JSON.stringify(known)]));
  expect(round.facts).toEqual(known);
});

describe('the connections of a round', () => {
  const PROVED = { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' } };

  it.each<[string, boolean, Parameters<typeof atWork>[1], Partial<AttemptRecord>]>([
    ['shared before the call of a delete: it has to be fast', false, {}, {}],
    ['its own after a call', true, {}, { calls: 1 }],
    ['its own if the ledger holds the key as dead', true, { found: PROVED }, {}],
    ['its own if an earlier round did not find the key', true, {}, { absentAt: NOON }],
    ['its own if an earlier round found no sighting either', true, {}, { agreed: { on: 'absent-unseen', at: NOON } }],
    ['its own for an update, whose first reading counts', true, { request: { operation: 'update-key' } }, {}],
  ])('are %s', async (_what, own, having, progress) => {
    const asked: unknown[] = [];
    const { context, leased } = atWork({}, { reply: (call) => void asked.push(call.ownConnection), ...having });
    // A delivery asks several rounds: what holds for one must not stay for the next.
    for (const before of [!own, own]) {
      context.asking.ownConnections = before;
      await probeRound(context, leased, { ...NEW_ATTEMPT, ...progress }, false);
    }
    expect(asked).toEqual(own ? [true, true] : [undefined, undefined]);
  });
});

describe('a list of several pages', () => {
  const walk = (...keyIds: readonly string[]) => answerOf('unlisted', { walked: { pages: 2, keyIds } });

  const DEAD = { attempts: {}, proved: { at: NOON, deadAt: NOON, endedBy: 'Y#1' } };

  it.each([
    ['gone', 'prod', 'absent'],
    ['gone in another realm only', 'demo', 'none'],
  ])('counts where the walks differ by a key that the ledger holds as %s', async (_what, realm, expected) => {
    const walks = [walk('A', 'X'), walk('A'), walk('A', 'X'), walk('A'), walk('A', 'X')];
    const { memory, context, leased } = atWork({ probe: walks }, { managed: true });
    memory.items.set(`case#kalshi/${realm}/X case`, { rev: 1, nonce: '', ...DEAD });
    const { roundVerdict } = await probeRound(context, leased, NEW_ATTEMPT, false);
    expect(roundVerdict).toBe(expected);
  });
});

describe('a key that does not work', () => {
  const accepted = { ...NEW_ATTEMPT, calls: 1, acceptedAt: NOON };
  const proved = { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' } };
  const update = { call: { call: expect.fail, reach: () => 'wider' } } as const;

  it.each<[string, Parameters<typeof probeRound>[2], object, object, string]>([
    ['tells nothing before a delete', NEW_ATTEMPT, {}, {}, 'none'],
    ['is gone after an accepted delete', accepted, {}, {}, 'absent'],
    ['tells nothing after an accepted update', accepted, update, {}, 'none'],
    ['is gone where the ledger holds its death', NEW_ATTEMPT, {}, proved, 'absent'],
  ])('%s', async (_what, progress, plan, found, expected) => {
    const { context, leased } = atWork({ probe: [answerOf('unusable')] }, { plan: () => plan, found });
    expect((await probeRound(context, leased, progress, false)).roundVerdict).toBe(expected);
  });
});

describe('a round in which the managing key is refused', () => {
  const REFUSED = answerOf('silent', { means: { end: 'stuck/credential-refused' } });
  const UNLISTED = answerOf('unlisted');
  const HELD = answerOf('silent', { means: { end: 'stuck/region-refused' }, blocksCall: true });
  const KILLED = {
    not: { attempts: {} },
    proved: { attempts: {}, proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' } },
    accepted: { attempts: { 'X#1': { ...NEW_ATTEMPT, calls: 1, acceptedAt: NOON } } },
    lost: { attempts: { 'X#1': { ...NEW_ATTEMPT, calls: 1, callReplies: ['lost'] } } },
  };

  interface Given {
    readonly list?: Answer;
    readonly signer?: Answer;
    readonly calls?: number;
    /** How a delete of this system killed the managing key. */
    readonly killed?: keyof typeof KILLED;
    readonly names?: readonly string[];
  }

  const probed = async ({
    list = REFUSED,
    signer = ALIVE,
    calls = 1,
    killed = 'proved',
    names = ['self', 'list'],
  }: Given) => {
    const questions = { self: questionOf('probe'), list: questionOf('list', 'managing') };
    const { memory, context, leased } = atWork(
      { probe: [GONE], list: [list], signer: [signer] },
      {
        managed: true,
        found: { sightings: { probe: NOON, list: NOON } },
        plan: () => ({
          signer: questionOf('signer', 'managing'),
          probes: names.map((name) => questions[name as keyof typeof questions]),
        }),
      },
    );
    memory.items.set(`case#kalshi/prod/${OTHER} case`, { rev: 1, nonce: '', ...KILLED[killed] });
    memory.items.set('request#X request', {
      rev: 1,
      nonce: '',
      request: { provider: 'kalshi', operation: 'delete-key' },
    });
    const { round, roundVerdict, control } = await probeRound(context, leased, { ...NEW_ATTEMPT, calls }, true);
    const asked = round.asked.map(({ question }) => question.asked);
    return { asked, signer: round.signer?.saw, roundVerdict, control, evidence: round.evidence.length };
  };

  it.each<[string, Given, Awaited<ReturnType<typeof probed>>]>([
    [
      'is the target’s own word where this system has deleted it',
      {},
      { asked: ['probe'], signer: undefined, roundVerdict: 'absent', control: undefined, evidence: 2 },
    ],
    [
      'is the target’s own word, also where the managing key is refused when it is asked about itself',
      { list: UNLISTED, signer: HELD },
      { asked: ['probe'], signer: undefined, roundVerdict: 'absent', control: undefined, evidence: 3 },
    ],
    [
      'is the target’s own word where a delete of this system was accepted',
      { killed: 'accepted' },
      { asked: ['probe'], signer: undefined, roundVerdict: 'absent', control: undefined, evidence: 2 },
    ],
    [
      'says nothing where nobody knows what a delete of this system did',
      { killed: 'lost' },
      { asked: ['probe', 'list'], signer: 'alive', roundVerdict: 'none', control: undefined, evidence: 2 },
    ],
    [
      'says nothing where this system has not deleted it',
      { killed: 'not' },
      { asked: ['probe', 'list'], signer: 'alive', roundVerdict: 'none', control: undefined, evidence: 2 },
    ],
    [
      'says nothing where only its question about itself is refused, and this system has not deleted it',
      { list: UNLISTED, signer: HELD, killed: 'not' },
      { asked: ['probe', 'list'], signer: 'silent', roundVerdict: 'none', control: 'signer', evidence: 3 },
    ],
    [
      'says nothing before a call of this request',
      { calls: 0 },
      { asked: ['probe', 'list'], signer: 'alive', roundVerdict: 'none', control: undefined, evidence: 2 },
    ],
    [
      'says nothing where the target has no word of its own',
      { names: ['list'] },
      { asked: ['list'], signer: 'alive', roundVerdict: 'none', control: undefined, evidence: 1 },
    ],
  ])('%s', async (_what, given, expected) => expect(await probed(given)).toEqual(expected));

  it.each(['proved', 'not'] as const)('is another than one in which it is well, killed or not: %s', async (killed) => {
    const expected = {
      asked: ['probe', 'list'],
      signer: 'alive',
      roundVerdict: 'absent',
      control: 'signer',
      evidence: 2,
    };
    expect(await probed({ list: UNLISTED, killed })).toEqual(expected);
  });
});

describe('a control key', () => {
  const CONTROL = askedOf(answerOf('listed', { identified: true }), 'control', 'control');
  const LINE = {
    at: '',
    step: 'probe',
    asked: 'api_keys',
    as: 'control',
    host: 'h',
    saw: 'alive',
    code: '200',
  } as const;
  const NAME = 'kalshi/prod/control';
  const ACCEPTED: ControlReading = { saw: 'accepted', keyName: NAME, evidence: [LINE] };

  interface Beside {
    readonly reading?: ControlReading;
    readonly probe?: Answer;
    readonly record?: Partial<AttemptRecord>;
    readonly found?: Partial<CaseItem>;
    readonly isUpdate?: true;
    readonly managed?: true;
    readonly probes?: Plan['probes'];
  }

  const LOST = { calls: 1, callReplies: ['lost'] } as const;

  const asked = async (given: Beside) => {
    const { reading = ACCEPTED, probe = GONE, record = LOST, found, isUpdate, managed, probes } = given;
    const plan = (): Partial<Plan> => ({
      ...(isUpdate && { call: { reach: () => 'wider' } as never }),
      ...(probes && { probes }),
    });
    const { context, leased } = atWork(
      { probe: [probe] },
      { control: reading, plan, ...(found && { found }), ...(managed && { managed }) },
    );
    const since: unknown[] = [];
    const known: unknown[] = [];
    const askControl: typeof context.askControl = (held, facts, at) => {
      since.push(at);
      known.push([held.controls, facts]);
      return context.askControl(held, facts, at);
    };
    const judged = await probeRound({ ...context, askControl }, leased, { ...NEW_ATTEMPT, ...record }, true);
    return { since, known, judged };
  };

  it('is asked for by what the case and the round know', async () => {
    const probe = { ...GONE, facts: { userID: '1' } };
    const { known } = await asked({ probe, found: { controls: [NAME] } });
    expect(known).toEqual([[[NAME], { userID: '1' }]]);
  });

  it('that is accepted controls an absence after a call that was not accepted', async () => {
    const { since, judged } = await asked({});
    expect(judged).toMatchObject({ roundVerdict: 'absent', control: 'key', controlReading: { keyName: NAME } });
    expect(judged.round.evidence.at(-1)).toBe(LINE);
    expect(since).toEqual([undefined]);
  });

  it.each<ControlReading['saw']>(['refused', 'nothing'])('that is not accepted controls nothing: %s', async (saw) => {
    const { judged } = await asked({ reading: { saw, evidence: [LINE] } });
    expect(judged).toMatchObject({ roundVerdict: 'absent', control: undefined });
    expect(judged.round.evidence).toHaveLength(2);
  });

  it('whose list names the target shows that it is alive', async () => {
    const { judged } = await asked({ reading: { ...ACCEPTED, listed: CONTROL } });
    expect(judged).toMatchObject({ roundVerdict: 'present', control: undefined, controlReading: { keyName: NAME } });
    expect(judged.round.asked.map(({ question }) => question.as)).toEqual(['self', 'control']);
  });

  it('need not be asked again in the same absence, and may have been asked since that began', async () => {
    const agreed = { on: 'absent', at: NOON } as const;
    expect((await asked({ record: { ...LOST, agreed } })).since).toEqual([NOON]);
    expect((await asked({ record: { ...LOST, agreed: { ...agreed, on: 'absent-unseen' } } })).since).toEqual([
      undefined,
    ]);
    const { since, judged } = await asked({ record: { ...LOST, controlledBy: 'key' } });
    expect([since, judged.control]).toEqual([[], 'key']);
    expect((await asked({ record: { ...LOST, controlledBy: 'signer' } })).since).toHaveLength(1);
  });

  it('is asked afresh after an absence that nobody has watched for half an hour', async () => {
    const record = (ms: number): Partial<AttemptRecord> => {
      const at = after(NOON, -ms);
      return { ...LOST, controlledBy: 'key', absentAt: at, agreed: { on: 'absent', at } };
    };
    const refused = { saw: 'refused', evidence: [] } as const;
    expect((await asked({ record: record(1_800_000), reading: refused })).judged.control).toBe('key');
    const { since, judged } = await asked({ record: record(1_800_001), reading: refused });
    expect([since, judged.control]).toEqual([[undefined], undefined]);
  });

  it.each<[string, Beside]>([
    ['before the first call of a delete', { record: { calls: 0 } }],
    ['after an accepted call', { record: { ...LOST, acceptedAt: NOON } }],
    [
      'while the provider says in its own words that the key was revoked',
      { record: { ...LOST, revokedByWordSince: NOON } },
    ],
    ['of a key that shows', { probe: ALIVE }],
    ['of a key that gives no verdict', { probe: answerOf('silent') }],
    ['in half a round', { probes: [questionOf('probe'), withoutSlot('list')] }],
    ['beside a managing key’s list', { managed: true, probe: answerOf('unlisted') }],
    ['of a key that was never seen', { found: { sightings: {} } }],
    ['once the death is proved', { found: { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' } } }],
  ])('is not asked %s', async (_when, given) => expect((await asked(given)).since).toEqual([]));

  describe('beside a key that is refused without a word of the provider’s own', () => {
    const BARE = answerOf('refused');
    const PROVED = { proved: { at: NOON, deadAt: NOON, endedBy: 'X#1' } };
    const bare = (given: Beside) => asked({ probe: BARE, ...given });

    it.each<[string, Beside]>([
      ['after an accepted call', { record: { ...LOST, acceptedAt: NOON } }],
      ['after a lost reply', {}],
      ['once the death is proved', { found: PROVED, record: { calls: 0 } }],
      ['before an update', { isUpdate: true, record: { calls: 0 } }],
      ['although it was accepted earlier in the same absence', { record: { ...LOST, controlledBy: 'key' } }],
    ])('is asked %s, and only an accepted one makes that an absence', async (_when, given) => {
      const { since, judged } = await bare(given);
      expect([judged.roundVerdict, judged.control, since.length]).toEqual(['absent', 'key', 1]);
      for (const saw of ['refused', 'nothing'] as const) {
        const { judged: without } = await bare({ ...given, reading: { saw, evidence: [LINE] } });
        expect([without.roundVerdict, without.control]).toEqual(['none', undefined]);
      }
    });

    it('that names the target shows that it is alive', async () => {
      const { judged } = await bare({ reading: { ...ACCEPTED, listed: CONTROL } });
      expect([judged.roundVerdict, judged.control]).toEqual(['present', undefined]);
    });

    it('makes no death of what was never seen', async () => {
      expect((await bare({ found: { sightings: {} } })).judged.roundVerdict).toBe('absent-unseen');
    });

    it('is not asked before the first call of a delete, in half a round, nor where the key shows', async () => {
      const { since, judged } = await bare({ record: { calls: 0 } });
      expect([since, judged.roundVerdict]).toEqual([[], 'none']);
      expect((await bare({ probes: [questionOf('probe'), withoutSlot('list')] })).since).toEqual([]);
      const doubted = answerOf('doubt', { means: { wait: 'rate-limited' } });
      expect((await bare({ probe: doubted })).since).toEqual([]);
    });
  });

  it('is asked before the call of an update, too, and after one that was accepted', async () => {
    expect((await asked({ isUpdate: true, record: { calls: 0 } })).judged.control).toBe('key');
    expect((await asked({ isUpdate: true, record: { ...LOST, acceptedAt: NOON } })).judged.control).toBe('key');
  });
});
