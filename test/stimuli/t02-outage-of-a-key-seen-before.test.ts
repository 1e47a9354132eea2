import { expect, it, vi } from 'vitest';
import { BY_ITSELF, DELETES } from '../worlds/kinds/kind.ts';
import { outageFor } from '../worlds/kinds/outages.ts';
import { drawFor } from '../worlds/life/draw.ts';
import { playWorld } from '../worlds/run-world.ts';

vi.mock('../../infra/local/sandbox/serve-provider.ts', () => import('../faults/simulated/serve-in-process.ts'));

const ORDERS = DELETES.filter((order) => BY_ITSELF.includes(order));

// A dry run saw the key an hour ago. The key was said to be revoked already, without a call.
it.each([2_100, 1_800_000])(
  'an outage of %d ms that began before the request: the key is deleted when the outage is over',
  async (lastsMs) => {
    for (const order of ORDERS)
      for (const reason of ['leaked', 'manual'] as const) {
        const sickness = outageFor(lastsMs, 'from the beginning');
        const draw = drawFor(`T2 ${order.name}`);
        const lived = await playWorld({ name: 'T2', order, reason, isMet: true, sickness, draw });
        expect([lived.name, ...lived.breaches]).toEqual([lived.name]);
        expect(lived.ends).toEqual(['revoked']);
        expect(lived.revokedMs).toBeGreaterThan(lastsMs);
      }
  },
);
