import { expect, it } from 'vitest';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { met, nobodyIsKnown, play, toldIn } from './play.ts';

it.each(['bybit/update-master-key by itself', 'bybit/update-sub-key by itself', 'bybit/update-sub-key by its master'])(
  '%s: the provider knows nobody for a time, and then the key is restricted',
  async (name) => {
    for (const lastsMs of [5_000, 600_000]) {
      const world = await open({ name: '', order: orderNamed(name), reason: 'leaked' });
      await met(world);
      const told = toldIn(await play(world, nobodyIsKnown(world, lastsMs)));
      expect([lastsMs, told.at(-1)]).toEqual([lastsMs, 'restricted']);
      expect(breachesOf(world)).toEqual([]);
    }
  },
);
