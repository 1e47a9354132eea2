import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { scaleOf } from '../../../../functions/operator/timeline/scale.ts';

/** @param seconds of the instants, after the request was due */
const timeline = (...seconds: readonly number[]) => ({
  dueAt: epochMs(0),
  instants: seconds.map((each) => ({ at: epochMs(each * 1_000), row: 'alive' as const, label: '' })),
});

const stretchesOf = (...seconds: readonly number[]) =>
  scaleOf(timeline(...seconds)).stretches.map(({ from, to }) => [from / 1_000, to / 1_000]);

const MINUTES = Array.from({ length: 10 }, (_, n) => 60 * (n + 1));

describe('an axis', () => {
  it.each<[string, readonly number[], readonly (readonly number[])[]]>([
    ['has one stretch for a kill', [0.3, 0.6, 1.1, 3.1], [[0, 3.1]]],
    [
      'leaves out what is between a kill and its readings',
      [0.3, 0.6, 1.1, 3.1, ...MINUTES],
      [
        [0, 3.1],
        [60, 600],
      ],
    ],
    [
      'leaves out a long wait before a kill',
      [7_200, 7_200.5, 7_201],
      [
        [0, 0],
        [7_200, 7_201],
      ],
    ],
    [
      'leaves out both',
      [7_200, 7_200.5, 7_201, ...MINUTES.map((second) => 7_200 + second)],
      [
        [0, 0],
        [7_200, 7_201],
        [7_260, 7_800],
      ],
    ],
    ['leaves out nothing of tries that come more and more seldom', [1, 2, 4, 8, 16, 32, 64], [[0, 64]]],
    [
      'leaves out nothing of tries that come every hour',
      Array.from({ length: 8 }, (_, hour) => [0, 1, 2].map((second) => 3_600 * hour + second)).flat(),
      [[0, 25_202]],
    ],
    ['leaves out nothing between two instants', [86_400], [[0, 86_400]]],
    ['is there for one instant', [], [[0, 0]]],
  ])('%s', (_what, seconds, stretches) => expect(stretchesOf(...seconds)).toEqual(stretches));

  it.each<[string, readonly number[], readonly number[]]>([
    ['seconds', [3.1], [0, 0.5, 1, 1.5, 2, 2.5, 3]],
    ['parts of a second', [0.168], [0, 0.05, 0.1, 0.15]],
    ['hours in seconds', [86_400], [0, 20_000, 40_000, 60_000, 80_000]],
  ])('has round ticks: %s', (_what, seconds, ticks) =>
    expect(scaleOf(timeline(...seconds)).stretches[0]?.ticks.map((tick) => tick.seconds)).toEqual(ticks),
  );

  it('keeps every instant in its order and on the axis, and has few ticks, each where its second is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 100_000_000 }), { maxLength: 40 }), (all) => {
        const instants = all.map((ms) => ({ at: epochMs(ms), row: 'alive' as const, label: '' }));
        const { placeOf, stretches } = scaleOf({ dueAt: epochMs(0), instants });
        const places = all.toSorted((a, b) => a - b).map((ms) => placeOf(epochMs(ms)));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        for (const place of places) expect(place >= 0 && place <= 1 + 1e-9).toBe(true);
        expect(stretches.length).toBeLessThanOrEqual(4);
        for (const { left, right, ticks } of stretches) {
          expect(ticks.length).toBeLessThanOrEqual(9);
          for (const { place, seconds } of ticks) {
            expect(place >= left - 1e-9 && place <= right + 1e-9).toBe(true);
            expect(placeOf(epochMs(seconds * 1_000))).toBeCloseTo(place, 6);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
