import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { IS_FULL, SEED } from '../campaign/sample.ts';
import { sequences } from './commands/sequences.ts';
import { learnAwaited } from './system/learn-awaited.ts';
import { openStages } from './system/stage.ts';

/**
 * A failure names its seed, its path and its replayPath: with `SEED`, `MODEL_PATH` and `MODEL_REPLAY` set to these it is played again.
 * `MODEL_RUNS` is how many sequences of all providers.
 */
const { MODEL_RUNS = IS_FULL ? '12000' : '400', MODEL_PATH: path, MODEL_REPLAY: replayPath } = process.env;
const seed = SEED;
const runs = Number(MODEL_RUNS);
const HOURS_MS = 12 * 3_600_000;

const stages = await openStages();
const awaited = await learnAwaited(stages);
const lengths: number[] = [];

it.each(stages.map((stage) => [stage.name, stage] as const))(
  '%s goes nowhere where the model does not',
  (_name, stage) =>
    fc.assert(
      sequences({ stage, awaited }, { replayPath }, (steps) => lengths.push(steps)),
      { seed, numRuns: Math.ceil(runs / stages.length), ...(path && { path }) },
    ),
  HOURS_MS,
);

afterAll(() => {
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const facts = `of ${mean.toFixed(1)} steps on average (longest ${Math.max(...lengths)}), seed ${seed}`;
  console.log(`model: ${lengths.length} sequences, ${facts}`);
  expect(lengths.length).toBeGreaterThan(0);
});
