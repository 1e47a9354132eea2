import { describe, expect, it } from 'vitest';
import { drawFor } from './draw.ts';

const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);

describe('what is drawn in a world', () => {
  it('is the same for the same name, and other for another', () => {
    const [one, same, other] = ['a', 'a', 'b'].map(drawFor).map(({ random }) => times(5, random));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('lies within its bounds, and reaches both', () => {
    const { whole, ms, among } = drawFor('bounds');
    expect(new Set(times(200, () => whole(2, 4)))).toEqual(new Set([2, 3, 4]));
    expect(new Set(times(200, () => among(['x', 'y'])))).toEqual(new Set(['x', 'y']));
    const lengths = times(500, () => ms(1_000, 1_000_000));
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000_000);
    // As many in the first decade as in each of the others.
    const ofFirst = lengths.filter((one) => one < 10_000).length / lengths.length;
    expect(ofFirst).toBeCloseTo(1 / 3, 1);
  });

  it('happens never, always, or as often as is said', () => {
    const { chance } = drawFor('chances');
    expect(times(50, () => chance(0))).not.toContain(true);
    expect(times(50, () => chance(1))).not.toContain(false);
    expect(times(1_000, () => chance(0.3)).filter(Boolean).length / 1_000).toBeCloseTo(0.3, 1);
  });
});
