import { expect, it } from 'vitest';
import {
  attemptName,
  BY_STATE,
  isRecheckName,
  quarantineKey,
  recheckName,
  requestIdOf,
} from '../../../../functions/core/ledger/keys.ts';

it('tells the attempt of a recheck from that of a request', () => {
  const name = attemptName({ requestId: 'R', planOnly: false, attempt: 2 });
  expect([name, recheckName(name)]).toEqual(['R#2', '~R#2']);
  expect([isRecheckName(recheckName(name)), isRecheckName(name), isRecheckName('R~')]).toEqual([true, false, false]);
  expect(requestIdOf('a#b#2')).toBe('a#b');
});

it('puts the copy of an unreadable item in a partition of its own, under the item’s name and what tells one copy from another', () =>
  expect(quarantineKey({ pk: 'case#kalshi/prod/K', sk: 'case' }, 'a1')).toEqual({
    pk: 'quarantine#case#kalshi/prod/K',
    sk: 'case#a1',
  }));

it('keeps the name of the index: during a deployment functions of the release before still ask for it', () =>
  expect(BY_STATE).toBe('by-state'));
