import { expect, it, vi } from 'vitest';
import { BY_ITSELF } from '../worlds/kinds/kind.ts';
import { outageFor } from '../worlds/kinds/outages.ts';
import { drawFor } from '../worlds/life/draw.ts';
import { playWorld } from '../worlds/run-world.ts';

vi.mock('../../infra/local/sandbox/serve-provider.ts', () => import('../faults/simulated/serve-in-process.ts'));

const LENGTHS = [2_100, 1_800_000];
const WHEN = ['from the call on', 'after the call'] as const;
const CASES = LENGTHS.flatMap((lastsMs) => WHEN.map((when) => [lastsMs, when] as const));

// While every key is answered as unknown, the call is too, or it is not. A living key was said to be revoked after 2.1 s.
it.each(CASES)('an outage of %d ms %s: no word is false, and the key is dead in the end', async (lastsMs, when) => {
  for (const order of BY_ITSELF) {
    const sickness = outageFor(lastsMs, when);
    const draw = drawFor(`T1 ${order.name}`);
    const lived = await playWorld({ name: 'T1', order, reason: 'leaked', isMet: false, sickness, draw });
    expect([lived.name, ...lived.breaches]).toEqual([lived.name]);
    expect(lived.ends).toEqual([order.ends.leaked]);
    expect(lived.isStruck).toBe(true);
  }
});
