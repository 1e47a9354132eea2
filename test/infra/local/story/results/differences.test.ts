import { expect, it } from 'vitest';
import { type Chapter, REVOKED, type Result } from '../../../../../infra/local/story/chapters/chapter.ts';
import { differences } from '../../../../../infra/local/story/results/differences.ts';

const CHAPTER: Pick<Chapter, 'provider' | 'operation' | 'how' | 'expected'> = {
  provider: 'kalshi',
  operation: 'delete-key',
  how: 'by itself, Ed25519',
  expected: REVOKED,
};

it('has nothing to say where all is as expected', () => expect(differences(CHAPTER, { ...REVOKED })).toEqual([]));

it.each<[keyof Result, string | number, string]>([
  ['outcome', 'stuck/unproven', 'the outcome in its receipt is stuck/unproven, expected revoked'],
  ['keyState', 'unknown', 'the state of the key in its receipt is unknown, expected gone'],
  ['calls', 2, 'the number of calls in its receipt is 2, expected 1'],
  ['reply', 'silent', 'the reply to the call in its receipt is silent, expected accepted'],
  ['atProvider', 'alive', 'the key at the provider is alive, expected dead'],
  ['changes', '', 'what the provider did to the key is nothing, expected deleted'],
  ['stuckCopies', 1, 'the number of copies in the stuck queue is 1, expected 0'],
])('says in a sentence that %s differs', (part, value, said) => {
  const sentence = `Cannot confirm kalshi/delete-key (by itself, Ed25519): ${said}`;
  expect(differences(CHAPTER, { ...REVOKED, [part]: value })).toEqual([sentence]);
});

it('has a sentence for every difference', () =>
  expect(differences(CHAPTER, { ...REVOKED, calls: 0, changes: '', atProvider: 'alive' })).toHaveLength(3));
