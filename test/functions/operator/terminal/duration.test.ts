import { expect, it } from 'vitest';
import { fromDuration, inWords } from '../../../../functions/operator/terminal/duration.ts';

it.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['30d', 2_592_000_000],
])('reads %s', (text, ms) => expect(fromDuration(text)).toBe(ms));

it.each(['', '5', 'm', '1.5h', '-1h', '1w', ' 1h', '1234567s'])('does not read "%s"', (text) =>
  expect(fromDuration(text)).toBeUndefined(),
);

it.each([
  [0, '0.0 s'],
  [660, '0.7 s'],
  [12_400, '12 s'],
  [90_000, '90 s'],
  [120_000, '2 m'],
  [7_199_999, '119 m'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
])('says %i ms as %s', (ms, text) => expect(inWords(ms)).toBe(text));
