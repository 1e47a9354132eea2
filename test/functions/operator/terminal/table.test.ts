import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cut, type TableColumn, table } from '../../../../functions/operator/terminal/table.ts';

interface Row {
  readonly name: string;
  readonly count: number;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: 'Name', cell: ({ name }) => name, least: 8 },
  { head: 'Operation', cell: () => 'kalshi/delete-key' },
  {
    head: 'Calls',
    cell: ({ count }) => String(count),
    align: 'right',
    style: ({ count }) => (count > 1 ? 'red' : undefined),
  },
];
const ROWS: readonly Row[] = [
  { name: 'key-revoker/kalshi/management', count: 1 },
  { name: 'key-revoker/kalshi/bot', count: 12 },
];

const plain = (width?: number) => ({ width, style: (_style: unknown, text: string) => text });
const coloured = {
  width: 80,
  style: (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { validateStream: false }),
};

describe('table', () => {
  it('stands in columns, numbers at the right, nothing behind the last letter', () =>
    expect(table(plain(), COLUMNS, ROWS)).toEqual([
      'Name                           Operation          Calls',
      '───────────────────────────────────────────────────────',
      'key-revoker/kalshi/management  kalshi/delete-key      1',
      'key-revoker/kalshi/bot         kalshi/delete-key     12',
    ]));

  it.each([
    [160, 55],
    [80, 55],
    [50, 50],
    [30, 34],
  ])('in %i columns is %i wide', (width, expected) => {
    const lines = table(plain(width), COLUMNS, ROWS);
    expect(Math.max(...lines.map((line) => line.length))).toBe(expected);
  });

  it('cuts the middle of a name, so that names stay apart', () =>
    expect(table(plain(45), COLUMNS, ROWS)[2]).toBe('key-revok…anagement  kalshi/delete-key      1'));

  it('is coloured by row where it is seen, and as wide as without', () => {
    const lines = table(coloured, COLUMNS, ROWS);
    expect(lines[3]).toContain('\x1b[31m   12\x1b[39m');
    expect(lines.map(stripVTControlCharacters)).toEqual(table(plain(80), COLUMNS, ROWS));
  });

  it('never cuts what a row is known by: the rest goes onto a line below', () => {
    const others = COLUMNS.slice(1);
    const lines = table(
      plain(45),
      [{ head: '#', cell: () => '1' }, { head: 'Name', cell: ({ name }) => name, isName: true }, ...others],
      ROWS,
    );
    expect(lines).toEqual([
      '#  Name',
      '    Operation          Calls',
      '────────────────────────────────',
      '1  key-revoker/kalshi/management',
      '    kalshi/delete-key      1',
      '1  key-revoker/kalshi/bot',
      '    kalshi/delete-key     12',
    ]);
  });

  it('has a head without rows', () =>
    expect(table(plain(), COLUMNS, [])).toEqual(['Name  Operation  Calls', '──────────────────────']));
});

describe('cut', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'lo…er'],
    ['longer', 4, 'lo…r'],
    ['longer', 1, '…'],
  ])('%s to %i is %s', (text, most, expected) => expect(cut(text, most)).toBe(expected));
});
