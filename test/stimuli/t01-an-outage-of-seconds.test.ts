import { expect, it } from 'vitest';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { nobodyIsKnown, play, toldIn } from './play.ts';

it.each(['bybit/delete-master-key by itself', 'kalshi/delete-key by itself', 'requesty/delete-key by itself'])(
  '%s: after the first probe the provider knows nobody for a time, and the key is deleted when that is over',
  async (name) => {
    for (const lastsMs of [2_100, 10_000, 600_000]) {
      const world = await open({ name: '', order: orderNamed(name), reason: 'leaked' });
      let isMet = false;
      let during = world.ports.send;
      const send: typeof during = async (call, until) => {
        const reply = await during(call, until);
        if (!isMet) during = nobodyIsKnown(world, lastsMs).send;
        isMet = true;
        return reply;
      };
      const told = toldIn(await play(world, { ...world.ports, send }));
      expect([lastsMs, told.at(-1), world.sandbox.isAlive(world.seeded.world, world.seeded.target)]).toEqual([
        lastsMs,
        'revoked',
        false,
      ]);
      expect(breachesOf(world)).toEqual([]);
    }
  },
);
