import { describe, expect, it } from 'vitest';
import {
  type AttemptRecord,
  basisOf,
  type CallReply,
  type CaseItem,
  controlIn,
  executedCalls,
  moreTries,
  NEW_ATTEMPT,
  ownerOf,
} from '../../../../functions/core/ledger/case-item.ts';
import { NOON } from '../rounds.ts';

it.each<[string | undefined, string, Partial<CaseItem>]>([
  ['P#1', 'that proved its death', { proved: { at: NOON, deadAt: NOON, endedBy: 'P#1' }, state: 'proved-case' }],
  ['O#1', 'that left its case open', { leftOpenBy: 'O#1', restrictedBy: 'R#1', state: 'open-case' }],
  ['R#1', 'that restricted it', { restrictedBy: 'R#1', state: 'restricted-case' }],
  [undefined, 'that restricted it, while another one is at work', { restrictedBy: 'R#1', state: 'open-case' }],
  [undefined, 'that restricted it, in its settle window', { restrictedBy: 'R#1', state: 'settling-case' }],
])('%s is the owner of a key: the end %s', (owner, _what, item) => expect(ownerOf(item as CaseItem)).toBe(owner));

it('counts the calls that may have been executed', () => {
  expect(executedCalls({ calls: 3, notExecuted: 1 })).toBe(2);
  expect(executedCalls({ calls: 2, notExecuted: 2 })).toBe(0);
});

it.each<[string, Partial<AttemptRecord>, ReturnType<typeof controlIn>]>([
  ['none, where none was accepted since', { controlledBy: 'key' }, undefined],
  ['the managing key, where nothing else is said', { controlledSince: NOON }, 'signer'],
  ['a control key', { controlledSince: NOON, controlledBy: 'key' }, 'key'],
])('tells which other key was accepted: %s', (_what, progress, expected) =>
  expect(controlIn({ ...NEW_ATTEMPT, ...progress })).toBe(expected),
);

it('counts every connection, and each address once, twenty at most', () => {
  expect(moreTries({}, [])).toEqual({ connections: 0, addresses: [] });
  expect(moreTries({ connections: 2, addresses: ['a'] }, ['b', 'a', 'b'])).toEqual({
    connections: 5,
    addresses: ['a', 'b'],
  });
  const many = Array.from({ length: 21 }, (_, n) => String(n));
  expect(moreTries({}, many)).toEqual({ connections: 21, addresses: many.slice(0, 20) });
});

describe('the best of the replies to the calls', () => {
  const called = (...replies: readonly CallReply[]): Partial<AttemptRecord> => ({
    calls: replies.length,
    callReplies: replies,
  });
  /** As 0.1.0 wrote it, which kept no list of replies. */
  const old = (progress: Partial<AttemptRecord>): Partial<AttemptRecord> => ({ calls: 2, ...progress });

  it.each<[string, Partial<AttemptRecord>, ReturnType<typeof basisOf>]>([
    ['accepted, whatever came before and after', called('refused', 'lost', 'accepted', 'put-off'), 'accepted'],
    ['lost, whatever else was refused', called('refused', 'lost', 'refused'), 'lost'],
    ['refused, whatever else was put off', called('put-off', 'refused', 'put-off'), 'refused'],
    ['none, where all were put off', called('put-off', 'put-off'), undefined],
    ['none, where no call was made', {}, undefined],
    ['accepted, of 0.1.0', old({ acceptedAt: NOON, lastAnswer: 'rejected' }), 'accepted'],
    ['refused, of 0.1.0 by the last one', old({ lastAnswer: 'rejected' }), 'refused'],
    ['refused, of 0.1.0 where one was executed', old({ notExecuted: 1, lastAnswer: 'rejected' }), 'refused'],
    ['lost, of 0.1.0 by the last one', old({ lastAnswer: 'silent' }), 'lost'],
    ['lost, of 0.1.0 where a crash came before the reply', old({}), 'lost'],
    ['none, of 0.1.0 where none was executed', old({ notExecuted: 2, lastAnswer: 'rejected' }), undefined],
    ['accepted, where 0.1.0 was at work after this version', { ...called('lost'), acceptedAt: NOON }, 'accepted'],
  ])('is %s', (_what, progress, expected) => expect(basisOf({ ...NEW_ATTEMPT, ...progress })).toBe(expected));
});
