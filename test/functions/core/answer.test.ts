import { expect, it } from 'vitest';
import {
  type Answer,
  endIn,
  isAbsent,
  isDoubt,
  isPresent,
  mayBeAbsent,
  SAW,
  type Saw,
  waitIn,
} from '../../../functions/core/answer.ts';
import { REFUSED, STUCK, stuckCodeOf } from '../../../functions/core/outcome.ts';
import { NOON } from './rounds.ts';

const meaning = (means?: Answer['means']): Answer => ({ saw: 'rejected', code: '0', ...(means ? { means } : {}) });

it.each([
  ['an end', { end: 'stuck/limit' }, 'stuck/limit', undefined],
  ['a wait', { wait: 'limit' }, undefined, { code: 'limit' }],
  [
    'a wait until an instant',
    { wait: 'rate-limited', notBefore: NOON },
    undefined,
    { code: 'rate-limited', notBefore: NOON },
  ],
  ['nothing', undefined, undefined, undefined],
] as const)('reads %s in what an answer means', (_what, means, end, wait) => {
  expect(endIn(meaning(means))).toBe(end);
  expect(waitIn(meaning(means))).toEqual(wait);
});

it.each<[what: string, holds: (answer: Answer) => boolean, of: readonly Saw[]]>([
  ['show the key', isPresent, ['alive', 'expired', 'disabled', 'listed']],
  ['can prove a death', (answer) => isAbsent(answer), ['unlisted', 'unknown', 'revoked']],
  [
    'can prove a death after a delete of ours',
    (answer) => isAbsent(answer, { deleted: true }),
    ['unlisted', 'unknown', 'revoked', 'unusable'],
  ],
  [
    'can prove a death beside another key that is accepted',
    (answer) => isAbsent(answer, { controlled: true }),
    ['unlisted', 'unknown', 'revoked', 'refused'],
  ],
  ['may come to an absence', mayBeAbsent, ['unlisted', 'unknown', 'revoked', 'unusable', 'refused']],
  ['are a doubt', isDoubt, ['doubt']],
])('knows the words that %s', (_what, holds, of) => expect(SAW.filter((saw) => holds({ saw, code: '0' }))).toEqual(of));

it('gives the code of every stuck outcome, and of no other', () => {
  expect(STUCK.map((code) => stuckCodeOf(`stuck/${code}`))).toEqual(STUCK);
  const others = [...REFUSED.map((code) => `refused/${code}` as const), 'revoked' as const, undefined];
  expect(others.map(stuckCodeOf)).toEqual(others.map(() => undefined));
});
