import { expect, it } from 'vitest';
import { seededRandom } from '../faults/outages/seeded-random.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { isEnough, play, toldIn, withNodes } from './play.ts';

const ORDER = orderNamed('kalshi/delete-key by itself');
const MINUTE_MS = 60_000;

// It was said in 60 of 60 runs while up to 70 % of the nodes accepted the key.
it.each([
  [0.7, 0],
  [0.5, 1],
  [0.3, 4],
])(
  'reads flap for 15 minutes with %d of the nodes accepting: in at most %d of ten runs the key is gone before they are over',
  async (accepting, most) => {
    const early: number[] = [];
    for (let run = 0; run < 10; run += 1) {
      const random = seededRandom(100 * accepting + run * 104_729);
      const world = await open({ name: '', order: ORDER, reason: 'manual' });
      const startedAt = world.clock.now();
      const isOver = (at: number): boolean => at >= startedAt + 15 * MINUTE_MS;
      const { ports, asked } = withNodes(world, (at) => !isOver(at) && random() < accepting);
      const told = toldIn(await play(world, ports));
      expect(['revoked', 'stuck no-effect']).toContain(told.at(-1));
      if (told.at(-1) === 'revoked') expect([run, isEnough(asked)]).toEqual([run, true]);
      const flapped = asked.some(({ isHonoured }) => isHonoured);
      if (flapped && told.at(-1) === 'revoked' && !isOver(world.clock.now())) early.push(run);
    }
    // Twelve refusals in a row come by chance where most nodes refuse. The settle window is for these.
    expect(early.length).toBeLessThanOrEqual(most);
  },
);

it('a key that flaps for some seconds is gone ten gaps after it was last seen', async () => {
  const world = await open({ name: '', order: ORDER, reason: 'leaked' });
  const startedAt = world.clock.now();
  const { ports, asked } = withNodes(world, (at) => at < startedAt + 3_000);
  expect(toldIn(await play(world, ports)).at(-1)).toBe('revoked');
  const seenAt = asked.findLast(({ isHonoured }) => isHonoured)?.at ?? 0;
  expect(world.clock.now() - seenAt).toBeGreaterThanOrEqual(20_000);
});

it('a key that never shows after its delete is gone within five seconds', async () => {
  const world = await open({ name: '', order: ORDER, reason: 'leaked' });
  const startedAt = world.clock.now();
  expect(toldIn(await play(world))).toEqual(['revoked']);
  expect(world.clock.now() - startedAt).toBeLessThan(5_000);
});
