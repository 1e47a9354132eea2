import { describe, expect, it } from 'vitest';
import { sampleOf } from './sample.ts';

const FAULTS = ['lost', 'late', 'refused'];
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8];
const CASES = FAULTS.flatMap((fault) => STEPS.map((step) => ({ name: `${fault} at ${step}`, fault, step })));
type Case = (typeof CASES)[number];

const fault = ({ fault: kind }: Case): readonly string[] => [kind];
const faultAndStep = ({ fault: kind, step }: Case): readonly string[] => [kind, `step ${step}`];

describe('a sample', () => {
  it.each([1, 2, 20261130])('shows everything that a case shows, drawn by the seed %s', (seed) => {
    const drawn = sampleOf(CASES, faultAndStep, seed);
    expect(new Set(drawn.flatMap(faultAndStep))).toEqual(new Set(CASES.flatMap(faultAndStep)));
    expect(drawn.length).toBeLessThanOrEqual(FAULTS.length + STEPS.length);
  });

  it('holds no more than shows something new', () => {
    expect(sampleOf(CASES, fault).map((one) => one.fault)).toHaveLength(FAULTS.length);
    expect(sampleOf(CASES, () => [])).toEqual([]);
  });

  it('is the same for the same seed, in whatever order the cases come', () => {
    expect(sampleOf(CASES.toReversed(), faultAndStep, 7)).toEqual(sampleOf(CASES, faultAndStep, 7));
  });

  it('is another for another seed', () => {
    const samples = STEPS.map((seed) => sampleOf(CASES, fault, seed).map(({ name }) => name));
    expect(new Set(samples.map(String)).size).toBeGreaterThan(1);
  });
});
