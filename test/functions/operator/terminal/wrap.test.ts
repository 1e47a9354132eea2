import { describe, expect, it } from 'vitest';
import { pairs, wrapped } from '../../../../functions/operator/terminal/wrap.ts';

const plain = (width?: number) => ({ width, style: (_style: unknown, text: string) => text });

describe('pairs', () => {
  it('stand below each other, without those that say nothing', () =>
    expect(
      pairs(plain(), [
        ['a', 'one'],
        ['longer', 'two'],
        ['b', undefined],
        ['c', ''],
      ]),
    ).toEqual(['  a       one', '  longer  two']));

  it('are wrapped below each other', () =>
    expect(pairs(plain(20), [['name', 'several words of it']])).toEqual(['  name  several', '        words of it']));
});

describe('wrapped', () => {
  it.each<[string, number | undefined, string[]]>([
    ['one two three', 7, ['one two', 'three']],
    ['one two three', undefined, ['one two three']],
    ['extraordinarily long', 5, ['extraordinarily', 'long']],
    ['', 5, ['']],
    ['  one two three', 9, ['  one two', 'three']],
    ['one  two  three', 9, ['one  two', 'three']],
    ['one  two', 20, ['one  two']],
    ['\x1b[31mone\x1b[39m two three', 7, ['\x1b[31mone\x1b[39m two', 'three']],
  ])('%s in %s', (text, width, lines) => expect(wrapped(text, width)).toEqual(lines));
});
