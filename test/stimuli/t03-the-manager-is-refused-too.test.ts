import { expect, it } from 'vitest';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { met, nobodyIsKnown, play, toldIn } from './play.ts';

it.each([
  'bybit/delete-sub-key by its master',
  'kalshi/delete-key by a managing key, with its secret',
  'requesty/delete-key by a managing key, with its secret',
])('%s: the provider knows neither key for a time, and then the target is deleted', async (name) => {
  for (const lastsMs of [2_100, 60_000, 600_000]) {
    const world = await open({ name: '', order: orderNamed(name), reason: 'leaked' });
    await met(world);
    const told = toldIn(await play(world, nobodyIsKnown(world, lastsMs)));
    expect([lastsMs, told.at(-1)]).toEqual([lastsMs, 'revoked']);
    expect(breachesOf(world)).toEqual([]);
  }
});
