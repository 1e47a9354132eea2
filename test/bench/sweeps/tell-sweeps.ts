import type { Measured, Pass } from './measure-sweeps.ts';

const MB = 1_048_576;

const callsOf = ({ calls }: Pass, action: string): number => calls[action] ?? 0;

/** The columns of the table, each with what it says of one size. */
const COLUMNS: readonly (readonly [title: string, cell: (measured: Measured) => string])[] = [
  ['secrets', ({ secrets }) => secrets.toLocaleString('en')],
  ['due, sent', ({ first }) => first.sent.toLocaleString('en')],
  ['ListSecrets', ({ first }) => callsOf(first, 'ListSecrets').toLocaleString('en')],
  ['sends', ({ first }) => String(callsOf(first, 'SendMessageBatch') + callsOf(first, 'SendMessage'))],
  ['ticks', ({ first, later }) => `${first.ticks}, ${later.ticks}`],
  ['first', ({ first }) => `${first.seconds.toFixed(1)} s`],
  ['later', ({ later }) => `${later.seconds.toFixed(1)} s`],
  ['processor', ({ later }) => `${later.cpuSeconds.toFixed(1)} s`],
  ['live heap', ({ liveBytes }) => `${(liveBytes / MB).toFixed(1)} MB`],
  ['resident', ({ residentBytes }) => `${Math.round(residentBytes / MB)} MB`],
];

const times = (ratio: number): string => `${ratio.toFixed(2)} times`;

/** How a size compares to the smallest one. */
const growth = (least: Measured, { secrets, later, liveBytes }: Measured): string =>
  [
    `${times(secrets / least.secrets)} the secrets`,
    `${times(callsOf(later, 'ListSecrets') / callsOf(least.later, 'ListSecrets'))} the pages`,
    `${times(later.cpuSeconds / least.later.cpuSeconds)} the processor`,
    `${times(liveBytes / least.liveBytes)} the live heap`,
  ].join(', ');

/** The figures as lines: a table, and how they grow. */
export const tellSweeps = (all: readonly Measured[]): readonly string[] => {
  const rows = [COLUMNS.map(([title]) => title), ...all.map((each) => COLUMNS.map(([, cell]) => cell(each)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
  const [least, ...larger] = all;
  return [...table, ...(least ? ['', ...larger.map((each) => growth(least, each))] : [])];
};
