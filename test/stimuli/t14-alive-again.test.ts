import { expect, it } from 'vitest';
import type { AttendedSandbox } from '../../infra/local/sandbox/index.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { throughWindows } from '../faults/world/through-windows.ts';
import { callsIn, play, toldIn } from './play.ts';

it.each(['bybit/delete-sub-key by its master', 'kalshi/delete-key by itself', 'requesty/delete-key by itself'])(
  '%s: a key that is alive again after its end is reported, and its request kills it again',
  async (name) => {
    const world = await open({ name: '', order: orderNamed(name), reason: 'manual' });
    await play(world);
    expect(toldIn(world)).toEqual(['revoked']);
    (world.sandbox as unknown as AttendedSandbox).revive(world.seeded.world, world.seeded.target);
    await throughWindows(world);
    expect(toldIn(world)).toEqual(['revoked', 'resurrected …', 'revoked', 'confirmed …']);
    expect(world.sandbox.isAlive(world.seeded.world, world.seeded.target)).toBe(false);
    expect(callsIn(world)).toBe(2);
    expect(breachesOf(world)).toEqual([]);
  },
);
