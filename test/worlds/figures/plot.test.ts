import { describe, expect, it } from 'vitest';
import { cellOf, STEPS, stepOf, stepsOf } from './cells.ts';
import { plotOf } from './plot.ts';
import { emptyTally, type Tally } from './tally.ts';

const withCells = (cells: Partial<Tally['cells']>): Tally => {
  const tally = emptyTally('a kind');
  return { ...tally, cells: { ...tally.cells, ...cells } };
};

describe('steps of the axes', () => {
  it('begin with a tenth of a second and end with for ever', () => {
    expect([0, 1, 100, 146].map(stepOf)).toEqual([0, 0, 0, 0]);
    expect(stepOf(147)).toBe(1);
    expect(stepOf(1_000)).toBe(6);
    expect(stepOf(10 ** 12)).toBe(STEPS - 2);
    expect(stepOf(Number.POSITIVE_INFINITY)).toBe(STEPS - 1);
    expect(stepsOf(cellOf(1_000, 10_000))).toEqual([6, 12]);
  });
});

describe('the plot', () => {
  it('has a panel for each word that was said, and tells early words apart', () => {
    const early = cellOf(Number.POSITIVE_INFINITY, 2_400);
    const late = cellOf(300, 2_400);
    const svg = plotOf([withCells({ 'two probes': { [early]: 1, [late]: 3 } }), withCells({ revoked: { [late]: 2 } })]);
    expect(svg).toContain('25.0 % of 4 words too early');
    expect(svg).toContain('0.0 % of 2 words');
    expect(svg).not.toContain('Today: confirmed');
    expect(svg.match(/class="cell wrong"/g)).toHaveLength(1);
    expect(svg.match(/class="cell"/g)).toHaveLength(2);
  });

  it('adds up kinds, shows a third word once it is said, and reads in both modes', () => {
    const cell = cellOf(300, 660_000);
    const svg = plotOf([withCells({ confirmed: { [cell]: 1 } }), withCells({ confirmed: { [cell]: 2 } })]);
    expect(svg).toContain('Today: confirmed');
    expect(svg).toContain('of 3 words too early');
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});
