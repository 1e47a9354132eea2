import type { EpochMs } from '../../core/epoch.ts';
import { SECOND_MS } from '../../core/timing.ts';
import type { Timeline } from './instants.ts';

/** A stretch of the axis on which distances are true. Places are shares of the whole width, from 0 to 1. */
export interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly left: number;
  readonly right: number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly place: number;
  /** Seconds from when the request was due. */
  readonly seconds: number;
}

/** Where instants stand on the axis. Between two stretches the axis is broken. */
export interface Scale {
  readonly stretches: readonly Stretch[];
  placeOf(at: EpochMs): number;
}

/** Instants that would get less of the width than this show nothing. */
const LEAST_SHARE = 0.04;
/** A gap is left out if it is this many times as long as what is beside it. */
const GAP_TIMES = 3;
/** So many instants beside a gap are looked at. */
const BESIDE = 3;
const MOST_STRETCHES = 4;

type Part = readonly EpochMs[];

const spanOf = (part: Part): number => (part.at(-1) ?? 0) - (part[0] ?? 0);

const isSquashed = (beside: Part, gap: number, whole: number): boolean =>
  beside.length === BESIDE && spanOf(beside) < LEAST_SHARE * whole && gap > GAP_TIMES * spanOf(beside);

/** Cuts a part in two at its longest gap that leaves no room for what is beside it. */
const cutOnce = (part: Part): readonly Part[] => {
  const whole = spanOf(part);
  const cuts = part.slice(1).map((at, index) => ({ at: index + 1, gap: at - (part[index] ?? at) }));
  const [best] = cuts
    .filter(({ at, gap }) =>
      [part.slice(Math.max(0, at - BESIDE), at), part.slice(at, at + BESIDE)].some((side) =>
        isSquashed(side, gap, whole),
      ),
    )
    .toSorted((a, b) => b.gap - a.gap);
  return best === undefined ? [part] : [part.slice(0, best.at), part.slice(best.at)];
};

/** All that is cut; nothing, if that would be too many parts: tries that come in every hour are best seen as they are. */
const partsOf = (all: Part): readonly Part[] => {
  let parts: readonly Part[] = [all];
  for (;;) {
    const next = parts.flatMap(cutOnce);
    if (next.length === parts.length) return parts;
    if (next.length > MOST_STRETCHES) return [all];
    parts = next;
  }
};

/** The share of the width that a break takes. */
const BREAK = 0.03;
/** A stretch with one instant needs little room. */
const weightOf = (part: Part): number => (part.length === 1 ? 0.25 : 1);

const STEPS = [1, 2, 5];

/** The smallest round step, in seconds, that makes no more than so many ticks. */
const stepFor = (seconds: number, most: number): number => {
  const magnitude = 10 ** Math.floor(Math.log10(seconds / most));
  const steps = [...STEPS, 10, 20].map((step) => step * magnitude);
  return steps.find((step) => seconds / step <= most) ?? seconds;
};

const TICKS_IN_WHOLE = 8;

const round = (seconds: number): number => Number(seconds.toPrecision(12));

const ticksIn = (from: number, to: number, share: number): readonly number[] => {
  if (from === to) return [from];
  const step = stepFor(to - from, Math.max(2, Math.floor(TICKS_IN_WHOLE * share)));
  const first = Math.ceil(round(from / step));
  const last = Math.floor(round(to / step));
  return Array.from({ length: last - first + 1 }, (_, n) => round((first + n) * step));
};

/** Places the instants of a timeline. Long times in which nothing happens are left out. */
export const scaleOf = ({ dueAt, instants }: Timeline): Scale => {
  const all = [...new Set([dueAt, ...instants.map(({ at }) => at)])].toSorted((a, b) => a - b);
  const parts = partsOf(all);
  const weights = parts.map(weightOf);
  const room = 1 - BREAK * (parts.length - 1);
  const unit = room / weights.reduce((sum, weight) => sum + weight, 0);
  const stretches = parts.map((part, index): Stretch => {
    const before = weights.slice(0, index).reduce((sum, weight) => sum + weight, 0);
    const left = before * unit + BREAK * index;
    const right = left + (weights[index] ?? 0) * unit;
    const [from = dueAt, to = from] = [part[0], part.at(-1)];
    const seconds = (at: EpochMs): number => (at - dueAt) / SECOND_MS;
    const place = (second: number): number =>
      from === to
        ? (left + right) / 2
        : left + ((second - seconds(from)) / (seconds(to) - seconds(from))) * (right - left);
    const ticks = ticksIn(seconds(from), seconds(to), right - left).map((second) => ({
      place: place(second),
      seconds: second,
    }));
    return { from, to, left, right, ticks };
  });
  return {
    stretches,
    placeOf: (at) => {
      const found = stretches.find(({ to }) => at <= to) ?? stretches.at(-1);
      if (found === undefined) return 0;
      if (found.from === found.to) return (found.left + found.right) / 2;
      return found.left + ((at - found.from) / (found.to - found.from)) * (found.right - found.left);
    },
  };
};
