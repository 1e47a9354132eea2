import { expect, it } from 'vitest';
import type { BybitSandbox } from '../../infra/local/sandbox/bybit/bybit-sandbox.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { play, toldIn } from './play.ts';

const FREE = { readOnly: 0, permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] }, ips: ['*'] } as const;
const MINUTE_MS = 60_000;

it.each(['bybit/update-sub-key by its master', 'bybit/update-sub-key by itself'])(
  '%s: reads come from a replica 10 s behind, where the key is still as asked: restricted is said after a call',
  async (name) => {
    const world = await open({ name: '', order: orderNamed(name), reason: 'leaked' });
    const { seeded, clock, queue } = world;
    const sandbox = world.sandbox as typeof world.sandbox & BybitSandbox;
    sandbox.patch(seeded.world, seeded.target, {
      readOnly: 1,
      permissions: { Wallet: ['AccountTransfer'] },
      ips: ['*'],
    });
    clock.advanceTo(clock.now() + MINUTE_MS);
    sandbox.patch(seeded.world, seeded.target, FREE);
    sandbox.faults.script({
      match: { method: 'GET' },
      fault: { kind: 'lag', ms: 10_000 },
      times: Number.POSITIVE_INFINITY,
    });
    for (const message of queue) message.visibleAt = clock.now();
    expect(toldIn(await play(world)).at(-1)).toBe('restricted');
    expect(world.sandbox.record.filter(({ method }) => method !== 'GET')).not.toEqual([]);
    expect(breachesOf(world)).toEqual([]);
  },
);

it('an urgent update of a key that is wider than asked leaves one gap after the first reading', async () => {
  const world = await open({ name: '', order: orderNamed('bybit/update-sub-key by its master'), reason: 'leaked' });
  const startedAt = world.clock.now();
  expect(toldIn(await play(world))).toEqual(['restricted']);
  const call = world.sandbox.record.find(({ method }) => method !== 'GET');
  expect((call?.at ?? 0) - startedAt).toBeLessThan(2_500);
  expect(world.clock.now() - startedAt).toBeLessThan(5_000);
});
