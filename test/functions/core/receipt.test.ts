import { expect, it } from 'vitest';
import { isUrgent, REASONS } from '../../../functions/core/reason.ts';
import { evidenceOf } from '../../../functions/core/receipt.ts';
import { answerOf, NOON } from './rounds.ts';
import { questionOf } from './scripted-provider.ts';

it('tells urgent reasons from others', () => expect(REASONS.filter(isUrgent)).toEqual(['leaked', 'incident']));

it('keeps of an exchange what was asked, where, and what it showed', () => {
  const answer = answerOf('listed', { code: '200', facts: { userID: '1' } });
  expect(evidenceOf(NOON, 'probe', questionOf('list', 'managing'), answer)).toStrictEqual({
    at: '2026-11-21T12:00:00.000Z',
    step: 'probe',
    asked: 'list',
    as: 'managing',
    host: 'api.example.com',
    saw: 'listed',
    code: '200',
  });
});
