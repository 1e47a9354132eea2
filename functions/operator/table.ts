import type { Style, Terminal } from './terminal.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** The fewest characters that still say something: it may be cut down to so many. @default it is never cut */
  readonly least?: number;
  readonly style?: (row: Row) => Style | undefined;
}

const GAP = 2;

/** A text in so many characters; what is cut out of its middle shows as an ellipsis, since names differ at their ends. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
};

/** Takes what is too much from the widest column that can give it, one character at a time. */
const fitted = (widths: readonly number[], least: readonly number[], width: number): readonly number[] => {
  const fit = [...widths];
  const total = (): number => fit.reduce((sum, each) => sum + each + GAP, -GAP);
  while (total() > width) {
    const room = fit.map((each, index) => (each > (least[index] ?? each) ? each : -1));
    const widest = room.indexOf(Math.max(...room));
    if ((room[widest] ?? -1) < 0) break;
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
};

/** Lines of a table: a head, a rule and a line for each row. Fits the terminal as far as its columns can be cut; elsewhere nothing is. */
export const table = <Row>(
  { width, style }: Pick<Terminal, 'width' | 'style'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): readonly string[] => {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const natural = columns.map(({ head }, index) =>
    Math.max(head.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const least = columns.map((column, index) => Math.max(column.head.length, column.least ?? natural[index] ?? 0));
  const widths = width === undefined ? natural : fitted(natural, least, width);
  const padded = (text: string, index: number): string => {
    const size = widths[index] ?? text.length;
    const short = cut(text, size);
    return columns[index]?.align === 'right' ? short.padStart(size) : short.padEnd(size);
  };
  const lineOf = (texts: readonly string[], styled: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => styled(padded(text, index), index))
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = columns.map((column) => column.head);
  const ruled = widths.reduce((sum, each) => sum + each + GAP, -GAP);
  return [
    lineOf(head, (text) => style('bold', text)),
    style('dim', '─'.repeat(ruled)),
    ...rows.map((row, at) =>
      lineOf(cells[at] ?? [], (text, index) => {
        const wanted = columns[index]?.style?.(row);
        return wanted === undefined ? text : style(wanted, text);
      }),
    ),
  ];
};

/** Lines of whole words, none wider than that unless a single word is. */
export const wrapped = (text: string, width = Number.POSITIVE_INFINITY): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

/** Names and what they stand for, one pair a line, the latter below each other and wrapped; pairs without a text are left out. */
export const pairs = (
  { width, style }: Pick<Terminal, 'width' | 'style'>,
  all: readonly (readonly [name: string, text: string | undefined])[],
): readonly string[] => {
  const given = all.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== '');
  const size = Math.max(...given.map(([name]) => name.length));
  const indent = 2 + size + GAP;
  return given.flatMap(([name, text]) =>
    wrapped(text, width === undefined ? undefined : width - indent).map((line, index) =>
      index === 0 ? `  ${style('dim', name.padEnd(size))}${' '.repeat(GAP)}${line}` : ' '.repeat(indent) + line,
    ),
  );
};
