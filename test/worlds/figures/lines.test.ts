import { describe, expect, it } from 'vitest';
import { NOT_YET } from '../kinds/not-yet.ts';
import { lengthText, linesOf, quantile, sumOf, unexpected } from './lines.ts';
import type { Lived } from './lived.ts';
import { addTally, count, emptyTally, type Tally } from './tally.ts';

const LIVED: Lived = {
  ...{ name: 'a world', ends: ['revoked'], isStruck: true, breaches: [], isEarly: false, isUnsaid: false },
  ...{ saidMs: 2_400, revokedMs: 2_400, confirmedMs: undefined, twoProbesMs: 2_400, livedMs: 300 },
};

const tallyOf = (kind: string, ...worlds: readonly Partial<Lived>[]): Tally => {
  const tally = emptyTally(kind);
  for (const world of worlds) count(tally, { ...LIVED, ...world });
  return tally;
};

const FALSE = { breaches: ['L1: revoked while the key lived'] };
const FORBIDDEN = { breaches: ['L3: 6 calls'] };
const [LISTED = ''] = Object.keys(NOT_YET);

describe('the figures of a kind', () => {
  it('count worlds, false words, other breaches, early words and ends', () => {
    const tally = tallyOf('a kind', {}, FALSE, FORBIDDEN, {
      isEarly: true,
      isUnsaid: true,
      isStruck: false,
      ends: ['stuck/unproven'],
    });
    expect(tally).toMatchObject({ worlds: 4, requests: 4, falseWords: 1, broken: 2, early: 1, unsaid: 1, struck: 3 });
    expect(tally.ends).toEqual({ revoked: 3, 'stuck/unproven': 1 });
    expect(tally.examples).toEqual(['a world: L1: revoked while the key lived', 'a world: L3: 6 calls']);
    expect(linesOf(tally)[0]).toBe('a kind: 4, 1 false words (25.0 %), 2 with any law broken, struck in 75.0 %');
    expect(linesOf(tally)[3]).toBe('  gone, while some node accepted the key: 25.0 %; dead, and never said so: 25.0 %');
  });

  it('show a world without an end', () => {
    expect(tallyOf('a kind', { ends: [] }).ends).toEqual({ none: 1 });
  });

  it('add up over processes', () => {
    const whole = tallyOf('a kind', {}, FALSE, { livedMs: Number.POSITIVE_INFINITY }, FORBIDDEN, FALSE, FALSE);
    const parts = tallyOf('a kind', {}, FALSE, { livedMs: Number.POSITIVE_INFINITY });
    addTally(parts, tallyOf('a kind', FORBIDDEN, FALSE, FALSE));
    expect(parts).toEqual(whole);
  });

  it('show when the word came, and when it was confirmed', () => {
    const text = linesOf(tallyOf('a kind', { saidMs: 2_400 }, { saidMs: 600_000, confirmedMs: 660_000 })).join('\n');
    expect(text).toContain('word after 10 min / 10 min (p50 / p99), confirmed after 11 min / 11 min');
    expect(linesOf(tallyOf('a kind')).join('\n')).toContain('word after never / never');
  });
});

it.each([
  [undefined, 'never'],
  [2_449, '2.4 s'],
  [119_000, '119.0 s'],
  [120_000, '2 min'],
])('%s ms is written as %s', (ms, text) => {
  expect(lengthText(ms)).toBe(text);
});

it('the median and the longest are found in any order', () => {
  expect([0, 0.5, 0.99].map((at) => quantile([3, 1, 2], at))).toEqual([1, 2, 3]);
});

describe('a kind that does not hold yet', () => {
  it('is told apart, with its reason, and stays in the sum', () => {
    const tallies = [tallyOf('a kind', {}), tallyOf(LISTED, FALSE)];
    expect(linesOf(tallies[1] as Tally).join('\n')).toContain(`not yet: ${NOT_YET[LISTED]?.why}`);
    expect(sumOf(tallies, 1)).toBe(
      'worlds: 1 of each of 2 kinds, 1 false words: 0 in 1 kinds that hold, 1 in 1 that do not yet',
    );
    expect(unexpected(tallies)).toEqual([]);
  });

  it('is no excuse for another', () => {
    expect(unexpected([tallyOf('a kind', FORBIDDEN), tallyOf(LISTED, FALSE)])).toEqual(['a kind']);
    expect(sumOf([tallyOf('a kind', {})], 10)).toBe('worlds: 10 of each of 1 kinds, 0 false words');
  });
});
