import { expect, it } from 'vitest';
import type { Ports } from '../../functions/core/ports.ts';
import type { MaybeReply } from '../../functions/core/provider.ts';
import { SANDBOX_OF } from '../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from '../faults/orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../faults/orders/providers-under-test.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { open, postpone } from '../faults/world/run-case.ts';
import type { World } from '../faults/world/world.ts';

const MOST_DELIVERIES = 30;

/** An order by a master, whose sub account fills two pages. */
const onTwoPages = (operation: 'update' | 'delete'): OrderUnderTest => {
  const name = `bybit/${operation}-sub-key by its master`;
  const order = PROVIDERS_UNDER_TEST.bybit.find((one) => one.name === name) as OrderUnderTest;
  return {
    ...order,
    seed: async (now) => {
      const seed = await order.seed(now);
      const account = SANDBOX_OF.bybit.cast.account(seed.sandbox as never, 0);
      for (let n = 10; n < 35; n += 1) account.key(n);
      return seed;
    },
  };
};

interface Page {
  readonly result: { readonly result: readonly { readonly apiKey: string }[]; readonly nextPageCursor: string };
}

/** A page of keys without those rows. */
const without = (reply: MaybeReply, keyIds: readonly string[]): MaybeReply => {
  if (reply === undefined) return reply;
  const page = JSON.parse(reply.body) as Page;
  const rows = page.result.result.filter(({ apiKey }) => !keyIds.includes(apiKey));
  return { ...reply, body: JSON.stringify({ ...page, result: { ...page.result, result: rows } }) };
};

/** Lists that lack rows. @param lacks the rows that the walk with that number lacks, from 1 */
const lacking = ({ ports }: World, lacks: (walk: number) => readonly string[]): Ports => {
  let walk = 0;
  return {
    ...ports,
    send: async (call, until) => {
      const reply = await ports.send(call, until);
      if (!call.path.startsWith('/v5/user/sub-apikeys')) return reply;
      if (!call.path.includes('cursor=')) walk += 1;
      return without(reply, lacks(walk));
    },
  };
};

/** The world of an order whose key a dry run has seen alive. */
const met = async (operation: 'update' | 'delete'): Promise<World> => {
  const world = await open({ name: 'T8', order: onTwoPages(operation), reason: 'manual' });
  const { seeded, send, begin, clock } = world;
  const request = { ...seeded.request, requestId: 'met-before', dryRun: true };
  await clock.run(begin(send(request, 1, { ...seeded, request })));
  return world;
};

const carryOut = async (world: World, ports: Ports, lastsMs = 0): Promise<readonly string[]> => {
  const from = world.clock.now();
  for (let n = 0; world.queue.length > 0 && n < MOST_DELIVERIES; n += 1) {
    postpone(world, n);
    const isSick = (world.next()?.visibleAt ?? 0) < from + lastsMs || lastsMs === 0;
    await world.deliver(isSick ? ports : world.ports);
  }
  const ended = world.witness.receipts.filter(({ receipt }) => receipt.requestId !== 'met-before' && receipt.final);
  return ended.map(({ receipt }) => receipt.outcome);
};

it.each([
  ['update', 'restricted'],
  ['delete', 'revoked'],
] as const)('T8: a list replica that lacks the row for two walks proves nothing: %s', async (operation, expected) => {
  const world = await met(operation);
  const outcomes = await carryOut(
    world,
    lacking(world, (walk) => (walk <= 2 ? [world.seeded.target] : [])),
  );
  expect([outcomes, breachesOf(world)]).toEqual([[expected], []]);
});

it('T8: pages that shift in each walk prove nothing for as long as they shift', async () => {
  const world = await met('update');
  const shifting = lacking(world, (walk) => [world.seeded.target, `SUBKEYexample${10 + (walk % 7)}0000`]);
  const outcomes = await carryOut(world, shifting, 10 * 60_000);
  expect([outcomes, breachesOf(world)]).toEqual([['restricted'], []]);
  expect(world.witness.receipts.flatMap(({ receipt }) => receipt.evidence).map(({ code }) => code)).toContain(
    'walks differ',
  );
});
