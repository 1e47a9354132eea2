import { describe, expect, it } from 'vitest';
import type { Answer, Facts } from '../../../../functions/core/answer.ts';
import type { HttpCall, MaybeReply } from '../../../../functions/core/provider.ts';
import { bybit } from '../../../../functions/providers/bybit/index.ts';
import { brief, NOW, order, probe, reply } from '../ask.ts';
import { keyIn, MASTER, page, refusal, SUB } from './keys.ts';

const planFor = (facts: Facts, more: { urgent?: boolean; called?: boolean; own?: boolean } = {}) =>
  bybit.plan(
    order('delete-sub-key', keyIn(MASTER), {
      urgent: more.urgent ?? false,
      called: more.called ?? false,
      facts,
      aim: { self: false, keyId: SUB, credential: more.own ? keyIn(SUB) : undefined },
    }),
  );

/** A master's sub accounts with their keys, in pages of a hundred. */
type World = ReadonlyMap<string, readonly string[] | number>;

const SIZE = 100;

const answerOf = (world: World, { path }: HttpCall, size = SIZE): MaybeReply => {
  const { pathname, searchParams } = new URL(path, 'https://host');
  if (pathname.endsWith('/submembers')) {
    const start = Number(searchParams.get('nextCursor') ?? 0);
    const uids = [...world.keys()];
    const nextCursor = start + size < uids.length ? String(start + size) : '0';
    const subMembers = uids.slice(start, start + size).map((uid) => ({ uid }));
    return reply(200, { retCode: 0, result: { subMembers, nextCursor } });
  }
  const keys = world.get(searchParams.get('subMemberId') ?? '') ?? [];
  return reply(200, typeof keys === 'number' ? refusal(keys) : page(keys));
};

/** Asks until the search is over, each turn with what the one before left; counts the turns and their reads. */
const searched = (world: World, size = SIZE) => {
  let facts: Facts = { userID: '9' };
  const reads: number[] = [];
  for (;;) {
    const question = probe(planFor(facts), 'search');
    const replies: MaybeReply[] = [];
    let answer: Answer | undefined;
    while (answer === undefined) {
      const next = question.next(replies, NOW);
      if ('answer' in next) answer = next.answer;
      else replies.push(answerOf(world, next.send, size));
    }
    reads.push(replies.length);
    facts = { ...facts, ...answer.facts };
    if (!answer.more) return { answer, facts, reads };
    expect([brief(answer), answer.code]).toEqual([
      'silent retry/not-yet-proved',
      expect.stringMatching(/^[1-9]\d* sub accounts$/),
    ]);
  }
};

const worldOf = (count: number, more: Readonly<Record<string, readonly string[] | number>> = {}): World =>
  new Map<string, readonly string[] | number>([
    ...Array.from({ length: count }, (_, index) => [String(1_000 + index), ['OTHER']] as const),
    ...Object.entries(more),
  ]);

