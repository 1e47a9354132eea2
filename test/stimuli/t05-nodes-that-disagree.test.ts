import { expect, it } from 'vitest';
import { seededRandom } from '../faults/outages/seeded-random.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { isEnough, play, toldIn, withNodes } from './play.ts';

const ORDER = orderNamed('kalshi/delete-key by itself');
const RUNS = 12;
// By chance the two probes right after the call are refused. That was so, or came later, in 12, 38, 93 and 100 of 100 runs.
it.each([
  [0.05, 1],
  [0.1, 1],
  [0.25, 3],
  [0.5, 6],
])(
  'a share of %d of the nodes refuses the key: at most %d of twelve runs say gone, and none soon after a sighting',
  async (share, most) => {
    let deaths = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const random = seededRandom(1_000 * share + run * 7_919);
      const world = await open({ name: '', order: ORDER, reason: 'leaked' });
      const { ports, asked } = withNodes(world, () => random() >= share);
      const told = toldIn(await play(world, ports));
      expect(['revoked', 'stuck no-effect']).toContain(told.at(-1));
      if (told.at(-1) !== 'revoked') continue;
      deaths += 1;
      expect([run, isEnough(asked)]).toEqual([run, true]);
    }
    expect(deaths).toBeLessThanOrEqual(most);
  },
);
