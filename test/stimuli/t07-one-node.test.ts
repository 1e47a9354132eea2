import { expect, it } from 'vitest';
import type { Ports } from '../../functions/core/ports.ts';
import type { HttpCall } from '../../functions/core/provider.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';

/** How long the second node still accepts a key that the first one has deleted. */
const LAG_MS = 9_000;
const DELIVERIES = 10;

/**
 * Two nodes behind one balancer. A connection that is open leads to the first node for good; each new connection leads to the next node. The
 * second node answers reads from an older state.
 *
 * @param hidden what the product asks for a connection is not passed on, as if it used one connection for everything
 */
const behindBalancer = async (name: string, { hidden = false } = {}) => {
  const world = await open({ name, order: orderNamed(name), reason: 'leaked' });
  const { ports, sandbox, clock, witness } = world;
  const sent: HttpCall[] = [];
  let opened = 0;
  const send: Ports['send'] = (call, until) => {
    sent.push(call);
    const isNew = !hidden && call.ownConnection === true;
    if (isNew) opened += 1;
    // What is sent is taken in before this returns.
    if (isNew && opened % 2 === 0)
      sandbox.faults.script({ match: { method: 'GET' }, fault: { kind: 'lag', ms: LAG_MS } });
    return ports.send(call, until);
  };
  for (let n = 0; n < DELIVERIES && world.queue.length > 0; n += 1) await world.deliver({ ...ports, send });
  const [receipt] = witness.receipts.filter(({ receipt: { final } }) => final);
  if (receipt === undefined) throw new Error(`Cannot judge ${name}, wanted a final receipt`);
  const deleted = sandbox.applied()[0]?.at ?? clock.now();
  return { world, sent, receipt, lastedMs: receipt.at - deleted };
};

const ORDERS = ['bybit/delete-master-key by itself', 'kalshi/delete-key by itself', 'requesty/delete-key by itself'];

it.each(ORDERS)('T7: one node’s word is not the provider’s (%s)', async (name) => {
  const { world, receipt, lastedMs } = await behindBalancer(name);
  expect(receipt.receipt).toMatchObject({ outcome: 'revoked' });
  // The second node has accepted the key for so long, and was asked.
  expect(lastedMs).toBeGreaterThanOrEqual(LAG_MS);
  const call = receipt.receipt.evidence.findIndex(({ step }) => step === 'call');
  expect(receipt.receipt.evidence.slice(call).map(({ saw }) => saw)).toContain('alive');
  expect(breachesOf(world)).toEqual([]);
});

it.each(ORDERS)(
  'T7: each exchange after the call has a connection of its own, and the probe before it has none (%s)',
  async (name) => {
    const { sent } = await behindBalancer(name);
    const call = sent.findIndex(({ changes }) => changes);
    expect(sent[call - 1]?.ownConnection).toBeUndefined();
    expect(new Set(sent.slice(call + 1).map(({ ownConnection }) => ownConnection))).toEqual(new Set([true]));
  },
);

it('T7: the same probes over one open connection would prove what the second node denies', async () => {
  const { receipt, lastedMs } = await behindBalancer('kalshi/delete-key by itself', { hidden: true });
  expect(receipt.receipt).toMatchObject({ outcome: 'revoked' });
  expect(lastedMs).toBeLessThan(LAG_MS);
});
