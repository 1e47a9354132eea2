import { expect, it } from 'vitest';
import { csv } from '../../../../functions/operator/terminal/csv.ts';

const cell = (text: string | number | null): string | undefined =>
  csv([{ a: text, b: 'x' }], ['a', 'b']).split('\n')[1];

it('has a head, and the fields in the order that is given', () =>
  expect(csv([{ b: 2, a: 'x' }], ['a', 'b'])).toBe('a,b\nx,2'));

it.each<[string | number | null, string]>([
  ['plain', 'plain,x'],
  [null, ',x'],
  [-5, '-5,x'],
  ['a,b', '"a,b",x'],
  ['a"b', '"a""b",x'],
  ['=1+1', "'=1+1,x"],
  ['+1', "'+1,x"],
  ['-1', "'-1,x"],
  ['@a', "'@a,x"],
  ['\t=1', "'\t=1,x"],
  ['\uFF1D1', "'\uFF1D1,x"],
  ['=a,"b"', `"'=a,""b""",x`],
])('writes %j so that no spreadsheet calculates', (value, line) => expect(cell(value)).toBe(line));

it('keeps a cell of several lines one cell', () => expect(csv([{ a: 'x\n=1' }], ['a'])).toBe('a\n"x\n=1"'));

it('keeps the blanks at the end of a line', () => expect(csv([{ a: 'x ' }, { a: 'y' }], ['a'])).toBe('a\nx \ny'));
