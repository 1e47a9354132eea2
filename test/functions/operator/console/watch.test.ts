import { expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { watched } from '../../../../functions/operator/console/watch.ts';
import { simulatedClock } from '../../../faults/simulated/simulated-clock.ts';
import { NOON } from '../../core/rounds.ts';

/** A watch whose page is the number of the reading, which takes so many seconds. */
const counted = (takes = 0, { signal } = new AbortController()) => {
  const clock = simulatedClock(NOON);
  let readings = 0;
  let [atOnce, most] = [0, 0];
  const read = async (): Promise<string> => {
    readings += 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    const page = `page ${readings}`;
    if (takes > 0) await clock.until(after(clock.now(), takes * 1_000));
    atOnce -= 1;
    return page;
  };
  const watch = watched(read, { clock, signal });
  const seconds = (count: number) => clock.run(clock.until(after(NOON, count * 1_000)));
  return { watch, seconds, readings: () => readings, most: () => most };
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

it('waits for a slow reading, and begins none beside it', async () => {
  const { watch, seconds, readings, most } = counted(12);
  const seen: string[] = [];
  const end = watch.follow((page) => seen.push(page));
  const asked = [6, 11].map((at) => seconds(at).then(watch.latest));
  await seconds(40);
  await Promise.all(asked);
  end();
  expect([readings(), most()]).toEqual([3, 1]);
  expect(seen).toEqual(['page 1', 'page 2']);
});

it('ends where the command ends, though a browser still follows', async () => {
  const abort = new AbortController();
  const { watch, seconds, readings } = counted(0, abort);
  watch.follow(() => undefined);
  await seconds(7);
  abort.abort();
  await seconds(60);
  expect(readings()).toBe(2);
});
