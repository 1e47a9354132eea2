import { SECOND_MS } from '../../core/timing.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Instant, ROWS, type Row, type Timeline } from './instants.ts';
import { type Scale, scaleOf } from './scale.ts';

/** What stands for an instant of a row. A word stands for itself. */
const MARKS: Readonly<Record<Row, string>> = {
  asked: '|',
  alive: '●',
  call: '◆',
  'other key': '□',
  'no verdict': '·',
  'not known': '○',
  word: '▲',
};

const WIDEST = 100;
const NARROWEST = 24;
const NAMES = Math.max(...ROWS.map((row) => row.length)) + 2;

/** A line of so many blanks, with texts at their places. A text that would cover another one goes onto the next line. */
const linesOf = (width: number, texts: readonly (readonly [column: number, text: string])[]): readonly string[] => {
  const lines: string[] = [];
  for (const [wanted, text] of texts) {
    const column = Math.max(0, Math.min(wanted, width - text.length));
    const free = lines.findIndex((line) => line.length < column || line.length === 0);
    const at = free === -1 ? lines.length : free;
    lines[at] = `${(lines[at] ?? '').padEnd(column)}${text}`;
  }
  return lines;
};

const marksLine = (width: number, columns: readonly number[], mark: string): string => {
  const cells = Array.from({ length: width }, () => ' ');
  for (const column of columns) cells[column] = mark;
  return cells.join('').trimEnd();
};

const secondsText = (at: number, dueAt: number): string => {
  const seconds = (at - dueAt) / SECOND_MS;
  return `${seconds.toFixed(Math.abs(seconds) < 100 ? 1 : 0)}`;
};

const axisOf = (width: number, columnOf: (place: number) => number, { stretches }: Scale): string => {
  const cells = Array.from({ length: width }, () => '─');
  stretches.forEach(({ right, ticks }, index) => {
    for (const { place } of ticks) cells[columnOf(place)] = '┬';
    const next = stretches[index + 1];
    if (next === undefined) return;
    const [from, to] = [columnOf(right) + 1, columnOf(next.left)];
    for (let column = from; column < to; column += 1) cells[column] = column === from ? '╱' : ' ';
  });
  return cells.join('');
};

/** Draws a timeline in characters. It fits the terminal; a pipe gets 100 columns. */
export const drawText = (
  { width: columns = WIDEST, style }: Pick<Terminal, 'width' | 'style'>,
  timeline: Timeline,
): readonly string[] => {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns) - NAMES);
  const scale = scaleOf(timeline);
  const columnOf = (place: number): number => Math.round(place * (width - 1));
  const placed = (instant: Instant): number => columnOf(scale.placeOf(instant.at));
  const named = (name: string, line: string): string => `${style('dim', name.padEnd(NAMES))}${line}`.trimEnd();
  const rows = ROWS.flatMap((row) => {
    const own = timeline.instants.filter((instant) => instant.row === row);
    if (own.length === 0) return [];
    if (row !== 'word') return [named(row, marksLine(width, own.map(placed), MARKS[row]))];
    const words = own.map((one) => {
      const text = `${one.label} ${secondsText(one.at, timeline.dueAt)}`;
      return [placed(one), `${MARKS.word} ${text}`] as const;
    });
    return linesOf(width, words).map((line, index) => named(index === 0 ? row : '', line));
  });
  const ticks = scale.stretches.flatMap((stretch) =>
    stretch.ticks.map(({ place, seconds }) => [columnOf(place), String(seconds)] as const),
  );
  const [first = ''] = linesOf(width, ticks);
  return [...rows, named('', style('dim', axisOf(width, columnOf, scale))), named('seconds', style('dim', first))];
};
