import { describe, expect, it } from 'vitest';
import { sendCall } from '../../../../functions/core/attempt/send-call.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { type AttemptRecord, type CaseItem, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import type { MaybeReply } from '../../../../functions/core/provider.ts';
import { atWork } from '../attempt-contexts.ts';
import { answerOf, NOON } from '../rounds.ts';
import { deleteCall, replyOf } from '../scripted-provider.ts';
import { ACCEPTED, caseOf, KEY, LEAKED, OTHER } from '../scripted-system.ts';

type Having = Parameters<typeof atWork>[1];

const LATER = { do: 'retry', code: 'not-yet-proved' };

const PLAN = { landsWithinMs: 6_000 };

const CALLED: Partial<AttemptRecord> = { calls: 1, lastCallAt: NOON, callReplies: ['lost'] };
const REFUSED: Partial<AttemptRecord> = { ...CALLED, callReplies: ['refused'] };
const ENDED = { do: 'end', outcome: 'stuck/permission-missing' };

/** What a call comes to, and the case and the signer's mark as they stand while it is on its way. */
const sent = async (having: Having = {}, change: (at: ReturnType<typeof atWork>) => void = () => undefined) => {
  const meanwhile: { case?: CaseItem; mark?: unknown } = {};
  const at = atWork(
    {
      delete: [
        () => {
          meanwhile.case = caseOf(at.memory);
          meanwhile.mark = at.memory.items.get(`signer#kalshi/prod/${OTHER} case#kalshi/prod/${KEY}`);
          return ACCEPTED;
        },
      ],
    },
    having,
  );
  change(at);
  const { memory, context, leased } = at;
  const { item, step } = await sendCall(context, leased, deleteCall(context.order), PLAN);
  return { memory, leased, item, step, meanwhile };
};

it('is in the ledger before it leaves, in a case that is open from then on', async () => {
  const { meanwhile, item, step } = await sent();
  expect(meanwhile.case).toMatchObject({ state: 'open-case', attempts: { 'R#1': { calls: 1, lastAnswer: 'silent' } } });
  expect(item).toMatchObject({ state: 'open-case', attempts: { 'R#1': { calls: 1, lastAnswer: 'accepted' } } });
  expect(step).toBeUndefined();
});

it('has a lost reply if a cache answered, which the evidence names', async () => {
  const at = atWork({}, { reply: () => ({ ...replyOf(ACCEPTED), headers: { age: '7' } }) as MaybeReply });
  const { item, step } = await sendCall(at.context, at.leased, deleteCall(at.context.order), PLAN);
  expect(step).toBeUndefined();
  expect(item.attempts['R#1']).toMatchObject({
    calls: 1,
    callReplies: ['lost'],
    acceptedAt: undefined,
    evidence: [{ step: 'call', saw: 'silent', code: 'from a cache: age' }],
  });
});

describe('where the lease does not cover it', () => {
  it.each([
    ['nobody', undefined],
    ['another', { holder: 'else', until: after(NOON, 25_000) }],
    ['this delivery for ten seconds more', { holder: 'H', until: after(NOON, 10_000) }],
  ])('writes nothing, counts nothing and sends nothing: the case is held by %s', async (_who, lease) => {
    const { memory, leased, item, step } = await sent({ found: { lease } });
    expect([item, step]).toEqual([leased, LATER]);
    expect(memory.steps).toEqual([]);
  });

  it('sends with a millisecond more', async () => {
    const { memory } = await sent({ found: { lease: { holder: 'H', until: after(NOON, 10_001) } } });
    expect(memory.sent).toEqual(['delete']);
  });

  it('takes back what it wrote where it was paused since, and sends nothing', async () => {
    const before = { ...NEW_ATTEMPT, calls: 2, notExecuted: 1, lastCallAt: NOON };
    const { memory, item, step } = await sent(
      { found: { attempts: { 'R#1': before } } },
      ({ memory: { ports, clock } }) => {
        const { ledger } = ports;
        const write: typeof ledger.write = async (key, next) => {
          if (key.sk === 'case') clock.forward(15_000);
          return ledger.write(key, next);
        };
        ports.ledger = { ...ledger, write };
      },
    );
    expect([memory.sent, step]).toEqual([[], LATER]);
    expect([item, caseOf(memory)]).toMatchObject([{ attempts: { 'R#1': before } }, { attempts: { 'R#1': before } }]);
  });
});

describe('a key that signs for another open case', () => {
  const signing = (operation: string) =>
    sent({ request: { operation } }, ({ memory: { items } }) => {
      items.set(`signer#kalshi/prod/${KEY} case#kalshi/prod/${OTHER}`, { rev: 1, nonce: '', needed: true });
      items.set(`case#kalshi/prod/${OTHER} case`, { rev: 1, nonce: '', attempts: { 'X#1': NEW_ATTEMPT } });
    });

  it('is not deleted yet', async () => {
    const { memory, step } = await signing('delete-key');
    expect([memory.sent, step]).toEqual([[], { do: 'retry', code: 'signer-still-needed' }]);
  });

  it('is updated all the same', async () => {
    const { memory, step } = await signing('update-master-key');
    expect([memory.sent, step]).toEqual([['delete'], undefined]);
  });
});

