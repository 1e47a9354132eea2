import { expect, it } from 'vitest';
import { watched } from '../../../../functions/operator/console/watch.ts';
import { simulatedClock } from '../../../faults/simulated/simulated-clock.ts';
import { NOON } from '../../core/rounds.ts';

/** A watch whose page is the number of the reading. */
const counted = () => {
  const clock = simulatedClock(NOON);
  let readings = 0;
  const watch = watched(async () => {
    readings += 1;
    return `page ${readings}`;
  }, clock);
  const seconds = (count: number) => clock.run(clock.until((NOON + count * 1_000) as typeof NOON));
  return { watch, seconds, readings: () => readings };
};

it('reads nothing while nobody looks', async () => {
  const { seconds, readings } = counted();
  await seconds(60);
  expect(readings()).toBe(0);
});

it('reads once in five seconds, however many look, and ends when the last one leaves', async () => {
  const { watch, seconds, readings } = counted();
  const seen: string[] = [];
  const ends = [1, 2, 3].map((who) => watch.follow((page) => seen.push(`${who}: ${page}`)));
  await seconds(12);
  expect(readings()).toBe(3);
  expect(seen.slice(0, 3)).toEqual(['1: page 1', '2: page 1', '3: page 1']);
  expect(seen).toHaveLength(9);
  for (const end of ends) end();
  await seconds(60);
  expect(readings()).toBe(3);
});

it('gives a reading of the last five seconds to each who asks', async () => {
  const { watch, seconds, readings } = counted();
  expect([await watch.latest(), await watch.latest()]).toEqual(['page 1', 'page 1']);
  await seconds(5);
  expect([await watch.latest(), readings()]).toEqual(['page 2', 2]);
});
