import { expect, it } from 'vitest';
import { after } from '../../../functions/core/epoch.ts';
import { comeBackAt, rejected } from '../../../functions/providers/verdict.ts';
import { NOW } from './ask.ts';

it('says nothing of an end where a refusal settles none', () => expect(rejected()).toStrictEqual({ saw: 'rejected' }));

it.each([
  ['the same instant', 0, false],
  ['the next', 1, true],
  ['an hour', 3_600_000, true],
  ['more than an hour', 3_600_001, false],
  ['no instant', Number.NaN, false],
])('takes a stated wait until %s for one: %s ms, %s', (_what, ms, isOne) =>
  expect(comeBackAt(NOW + ms, NOW)).toEqual(isOne ? { notBefore: after(NOW, ms) } : {}),
);
