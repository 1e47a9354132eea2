import { SECOND_MS } from '../../core/timing.ts';
import { type Instant, ROWS, type Row, type Timeline } from './instants.ts';
import { type Markup, markup } from './markup.ts';
import { type Scale, scaleOf, type Tick } from './scale.ts';

const WIDTH = 720;
const NAMES = 84;
const MARGIN = 14;
const ROW_HEIGHT = 24;
const AXIS_HEIGHT = 26;
/** How wide a letter of a word is, at most. */
const LETTER = 6.6;

const CLASSES: Readonly<Record<Row, string>> = {
  asked: 'asked',
  alive: 'alive',
  call: 'call',
  'other key': 'other',
  'no verdict': 'none',
  'not known': 'absent',
  word: 'word',
};

/** Goes into the style sheet of a page that shows drawings. The page sets the colours. */
export const TIMELINE_STYLE = `
.timeline { display: block; width: 100%; height: auto; font: 11px system-ui, "Open Sans", sans-serif; }
.timeline text { fill: var(--quiet); }
.timeline .line, .timeline .tick { stroke: var(--rule); stroke-width: 1; }
.timeline .break { stroke: var(--quiet); stroke-width: 1; fill: none; }
.timeline .asked { stroke: var(--ink); stroke-width: 2; }
.timeline .alive { fill: var(--alive); }
.timeline .call { fill: var(--call); }
.timeline .other { fill: none; stroke: var(--quiet); stroke-width: 1.5; }
.timeline .none { fill: var(--quiet); }
.timeline .absent { fill: var(--ground); stroke: var(--dead); stroke-width: 1.75; }
.timeline .word { fill: var(--dead); }
.timeline .open { fill: var(--alive); }
.timeline text.said { fill: var(--ink); font-weight: 600; }
`;

/** `1.1 s`, from when the request was due. */
export const secondsAfter = (at: number, dueAt: number): string => {
  const seconds = (at - dueAt) / SECOND_MS;
  return `${seconds.toFixed(Math.abs(seconds) < 100 ? 1 : 0)} s`;
};

const number = (value: number): string => String(Math.round(value * 10) / 10);

const SHAPES: Readonly<Record<Row, (name: string, x: number, y: number, title: Markup) => Markup>> = {
  asked: (name, x, y, title) => markup`<path class="${name}" d="M${number(x)} ${number(y - 7)}v14">${title}</path>`,
  alive: (name, x, y, title) =>
    markup`<circle class="${name}" cx="${number(x)}" cy="${number(y)}" r="4.5">${title}</circle>`,
  call: (name, x, y, title) =>
    markup`<path class="${name}" d="M${number(x)} ${number(y - 7)}l6 7l-6 7l-6 -7z">${title}</path>`,
  'other key': (name, x, y, title) =>
    markup`<rect class="${name}" x="${number(x - 4)}" y="${number(y - 4)}" width="8" height="8">${title}</rect>`,
  'no verdict': (name, x, y, title) =>
    markup`<circle class="${name}" cx="${number(x)}" cy="${number(y)}" r="2">${title}</circle>`,
  'not known': (name, x, y, title) =>
    markup`<circle class="${name}" cx="${number(x)}" cy="${number(y)}" r="4.5">${title}</circle>`,
  word: (name, x, y, title) =>
    markup`<path class="${name}" d="M${number(x)} ${number(y - 6)}l6 11h-12z">${title}</path>`,
};

/** Words of death are told from those that leave a key alive. */
const isOpen = (label: string): boolean => /^(stuck|refused|resurrected|widened|unconfirmed|seen again)/.test(label);

/** A word beside its mark. It stands before the mark where it would not fit behind. */
interface Word {
  readonly instant: Instant;
  readonly text: string;
  readonly x: number;
  readonly isBefore: boolean;
  readonly line: number;
}

const BESIDE_MARK = 10;

/** Words go onto lines of their own where they would cover one another. */
const placeWords = (words: readonly Pick<Word, 'instant' | 'text' | 'x'>[]): readonly Word[] => {
  const taken: (readonly [left: number, right: number])[][] = [];
  return words.map((word) => {
    const size = word.text.length * LETTER + BESIDE_MARK;
    const isBefore = word.x + size > WIDTH;
    const [left, right] = isBefore ? [word.x - size, word.x + MARGIN] : [word.x - MARGIN, word.x + size];
    const isFree = (line: number): boolean => taken[line]?.every(([from, to]) => right < from || left > to) !== false;
    let line = 0;
    while (!isFree(line)) line += 1;
    taken[line] = [...(taken[line] ?? []), [left, right]];
    return { ...word, isBefore, line };
  });
};

