import { expect, it } from 'vitest';
import { after } from '../../../functions/core/epoch.ts';
import type { Reply } from '../../../functions/core/provider.ts';
import { rejected } from '../../../functions/providers/reply-meaning.ts';
import { comeBackAt, comeBackIn } from '../../../functions/providers/stated-time.ts';
import { NOW } from './ask.ts';

it('says nothing of an end where a refusal settles none', () => expect(rejected()).toStrictEqual({ saw: 'rejected' }));

/** A reply from a clock that is so far ahead of ours. */
const repliedBy = (aheadMs: number): Reply => ({
  status: 429,
  headers: { date: new Date(NOW + aheadMs).toUTCString() },
  body: '',
  at: NOW,
});

it.each([
  ['the same instant', 0, false],
  ['the next', 1, true],
  ['an hour', 3_600_000, true],
  ['more than an hour', 3_600_001, false],
  ['no instant', Number.NaN, false],
])('takes a stated wait until %s for one: %s ms, %s', (_what, ms, isOne) => {
  const expected = isOne ? { notBefore: after(NOW, ms) } : {};
  expect(comeBackAt(NOW + ms, { ...repliedBy(0), headers: {} })).toEqual(expected);
  expect(comeBackIn(ms, repliedBy(3_600_000))).toEqual(expected);
});

it.each([
  [4_000, 4_000],
  [-4_000, -4_000],
  [7_200_000, 7_200_000],
  [3_000, 0],
  [-3_000, 0],
])('reads an instant by a clock that is %i ms ahead as one of ours that is %i ms earlier', (aheadMs, earlier) => {
  const stated = NOW + earlier + 60_000;
  expect(comeBackAt(stated, repliedBy(aheadMs))).toEqual({ notBefore: NOW + 60_000 });
});
