import { expect, it } from 'vitest';
import { rampedTo } from '../../../../infra/local/lambda/ramp.ts';

it.each([
  ['at once', 0, 20, 5],
  ['before the first second is over', 999, 20, 5],
  ['after a second', 1_000, 20, 10],
  ['after a minute, without a limit', 60_000, 1_000, 305],
  ['up to the limit of the mapping', 60_000, 20, 20],
  ['at once, by a lower limit', 0, 2, 2],
])('starts batches as Lambda does: %s', (_when, busyMs, most, batches) => expect(rampedTo(busyMs, most)).toBe(batches));
