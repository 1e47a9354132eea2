import { expect, it } from 'vitest';
import { plain } from '../../../../functions/operator/terminal/plain.ts';
import { shellWord } from '../../../../functions/operator/terminal/shell-word.ts';

it.each([
  ['INC-2041 ✓', 'INC-2041 ✓'],
  ['a\u001b[2Jb', 'a\\u{1b}[2Jb'],
  ['a\nb\u202Ec\u2028d', 'a\\u{a}b\\u{202e}c\\u{2028}d'],
])('shows %j as one line that a terminal obeys in nothing', (text, shown) => expect(plain(text)).toBe(shown));

it.each([
  ['R-1_a.b:c@d/e+f', 'R-1_a.b:c@d/e+f'],
  ['a b', "'a b'"],
  ['$(rm)`x`', "'$(rm)`x`'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('is one word of a shell: %j', (text, word) => expect(shellWord(text)).toBe(word));
