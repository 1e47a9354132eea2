import { expect, it } from 'vitest';
import {
  attemptName,
  BY_STATE,
  isRecheckName,
  recheckName,
  requestIdOf,
} from '../../../../functions/core/ledger/keys.ts';

it('tells the attempt of a recheck from that of a request', () => {
  const name = attemptName({ requestId: 'R', planOnly: false, attempt: 2 });
  expect([name, recheckName(name)]).toEqual(['R#2', '~R#2']);
  expect([isRecheckName(recheckName(name)), isRecheckName(name), isRecheckName('R~')]).toEqual([true, false, false]);
  expect(requestIdOf('a#b#2')).toBe('a#b');
});

it('keeps the name of the index: during a deployment functions of the release before still ask for it', () =>
  expect(BY_STATE).toBe('by-state'));
