import { expect, it } from 'vitest';
import { isLook, lookName, requestOf, workName } from '../../../../functions/core/ledger/ledger-items.ts';

it('tells the work of a look from that of a request', () => {
  const name = workName({ requestId: 'R', planOnly: false, attempt: 2 });
  expect([name, lookName(name)]).toEqual(['R#2', '~R#2']);
  expect([isLook(lookName(name)), isLook(name), isLook('R~')]).toEqual([true, false, false]);
  expect(requestOf('a#b#2')).toBe('a#b');
});
