import { describe, expect, it } from 'vitest';
import {
  LISTED_STATES,
  listMarks,
  listsOf,
  stateOfList,
  withoutMarks,
} from '../../../../functions/core/ledger/lists.ts';

const key = (pk: string) => ({ pk, sk: 'x' });

const REQUEST = {
  requestId: 'R',
  attempt: 2,
  planOnly: false,
  receivedAt: 5,
  at: 5,
  state: 'open-request',
  request: { reason: 'rotated' },
};

const CASE = { provider: 'kalshi', realm: 'prod', keyId: 'K', attempts: {}, state: 'open-case', at: 7 };

const ENDED_REQUEST = {
  ...{ requestId: 'R', attempt: 2, planOnly: false, dueAt: 5, receivedAt: 6, at: 9, provider: 'kalshi' },
  ended: { outcome: 'revoked', why: '', at: 9, evidence: [] },
};

const SETTLING = { owners: ['R#1'], startedAt: 10, windowMs: 20, nextAt: 15 };

describe('the list of an item', () => {
  it('is a shard of its state by its key, always the same one', () => {
    const shards = Array.from({ length: 200 }, (_, n) => listMarks(key(`case#kalshi/prod/${n}`), CASE)?.listed);
    expect(new Set(shards)).toEqual(new Set(listsOf('open-case')));
    expect(listsOf('open-case')).toHaveLength(8);
    // Another release has to find it there.
    expect(listMarks(key('case#kalshi/prod/K'), CASE)?.listed).toBe('open-case#6');
  });

  it.each(['leaked', 'incident'])('is one of its own for urgent requests: %s', (reason) => {
    const { listed = '' } = listMarks(key('request#R'), { ...REQUEST, request: { reason } }) ?? {};
    expect(listed).toBe('open-request#urgent');
    expect(listsOf('open-request')).toContain(listed);
    expect(stateOfList(listed)).toBe('open-request');
  });

  it('is none for an item without a state that is listed', () => {
    for (const state of [undefined, 'idle-case', 'forgotten-case', 7])
      expect(listMarks(key('case#k'), { ...CASE, state })).toBeUndefined();
  });

  it('is that of the history for a request that has ended, and for no plan', () => {
    const { listed } = listMarks(key('request#R'), ENDED_REQUEST) ?? {};
    expect(listsOf('ended-request')).toContain(listed);
    expect(stateOfList(listed ?? '')).toBe('ended-request');
    expect(listMarks(key('request#R#plan'), { ...ENDED_REQUEST, planOnly: true })).toBeUndefined();
    // Its receipt is not made yet.
    const open = listMarks(key('request#R'), { ...ENDED_REQUEST, state: 'open-request' })?.listed;
    expect(stateOfList(open ?? '')).toBe('open-request');
  });

  it('of the history is no list of the old index, which would hold whole receipts', () =>
    expect(LISTED_STATES).not.toContain('ended-request'));

  it('does not keep an item from its write that cannot be told in brief', () => {
    expect(listMarks(key('case#k'), { state: 'open-case' })?.brief).toEqual({});
  });
});

it.each([
  ['a request', REQUEST, { requestId: 'R', attempt: 2, name: 'request R', from: 5, isPlan: false, isMeant: true }],
  ['a request whose key is known', { ...REQUEST, pin: { keyName: 'kalshi/prod/K' } }, { name: 'kalshi/prod/K' }],
  ['a request whose time comes', { ...REQUEST, request: { notBefore: '1970-01-01T00:00:01Z' } }, { from: 1_000 }],
  ['a plan', { ...REQUEST, planOnly: true }, { isPlan: true, isMeant: false }],
  ['a body that was not a valid request', { ...REQUEST, request: undefined }, { isMeant: false }],
  ['a request that cannot be read', { ...REQUEST, request: undefined, salvagedAt: 1 }, { isMeant: true }],
  [
    'a request that has ended',
    {
      ...ENDED_REQUEST,
      request: { operation: 'delete-key', reason: 'leaked', reference: 'INC-1', requestedBy: 'alex' },
      pin: { keyName: 'kalshi/prod/K' },
      receipt: { timeToRevokeMs: 3 },
      withdrawnAt: 10,
    },
    {
      ...{ requestId: 'R', attempt: 2, outcome: 'revoked', endedAt: 9, dueAt: 5, provider: 'kalshi' },
      ...{ operation: 'delete-key', key: 'kalshi/prod/K', reason: 'leaked', reference: 'INC-1' },
      ...{ requestedBy: 'alex', goneAt: 8, withdrawnAt: 10 },
    },
  ],
  ['the end of a body that was not a valid request', { ...ENDED_REQUEST, provider: undefined }, { outcome: 'revoked' }],
  ['an order that is due', { state: 'due', provider: 'bybit' }, { provider: 'bybit' }],
])('%s is told in brief', (_what, item, brief) =>
  expect(listMarks(key('request#R'), item)?.brief).toMatchObject(brief),
);

it.each<[string, object, object]>([
  ['that nobody has called for', {}, { name: 'kalshi/prod/K', isLeft: false }],
  [
    'since its first call',
    { attempts: { a: { calledAt: 4 }, b: { calledAt: 3 }, c: {} } },
    { name: 'kalshi/prod/K', since: 3, isLeft: false },
  ],
  ['that an end left open', { leftOpenBy: 'R#1' }, { name: 'kalshi/prod/K', since: 7, owner: 'R#1', isLeft: true }],
  [
    'that is proved gone, whatever left it open before',
    { state: 'proved-case', proved: { endedBy: 'S#1' }, leftOpenBy: 'R#1' },
    { name: 'kalshi/prod/K', since: 7, owner: 'S#1', isLeft: false },
  ],
  [
    'in its settle window',
    { state: 'settling-case', settling: SETTLING },
    { name: 'kalshi/prod/K', isLeft: false, window: { owner: 'R#1', nextAt: 15, endsAt: 30 } },
  ],
  [
    'with what was found for its ends',
    { found: { 'R#1': { outcome: 'confirmed', at: 5, held: [60, 0] } } },
    { name: 'kalshi/prod/K', isLeft: false, found: { 'R#1': { outcome: 'confirmed', at: 5 } } },
  ],
  [
    'whose finding nobody waits for',
    { state: 'settling-case', settling: { ...SETTLING, owners: [] } },
    { name: 'kalshi/prod/K', isLeft: false },
  ],
])('a case is told in brief: one %s', (_what, more, brief) =>
  expect(listMarks(key('case#k'), { ...CASE, ...more })?.brief).toEqual(brief),
);

it('leaves an item without its marks as it is', () => {
  expect(withoutMarks({ ...CASE, listed: 'due#1', brief: {} })).toEqual(CASE);
});