describe('a key that another request has called for without an answer', () => {
  const beside = (operation: string, ago: number, lastAnswer: 'silent' | 'accepted' | 'rejected', other = 'S#1') => {
    const attempts = { [other]: { ...NEW_ATTEMPT, calls: 1, lastCallAt: after(NOON, -ago), lastAnswer } };
    return sent({ request: { operation }, found: { attempts } });
  };

  it('is not updated as long as that may still land', async () => {
    const { memory, step } = await beside('update-sub-key', 5_999, 'silent');
    expect([memory.sent, step]).toEqual([[], { do: 'retry', code: 'in-progress', notBefore: after(NOON, 1) }]);
  });

  it.each<[string, ...Parameters<typeof beside>]>([
    ['updated once it has landed', 'update-sub-key', 6_000, 'silent'],
    ['updated where the other was accepted', 'update-sub-key', 1, 'accepted'],
    ['updated where the other was rejected', 'update-sub-key', 1, 'rejected'],
    ['updated where the call was its own', 'update-sub-key', 1, 'silent', 'R#1'],
    ['deleted at once', 'delete-key', 1, 'silent'],
  ])('is %s', async (_, ...of) => {
    expect((await beside(...of)).memory.sent).toEqual(['delete']);
  });
});

describe('a slot of the provider’s rate', () => {
  const rated = ({ order }: ReturnType<typeof atWork>['context']): ReturnType<typeof deleteCall> => {
    const call = deleteCall(order);
    return { ...call, send: (now) => ({ ...call.send(now), rate: { of: 'x', most: 5, perMs: 1_000 } }) };
  };

  /** The first free slot comes after so long. @returns what is counted of it, and against the provider's hour */
  const freeAfter = async (ms: number) => {
    const at = atWork({ delete: [ACCEPTED] });
    const { memory, context, leased } = at;
    memory.items.set('rate#x slots', { rev: 1, nonce: '', requests: after(NOON, ms) });
    const { step } = await sendCall(context, leased, rated(context), PLAN);
    const counted = [...memory.items.keys()].filter((key) => key.startsWith('limit#'));
    return { step, sent: memory.sent, counted: counted.length, booked: memory.items.get('rate#x slots')?.['requests'] };
  };

  it('is waited for', async () => {
    expect(await freeAfter(14_000)).toMatchObject({ sent: ['delete'], counted: 1, booked: after(NOON, 14_223) });
  });

  it('is left to others, and nothing counted, where the lease would not cover the call by then', async () => {
    const step = { do: 'retry', code: 'rate-limited' };
    expect(await freeAfter(15_001)).toEqual({ step, sent: [], counted: 0, booked: after(NOON, 15_001) });
  });

  it('counts nothing against the hour where the wait for it was too long', async () => {
    const { memory, context, leased } = atWork({ delete: [ACCEPTED] });
    // The process is paused while it waits.
    memory.ports.clock = { ...memory.clock, until: async () => memory.clock.forward(15_000) };
    expect((await sendCall(context, leased, rated(context), PLAN)).step).toEqual(LATER);
    expect([...memory.items.keys()].filter((key) => key.startsWith('limit#'))).toEqual([]);
  });
});

it('waits where the provider’s hour is full, by the kind of its request', async () => {
  const config = { limits: { urgent: 1, other: 0 } };
  const { memory, step } = await sent({ config });
  expect([memory.sent, step]).toEqual([[], { do: 'retry', code: 'limit' }]);
  expect((await sent({ config, request: LEAKED as never })).memory.sent).toEqual(['delete']);
});

it('says that a managing key is needed before it signs, and never so of the key itself', async () => {
  expect((await sent({ managed: true })).meanwhile.mark).toMatchObject({ needed: true });
  const { memory } = await sent();
  expect([...memory.items.keys()].filter((name) => name.startsWith('signer#'))).toEqual([]);
});

it.each<[string, Partial<AttemptRecord>, object | undefined]>([
  ['where no call was made before', {}, ENDED],
  ['where the key was gone, and the earlier call was refused', { ...REFUSED, absentSince: NOON }, ENDED],
  ['where an earlier call was accepted, and the key still showed', { ...CALLED, acceptedAt: NOON }, ENDED],
  [
    'but not where the key was gone after an accepted call',
    { ...CALLED, acceptedAt: NOON, absentSince: NOON },
    undefined,
  ],
  ['or after a lost one', { ...CALLED, absentSince: NOON }, undefined],
])('ends by what the answer itself settles %s', async (_where, record, expected) => {
  const found = { attempts: { 'R#1': { ...NEW_ATTEMPT, ...record } } };
  const { memory, context, leased } = atWork(
    { delete: [answerOf('rejected', { means: { end: 'stuck/permission-missing' } })] },
    { found },
  );
  const { item, step } = await sendCall(context, leased, deleteCall(context.order), PLAN);
  expect(step).toEqual(expected);
  expect(item).toEqual(caseOf(memory));
});