describe('a search for the sub account', () => {
  it('finds the key among many accounts, over several turns, and answers as that account’s list', () => {
    const { answer, facts, reads } = searched(worldOf(130, { '5000': [SUB] }));
    expect(brief(answer)).toBe('listed seen');
    expect(answer.questionId).toBe(`${MASTER}@api.bybit.com/sub-apikeys/9/5000`);
    expect(facts['subMemberId']).toBe('5000');
    expect(reads).toEqual([20, 20, 20, 20, 20, 20, 19]);
    const plan = planFor(facts);
    expect(plan.probes.map(({ questionId }) => questionId)).toEqual([answer.questionId]);
  });

  it('says what it read where the key is nowhere, and is not asked again', () => {
    const { answer, facts } = searched(worldOf(130));
    expect(answer).toMatchObject({ saw: 'unlisted', code: '0' });
    expect(facts['searched']).toBe('130 sub accounts with 130 keys');
    const plan = planFor(facts);
    expect([plan.probes, plan.provable]).toEqual([[], false]);
  });

  it('ends its turn at the end of a page as in the middle of one', () => {
    const { facts, reads } = searched(worldOf(25), 19);
    expect([reads, facts['searched']]).toEqual([[20, 7], '25 sub accounts with 25 keys']);
  });

  it('goes past accounts that are closed, and says how many', () => {
    const { answer, facts } = searched(worldOf(1, { '2': 141004, '3': 500010, '4': 10001, '5': ['OTHER'] }));
    expect([brief(answer), facts['searched']]).toEqual(['unlisted', '5 sub accounts with 2 keys, 3 not readable']);
  });

  it('keeps its place where a reply fails', () => {
    const { answer, facts } = searched(worldOf(3, { '5': 10006 }));
    expect(brief(answer)).toBe('silent retry/rate-limited');
    const question = probe(planFor(facts), 'search');
    const first = question.next(
      [answerOf(worldOf(3, { '5': [SUB] }), { path: '/v5/user/submembers' } as HttpCall)],
      NOW,
    );
    expect('send' in first && first.send.path).toContain('subMemberId=5&');
  });

  it('ends where the cursor of the accounts never moves on', () => {
    const stuck = { retCode: 0, result: { subMembers: [], nextCursor: 'x' } };
    const question = probe(planFor({ userID: '9' }), 'search');
    const next = question.next([reply(200, stuck), reply(200, stuck)], NOW);
    expect(next).toEqual({ answer: { saw: 'silent', means: { wait: 'unrecognised' }, code: 'same cursor' } });
  });

  /** Reads pages without an account, turn after turn. @param cursorAt the cursor that the page with this number gives */
  const circling = (cursorAt: (page: number) => string) => {
    let facts: Facts = { userID: '9' };
    let pages = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      const question = probe(planFor(facts), 'search');
      const replies: MaybeReply[] = [];
      let next = question.next(replies, NOW);
      while ('send' in next) {
        replies.push(reply(200, { retCode: 0, result: { subMembers: [], nextCursor: cursorAt(pages) } }));
        pages += 1;
        next = question.next(replies, NOW);
      }
      if (!next.answer.more) return { code: next.answer.code, pages };
      facts = { ...facts, ...next.answer.facts };
    }
    throw new Error('the search does not end');
  };

  it('ends where the cursors come round again, also turns later', () =>
    expect(circling((page) => String((page % 30) + 1))).toEqual({ code: 'same cursor', pages: 31 }));

  it('ends after a hundred pages', () =>
    expect(circling((page) => String(page + 1))).toEqual({ code: 'over 100 pages', pages: 100 }));

  it('continues from a place that release 0.1.0 stored', () => {
    const stored = JSON.stringify({ cursor: '100', skip: 0, accounts: 100, keys: 3, hidden: 0 });
    const question = probe(planFor({ userID: '9', searchCursor: stored }), 'search');
    const next = question.next([], NOW);
    expect('send' in next && next.send.path).toBe('/v5/user/submembers?pageSize=100&nextCursor=100');
    const again = reply(200, { retCode: 0, result: { subMembers: [], nextCursor: '100' } });
    expect(question.next([again], NOW)).toMatchObject({ answer: { code: 'same cursor' } });
    const onward = Array.from({ length: 20 }, (_, n) =>
      reply(200, { retCode: 0, result: { subMembers: [], nextCursor: String(101 + n) } }),
    );
    const stopped = question.next(onward, NOW);
    const facts = 'answer' in stopped ? stopped.answer.facts : undefined;
    expect(JSON.parse(facts?.['searchCursor'] ?? '').past.slice(0, 2)).toEqual(['100', '101']);
  });

  it('is over at an empty cursor as at 0, and is kept under its master and account', () => {
    const question = probe(planFor({ userID: '9' }), 'search');
    const last = reply(200, { retCode: 0, result: { subMembers: [], nextCursor: '' } });
    expect(question.next([last], NOW)).toMatchObject({ answer: { saw: 'unlisted' } });
    expect(question).toMatchObject({ as: 'managing', questionId: `${MASTER}@api.bybit.com/search/9` });
  });

  it.each([
    ['no reply', undefined, 'silent retry/no-reply'],
    [
      'accounts of null',
      reply(200, { retCode: 0, result: { subMembers: null, nextCursor: '0' } }),
      'silent retry/unrecognised',
    ],
    [
      'a cursor that is too long to keep',
      reply(200, { retCode: 0, result: { subMembers: [], nextCursor: '1'.repeat(101) } }),
      'silent retry/unrecognised',
    ],
    [
      'an account that is no number',
      reply(200, { retCode: 0, result: { subMembers: [{ uid: '1&x=2' }], nextCursor: '0' } }),
      'silent retry/unrecognised',
    ],
    ['no permission', reply(200, refusal(10005)), 'silent stuck/permission-missing'],
  ])('says nothing of the key after %s', (_what, first, expected) => {
    const next = probe(planFor({ userID: '9' }), 'search').next([first], NOW);
    expect('answer' in next && brief(next.answer)).toBe(expected);
  });

  it.each([
    ['begins before a call that can wait', { urgent: false }, ['search']],
    ['waits for an urgent call', { urgent: true }, []],
    ['begins after an urgent call', { urgent: true, called: true }, ['search']],
    ['is not needed where the target can speak', { own: true }, ['query-api']],
  ])('%s', (_what, more, expected) => {
    const plan = planFor({ userID: '9' }, more);
    expect([plan.probes.map(({ asked }) => asked), plan.provable]).toEqual([expected, true]);
  });

  it('starts again where its place cannot be read', () => {
    const next = probe(planFor({ userID: '9', searchCursor: '{"cursor":7}' }), 'search').next([], NOW);
    expect('send' in next && next.send.path).toBe('/v5/user/submembers?pageSize=100');
  });
});
