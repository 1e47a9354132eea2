import type { Style, Terminal } from './terminal.ts';

export interface TableColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** The fewest characters that still say something: it may be cut down to so many. @default it is never cut */
  readonly least?: number;
  /** Ends the name of a row, which a user may have to copy. If a row does not fit, the columns behind this one go onto a line below. */
  readonly isName?: boolean;
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

/** A head and a line for each row, and how wide they are. */
const grid = <Row>(
  { width, style }: Pick<Terminal, 'width' | 'style'>,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): { readonly lines: readonly string[]; readonly ruled: number } => {
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
  const lines = [
    lineOf(head, (text) => style('bold', text)),
    ...rows.map((row, at) =>
      lineOf(cells[at] ?? [], (text, index) => {
        const wanted = columns[index]?.style?.(row);
        return wanted === undefined ? text : style(wanted, text);
      }),
    ),
  ];
  return { lines, ruled: widths.reduce((sum, each) => sum + each + GAP, -GAP) };
};

const INDENT = 4;

/**
 * Lines of a table: a head, a rule and a line for each row. Fits the terminal as far as its columns can be cut, if need be with two lines
 * for each row; elsewhere nothing is cut.
 */
export const table = <Row>(
  terminal: Pick<Terminal, 'width' | 'style'>,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): readonly string[] => {
  const { width = Number.POSITIVE_INFINITY, style } = terminal;
  const rule = (size: number): string => style('dim', '─'.repeat(size));
  const whole = grid(terminal, columns, rows);
  const names = columns.findIndex(({ isName }) => isName) + 1;
  if (whole.ruled <= width || names === 0) {
    const [head = '', ...lines] = whole.lines;
    return [head, rule(whole.ruled), ...lines];
  }
  const above = grid({ ...terminal, width: undefined }, columns.slice(0, names), rows);
  const below = grid({ ...terminal, width: width - INDENT }, columns.slice(names), rows);
  const [head = [], ...lines] = above.lines.map((line, at) => [line, ' '.repeat(INDENT) + (below.lines[at] ?? '')]);
  return [...head, rule(Math.min(width, Math.max(above.ruled, INDENT + below.ruled))), ...lines.flat()];
};
