import { type Cells, placeOf, STEPS, stepsOf } from './cells.ts';
import { SERIES, type Series, type Tally } from './tally.ts';

const CELL = 9;
const SIDE = STEPS * CELL;
const LEFT = 74;
const TOP = 64;
const GAP = 40;
const BELOW = 66;
/** Where `for ever` stands on both axes. */
const FOR_EVER = (STEPS - 0.5) * CELL;

const TICKS: readonly (readonly [label: string, ms: number])[] = [
  ['1 s', 1_000],
  ['10 s', 10_000],
  ['1 min', 60_000],
  ['10 min', 600_000],
  ['1 h', 3_600_000],
];

const TITLES: Readonly<Record<Series, string>> = {
  'two probes': 'Release 0.1.0: two probes agree',
  revoked: 'Today: revoked',
  confirmed: 'Today: confirmed',
};

// Colours for both modes; the words and the cells keep their meaning without them: what is too early lies below the line.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 13px; }
  .quiet { fill: #59636e; }
  .frame { fill: none; stroke: #8c959f; }
  .grid { stroke: #d1d9e0; stroke-width: 0.5; }
  .line { stroke: #59636e; stroke-dasharray: 4 3; }
  .early { fill: #cf222e; opacity: 0.07; }
  .cell { fill: #0969da; }
  .cell.wrong { fill: #cf222e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .frame { stroke: #6e7681; }
    .grid { stroke: #30363d; }
    .line { stroke: #9198a1; }
    .early { fill: #ff7b72; opacity: 0.1; }
    .cell { fill: #58a6ff; }
    .cell.wrong { fill: #ff7b72; }
  }
`;

const total = (cells: Cells): number => Object.values(cells).reduce((sum, times) => sum + times, 0);

const isWrong = (cell: string): boolean => {
  const [lived, said] = stepsOf(cell);
  return lived > said;
};

/** How much ink a cell gets: a single world shows, and a crowd does not drown the rest. */
const inkOf = (times: number, most: number): string =>
  (0.15 + 0.85 * (Math.log1p(times) / Math.log1p(most))).toFixed(2);

const rectOf = (cell: string, times: number, most: number): string => {
  const [lived, said] = stepsOf(cell);
  const wrong = isWrong(cell) ? ' wrong' : '';
  return `<rect class="cell${wrong}" x="${lived * CELL}" y="${SIDE - (said + 1) * CELL}" width="${CELL - 1}" height="${CELL - 1}" opacity="${inkOf(times, most)}"/>`;
};

const ticksOf = (isFirst: boolean): readonly string[] => [
  ...TICKS.flatMap(([label, ms]) => {
    const at = (placeOf(ms) * CELL).toFixed(1);
    const y = (SIDE - placeOf(ms) * CELL).toFixed(1);
    return [
      `<line class="grid" x1="${at}" y1="0" x2="${at}" y2="${SIDE}"/><line class="grid" x1="0" y1="${y}" x2="${SIDE}" y2="${y}"/>`,
      `<text class="quiet" x="${at}" y="${SIDE + 16}" text-anchor="middle">${label}</text>`,
      ...(isFirst ? [`<text class="quiet" x="-8" y="${Number(y) + 4}" text-anchor="end">${label}</text>`] : []),
    ];
  }),
  `<text class="quiet" x="${FOR_EVER}" y="${SIDE + 30}" text-anchor="end">for ever</text>`,
];

const panelOf = (series: Series, cells: Cells, index: number): string => {
  const most = Math.max(1, ...Object.values(cells));
  const wrong = total(Object.fromEntries(Object.entries(cells).filter(([cell]) => isWrong(cell))));
  const share = ((100 * wrong) / Math.max(1, total(cells))).toFixed(1);
  return [
    `<g transform="translate(${LEFT + index * (SIDE + GAP)} ${TOP})">`,
    `<text class="title" x="0" y="-28">${TITLES[series]}</text>`,
    `<text class="quiet" x="0" y="-11">${share} % of ${total(cells)} words too early</text>`,
    ...ticksOf(index === 0),
    `<polygon class="early" points="0,${SIDE} ${SIDE},${SIDE} ${SIDE},0"/>`,
    ...Object.entries(cells).map(([cell, times]) => rectOf(cell, times, most)),
    `<line class="line" x1="0" y1="${SIDE}" x2="${SIDE}" y2="0"/><rect class="frame" width="${SIDE}" height="${SIDE}"/>`,
    `<text x="${SIDE / 2}" y="${SIDE + 50}" text-anchor="middle">the key was accepted until, from the request on</text>`,
    ...(index === 0
      ? [`<text transform="translate(-60 ${SIDE / 2}) rotate(-90)" text-anchor="middle">the word was said after</text>`]
      : []),
    '</g>',
  ].join('\n');
};

/** How long keys lived against when each word was said, over all kinds: one panel for each word that was said. */
export const plotOf = (tallies: readonly Tally[]): string => {
  const panels = SERIES.flatMap((series) => {
    const cells: Cells = {};
    for (const tally of tallies)
      for (const [cell, times] of Object.entries(tally.cells[series])) cells[cell] = (cells[cell] ?? 0) + times;
    return total(cells) > 0 ? [{ series, cells }] : [];
  });
  const width = LEFT + panels.length * (SIDE + GAP);
  const height = TOP + SIDE + BELOW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>How long keys lived against when each word was said</title>',
    '<desc>Each square is a group of simulated worlds. Below the dashed line the word came too early: something accepted the key after it.</desc>',
    `<style>${STYLE}</style>`,
    ...panels.map(({ series, cells }, index) => panelOf(series, cells, index)),
    '</svg>',
    '',
  ].join('\n');
};
