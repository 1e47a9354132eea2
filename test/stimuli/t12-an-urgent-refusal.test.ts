import { expect, it } from 'vitest';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { nobodyIsKnown, play, toldIn } from './play.ts';

const MINUTE_MS = 60_000;

it.each([
  ['kalshi/delete-key by itself', 'stuck/not-recognised'],
  ['bybit/delete-master-key by itself', 'stuck/not-recognised'],
  ['kalshi/delete-key by a managing key', 'stuck/credential-refused'],
  ['bybit/delete-sub-key by its master', 'stuck/credential-refused'],
])('%s: an outage of 5 s is reported at once and retried, and then the key is deleted', async (name, wouldEnd) => {
  const world = await open({ name: '', order: orderNamed(name), reason: 'leaked' });
  const startedAt = world.clock.now();
  await play(world, nobodyIsKnown(world, 5_000));
  expect([toldIn(world)[0], toldIn(world).at(-1)]).toEqual(['retry refused-for-now …', 'revoked']);
  expect(world.witness.receipts[0]?.receipt).toMatchObject({ wouldEnd });
  expect(world.witness.receipts[0]?.at).toBeLessThan(startedAt + 5_000);
  expect(breachesOf(world)).toEqual([]);
});

it.each([
  ['leaked', 15],
  ['manual', 60],
] as const)(
  'a key that is wrong for good (%s) is reported at once, and ends after %d minutes',
  async (reason, minutes) => {
    const world = await open({ name: '', order: orderNamed('kalshi/delete-key by a managing key'), reason });
    const startedAt = world.clock.now();
    await play(world, nobodyIsKnown(world, 24 * 60 * MINUTE_MS));
    const told = toldIn(world);
    expect([told[0], told.at(-1)]).toEqual(['retry refused-for-now …', 'stuck credential-refused']);
    const end = world.witness.receipts.at(-1);
    expect((end?.at ?? 0) - startedAt).toBeGreaterThanOrEqual(minutes * MINUTE_MS);
    expect((end?.at ?? 0) - startedAt).toBeLessThan((minutes + 21) * MINUTE_MS);
  },
);
