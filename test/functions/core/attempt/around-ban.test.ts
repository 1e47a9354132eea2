import { describe, expect, it } from 'vitest';
import { goAroundBan } from '../../../../functions/core/attempt/advance.ts';
import { after } from '../../../../functions/core/epoch.ts';
import { type AttemptResult, attemptEnded, attemptWaiting } from '../../../../functions/core/ledger/attempt-result.ts';
import { type AttemptRecord, NEW_ATTEMPT } from '../../../../functions/core/ledger/case-item.ts';
import { checkBreaker } from '../../../../functions/core/probe/host-limits.ts';
import type { Order, Restriction } from '../../../../functions/core/provider.ts';
import { atWork } from '../attempt-contexts.ts';
import { answerOf, NOON } from '../rounds.ts';
import { ACCEPTED, caseOf, LEAKED, type Script } from '../scripted-system.ts';

const HOST = 'api.example.com';
const BAN_ENDS = after(NOON, 600_000);
const HELD = { code: 'rate-limited', notBefore: BAN_ENDS } as const;
const WAIT = attemptWaiting(HELD);
const SOON = attemptWaiting({ code: 'rate-limited' });
const BAN = { rev: 1, nonce: '', silences: 3, code: 'rate-limited', until: BAN_ENDS };

interface Given extends NonNullable<Parameters<typeof atWork>[1]> {
  readonly script?: Script;
  /** The processes that the host has banned; this one is `process-1`. */
  readonly banned?: readonly string[];
  readonly record?: Partial<AttemptRecord>;
  readonly result?: AttemptResult;
}

const goneAround = async ({ script = {}, banned = ['A'], record, result = WAIT, ...having }: Given = {}) => {
  const at = atWork(
    { delete: [ACCEPTED], ...script },
    {
      request: LEAKED as never,
      found: { attempts: record ? { 'R#1': { ...NEW_ATTEMPT, ...record } } : {} },
      ...having,
    },
  );
  const { memory, context } = at;
  const bans = Object.fromEntries(banned.map((one) => [one, BAN_ENDS]));
  if (banned.length > 0) memory.items.set(`host#${HOST} host`, { ...BAN, bans } as never);
  await checkBreaker(context.asking, HOST);
  const reread: string[] = [];
  const hooks = { rereadOrder: async () => void reread.push('reread'), resurrected: async () => undefined };
  const said = await goAroundBan(context, hooks, result);
  return {
    said,
    sent: memory.sent,
    reread,
    record: caseOf(memory).attempts['R#1'],
    item: memory.items.get(`host#${HOST} host`),
  };
};

describe('an urgent delete that a ban holds back', () => {
  it('leaves from a process that is not banned, without a probe, and waits for the end of the ban', async () => {
    const { said, sent, reread, record, item } = await goneAround();
    expect([said, sent, reread]).toEqual([WAIT, ['delete'], ['reread']]);
    expect(record).toMatchObject({ calls: 1, acceptedAt: NOON });
    expect(item).toMatchObject({ tries: [{ by: 'process-1' }], bans: { A: BAN_ENDS } });
  });

  it('comes back soon if this process is banned', async () => {
    expect(await goneAround({ banned: ['process-1'] })).toMatchObject({ said: SOON, sent: [] });
  });

  it('comes back soon if this process’s address turns out to be banned too', async () => {
    const banned = answerOf('rejected', { means: { wait: 'rate-limited', notBefore: BAN_ENDS }, hostWide: true });
    const { said, sent, item } = await goneAround({ script: { delete: [banned] } });
    expect([said, sent]).toEqual([SOON, ['delete']]);
    expect(item?.['bans']).toEqual({ A: BAN_ENDS, 'process-1': BAN_ENDS });
  });

  it('ends as its answer says', async () => {
    const refused = answerOf('rejected', { means: { end: 'stuck/permission-missing' } });
    const { said } = await goneAround({ script: { delete: [refused] } });
    expect(said).toMatchObject({ hasEnded: true, outcome: 'stuck/permission-missing' });
  });

  it('waits for the end of the ban after a lost reply: the call may have worked', async () => {
    const { said, record } = await goneAround({ script: { delete: [undefined] } });
    expect([said, record?.callReplies]).toEqual([WAIT, ['lost']]);
  });

  it('may leave again after a call that was put off', async () => {
    const called: boolean[] = [];
    const plan = (order: Order) => {
      called.push(order.called);
      return {};
    };
    const { sent } = await goneAround({ record: { calls: 1, notExecuted: 1, lastCallAt: NOON }, plan });
    expect([sent, called]).toEqual([['delete'], [true]]);
  });

  it('is signed with what is known of the key', async () => {
    const facts: unknown[] = [];
    await goneAround({
      found: {
        facts: { '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55': { a: '1', b: '1' } },
        attempts: { 'R#1': { ...NEW_ATTEMPT, facts: { b: '2' } } },
      },
      plan: (order) => {
        facts.push([order.facts, order.called]);
        return {};
      },
    });
    expect(facts[0]).toEqual([{ a: '1', b: '2' }, false]);
  });
});

const UPDATE: Restriction = {
  call: () => ({ end: 'refused/would-widen', why: '' }),
  reach: () => 'wider',
  narrower: (a) => a,
};

it.each<[string, Given]>([
  ['an end', { result: attemptEnded('revoked') }],
  ['another wait', { result: attemptWaiting({ code: 'no-reply', notBefore: BAN_ENDS }) }],
  ['a request that is not urgent', { request: { reason: 'manual' } }],
  ['an update', { plan: () => ({ call: UPDATE }) }],
  ['a plan that ends', { plan: () => ({ end: 'stuck/wrong-account' }) }],
  ['a delete that may have worked', { record: { calls: 1, lastCallAt: NOON } }],
  ['a limit of the key, which is no ban', { banned: [] }],
])('leaves %s as it is', async (_what, { result = WAIT, ...given }) => {
  expect(await goneAround({ result, ...given })).toMatchObject({ said: result, sent: [] });
});

it('leaves a wait as it is if the ledger has lost the case', async () => {
  const { memory, context } = atWork({}, { request: LEAKED as never });
  memory.items.clear();
  memory.items.set(`host#${HOST} host`, { ...BAN, bans: { A: BAN_ENDS } } as never);
  expect(await goAroundBan(context, {} as never, WAIT)).toEqual(WAIT);
});

it('does not come back early for a delete that may have worked', async () => {
  const { said } = await goneAround({ banned: ['process-1'], record: { calls: 1, lastCallAt: NOON } });
  expect(said).toEqual(WAIT);
});

it('does not use up a try if something else holds the call back', async () => {
  const { said, sent, item } = await goneAround({ forMs: 9_000 });
  expect(said).toMatchObject({ hasEnded: false, code: 'not-yet-proved' });
  expect(sent).toEqual([]);
  expect(item).not.toHaveProperty('tries');
});
