import { expect, it } from 'vitest';
import { controlKeyKey, controlSecretsKey, withControl } from '../../../../functions/core/ledger/control-items.ts';

it.each<[string, readonly string[] | undefined, readonly string[]]>([
  ['is the only one of a key that had none', undefined, ['new']],
  ['comes last', ['a', 'b'], ['a', 'b', 'new']],
  ['comes last where it was known before', ['new', 'a'], ['a', 'new']],
  ['is the fifth', ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd', 'new']],
  ['takes the place of the oldest of five', ['a', 'b', 'c', 'd', 'e'], ['b', 'c', 'd', 'e', 'new']],
  ['takes no other’s place where it is one of five', ['a', 'new', 'b', 'c', 'd'], ['a', 'b', 'c', 'd', 'new']],
])('a control key %s', (_what, controls, expected) => expect(withControl(controls, 'new')).toEqual(expected));

it('has places of its own in the ledger for what a sweep found and for what a provider answered', () => {
  expect(controlSecretsKey('kalshi')).toEqual({ pk: 'sweep#controls', sk: 'kalshi' });
  expect(controlKeyKey('arn:a')).toEqual({ pk: 'control-key#arn:a', sk: 'control-key' });
});
