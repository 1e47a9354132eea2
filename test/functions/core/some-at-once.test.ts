import { expect, it } from 'vitest';
import { AT_ONCE, someAtOnce } from '../../../functions/core/some-at-once.ts';

it('runs a task for each, so many at once', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await someAtOnce(
    Array.from({ length: 35 }, (_, n) => n),
    async (n) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      done.push(n);
    },
  );
  expect(most).toBe(AT_ONCE);
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 35 }, (_, n) => n));
});

it('tells of a failure once the others are over', async () => {
  const done: number[] = [];
  const work = someAtOnce([0, 1, 2, 3], async (n) => {
    if (n === 0) throw new Error('the first');
    for (let turn = 0; turn < 20; turn += 1) await undefined;
    done.push(n);
  });
  await expect(work).rejects.toThrow('the first');
  expect(done).toEqual([1, 2, 3]);
});
