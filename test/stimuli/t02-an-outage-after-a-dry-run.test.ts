import { expect, it } from 'vitest';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { callsIn, met, nobodyIsKnown, play, toldIn } from './play.ts';

const HOUR_MS = 3_600_000;

it.each(['bybit/delete-master-key by itself', 'kalshi/delete-key by itself'])(
  '%s: an hour after a dry run the provider knows nobody: the delete is sent, and no word of death is false',
  async (name) => {
    const world = await open({ name: '', order: orderNamed(name), reason: 'leaked' });
    await met(world);
    const { clock, queue } = world;
    clock.advanceTo(clock.now() + HOUR_MS);
    for (const message of queue) message.visibleAt = clock.now();
    const told = toldIn(await play(world, nobodyIsKnown(world, 10_000)));
    expect(told.at(-1)).toBe('revoked');
    expect(callsIn(world)).toBeGreaterThan(1);
    expect(breachesOf(world)).toEqual([]);
  },
);
