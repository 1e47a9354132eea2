import { expect, it, vi } from 'vitest';
import { BY_ITSELF, UPDATES } from '../worlds/kinds/kind.ts';
import { outageFor } from '../worlds/kinds/outages.ts';
import { drawFor } from '../worlds/life/draw.ts';
import { playWorld } from '../worlds/run-world.ts';

vi.mock('../../infra/local/sandbox/serve-provider.ts', () => import('../faults/simulated/serve-in-process.ts'));

const ORDERS = UPDATES.filter((order) => BY_ITSELF.includes(order));

// A dry run saw the key an hour ago. The update was said to have found it revoked already, without a call.
it.each([2_100, 1_800_000])(
  'an outage of %d ms that began before an update: the key is restricted when the outage is over',
  async (lastsMs) => {
    for (const order of ORDERS) {
      const sickness = outageFor(lastsMs, 'from the beginning');
      const draw = drawFor(`T4 ${order.name}`);
      const lived = await playWorld({ name: 'T4', order, reason: 'manual', isMet: true, sickness, draw });
      expect([lived.name, ...lived.breaches]).toEqual([lived.name]);
      expect(lived.ends).toEqual(['restricted']);
      expect(lived.saidMs).toBeGreaterThan(lastsMs);
    }
  },
);