/** The ticks whose numbers stand apart. */
const readable = ({ stretches }: Scale, xOf: (place: number) => number): ReadonlySet<Tick> => {
  let free = Number.NEGATIVE_INFINITY;
  const shown = stretches
    .flatMap(({ ticks }) => ticks)
    .filter(({ place, seconds }) => {
      const half = (String(seconds).length * LETTER) / 2;
      if (xOf(place) - half < free) return false;
      free = xOf(place) + half + 6;
      return true;
    });
  return new Set(shown);
};

const axis = (scale: Scale, xOf: (place: number) => number, y: number): readonly Markup[] => {
  const shown = readable(scale, xOf);
  return scale.stretches.flatMap(({ left, right, ticks }, index) => {
    const next = scale.stretches[index + 1];
    const middle = next && (xOf(right) + xOf(next.left)) / 2;
    return [
      markup`<path class="line" d="M${number(xOf(left))} ${y}H${number(xOf(right))}"/>`,
      ...ticks.map(({ place }) => markup`<path class="tick" d="M${number(xOf(place))} ${y}v5"/>`),
      ...ticks
        .filter((tick) => shown.has(tick))
        .map(
          ({ place, seconds }) =>
            markup`<text x="${number(xOf(place))}" y="${y + 17}" text-anchor="middle">${String(seconds)}</text>`,
        ),
      ...(middle === undefined
        ? []
        : [markup`<path class="break" d="M${number(middle - 5)} ${y + 6}l5 -12m3 12l5 -12"/>`]),
    ];
  });
};

/**
 * Draws a timeline: a row for each kind of instant, and an axis in seconds from when the request was due. Long times in which nothing happens
 * are left out of the axis.
 *
 * @param name says in one sentence what is drawn, for people who do not see it
 */
export const drawSvg = (timeline: Timeline, name: string): Markup => {
  const scale = scaleOf(timeline);
  const xOf = (place: number): number => NAMES + MARGIN + place * (WIDTH - NAMES - 2 * MARGIN);
  const textOf = ({ at, label }: Instant): string => `${label} ${secondsAfter(at, timeline.dueAt)}`;
  const rows = ROWS.filter((row) => row !== 'word' && timeline.instants.some((one) => one.row === row));
  const marks = rows.flatMap((row, index) => {
    const y = index * ROW_HEIGHT + ROW_HEIGHT / 2;
    return [
      markup`<text x="0" y="${y + 4}">${row}</text>`,
      ...timeline.instants
        .filter((one) => one.row === row)
        .map((one) => SHAPES[row](CLASSES[row], xOf(scale.placeOf(one.at)), y, markup`<title>${textOf(one)}</title>`)),
    ];
  });
  const words = placeWords(
    timeline.instants
      .filter(({ row }) => row === 'word')
      .map((instant) => ({ instant, text: textOf(instant), x: xOf(scale.placeOf(instant.at)) })),
  );
  const lines = Math.max(0, ...words.map(({ line }) => line + 1));
  const top = rows.length * ROW_HEIGHT;
  const said = words.flatMap(({ instant, text, x, isBefore, line }) => {
    const y = top + line * ROW_HEIGHT + ROW_HEIGHT / 2;
    const [place, anchor] = isBefore ? [x - BESIDE_MARK, 'end'] : [x + BESIDE_MARK, 'start'];
    return [
      SHAPES.word(isOpen(instant.label) ? 'open' : 'word', x, y, markup`<title>${text}</title>`),
      markup`<text class="said" x="${number(place)}" y="${y + 4}" text-anchor="${anchor}">${text}</text>`,
    ];
  });
  const below = top + lines * ROW_HEIGHT + 8;
  return markup`<svg class="timeline" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${below + AXIS_HEIGHT}" role="img" aria-label="${name}">${marks}${lines > 0 ? markup`<text x="0" y="${top + ROW_HEIGHT / 2 + 4}">word</text>` : markup``}${said}${axis(scale, xOf, below)}<text x="0" y="${below + 17}">seconds</text></svg>`;
};
