import { describe, expect, it } from 'vitest';
import type { Ports } from '../../functions/core/ports.ts';
import type { OrderUnderTest } from '../faults/orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../faults/orders/providers-under-test.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { type Case, open, postpone } from '../faults/world/run-case.ts';
import { START, type World } from '../faults/world/world.ts';

const MINUTE = 60_000;
const MOST_DELIVERIES = 40;
const ORDER = 'bybit/delete-sub-key by its master, with its secret';

const refusal = (retCode: number) =>
  ({
    kind: 'reply',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ retCode, retMsg: '', result: {} }),
  }) as const;

/** A list replica that lacks every key from the second reading on. */
const withoutRows = ({ ports }: World): Ports => {
  let readings = 0;
  return {
    ...ports,
    send: async (call, until) => {
      const reply = await ports.send(call, until);
      if (!call.path.startsWith('/v5/user/sub-apikeys') || reply?.status !== 200) return reply;
      readings += 1;
      return readings === 1 ? reply : { ...reply, body: '{"retCode":0,"result":{"result":[],"nextPageCursor":""}}' };
    },
  };
};

/** The key is sighted once. Then its own probe gets that code, no list has it, and the first delete is accepted and does nothing. */
const limited = async (retCode: number, reason: Case['reason'], lastsMs: number): Promise<World> => {
  const order = PROVIDERS_UNDER_TEST.bybit.find(({ name }) => name === ORDER) as OrderUnderTest;
  const world = await open({ name: 'T11', order, reason });
  const { seeded, sandbox } = world;
  const sick = withoutRows(world);
  const own = { keyId: seeded.target, path: '^/v5/user/query-api' };
  sandbox.faults.script({ match: own, fault: refusal(retCode), skip: 1, times: Number.POSITIVE_INFINITY });
  sandbox.faults.script({ match: { method: 'POST' }, fault: refusal(0) });
  for (let n = 0; world.queue.length > 0 && n < MOST_DELIVERIES; n += 1) {
    postpone(world, n);
    const isOver = (world.next()?.visibleAt ?? 0) >= START + lastsMs;
    if (isOver) sandbox.faults.clear();
    await world.deliver(isOver ? world.ports : sick);
  }
  return world;
};

const endOf = ({ witness }: World) => witness.receipts.find(({ receipt }) => receipt.final)?.receipt;

describe.each([10006, 10010])('T11: the key’s own probe answers %i, and the list lacks the key', (retCode) => {
  it.each(['leaked', 'manual'] as const)('it is not dead, and an hour of doubt is for a person: %s', async (reason) => {
    const world = await limited(retCode, reason, Number.POSITIVE_INFINITY);
    const { outcome, code, message, calls = 0 } = endOf(world) ?? {};
    expect([outcome, code, breachesOf(world)]).toEqual(['stuck', 'unproven', []]);
    expect(message).toContain(`has answered the key with ${retCode}`);
    expect(calls).toBe(1);
  });

  it.each(['leaked', 'manual'] as const)('the key is killed where the doubt is over sooner: %s', async (reason) => {
    const world = await limited(retCode, reason, 10 * MINUTE);
    expect([endOf(world)?.outcome, breachesOf(world)]).toEqual(['revoked', []]);
  });
});
