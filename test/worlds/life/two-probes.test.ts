import { expect, it } from 'vitest';
import type { Saw } from '../../../functions/core/answer.ts';
import { epochMs } from '../../../functions/core/epoch.ts';
import { wordOfTwoProbes } from './two-probes.ts';

const heard = (at: number, saw: Saw, questionId = 'own') => ({ at: epochMs(at), saw, questionId });

it.each([
  ['two absences a gap apart', [heard(0, 'alive'), heard(10, 'unknown'), heard(2_010, 'unlisted')], 2_010],
  ['two absences too close', [heard(0, 'alive'), heard(10, 'unknown'), heard(2_009, 'unknown')], undefined],
  ['a third absence', [heard(0, 'alive'), heard(10, 'unknown'), heard(900, 'unknown'), heard(2_500, 'unknown')], 2_500],
  ['a key that was never seen', [heard(10, 'unknown'), heard(3_000, 'unknown')], undefined],
  [
    'a key that only another question has seen',
    [heard(0, 'alive', 'list'), heard(10, 'unknown'), heard(3_000, 'unknown')],
    undefined,
  ],
  [
    'a sighting between two absences',
    [
      heard(0, 'listed'),
      heard(10, 'unknown'),
      heard(2_000, 'expired'),
      heard(2_100, 'unknown'),
      heard(4_000, 'unknown'),
    ],
    undefined,
  ],
  [
    'an answer that says nothing',
    [heard(0, 'alive'), heard(10, 'unknown'), heard(500, 'silent'), heard(2_010, 'unknown')],
    2_010,
  ],
] as const)('says when a key is dead by %s', (_what, answers, at) => {
  expect(wordOfTwoProbes(answers)).toBe(at);
});
