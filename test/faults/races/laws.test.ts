import { expect, it } from 'vitest';
import type { Answer } from '../../../functions/core/answer.ts';
import type { EpochMs } from '../../../functions/core/epoch.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import type { HttpCall } from '../../../functions/core/provider.ts';
import { breachesOf } from '../world/evidence-of.ts';
import { open } from '../world/run-case.ts';
import { cutOff, ORDER, orderNamed, reading, spoiled } from '../world/spoilt.ts';
import type { World } from '../world/world.ts';
import { atOnceCases, runAtOnce } from './at-once-cases.ts';
import { runSweeps, sweepCases } from './sweep-cases.ts';

const MOST_DELIVERIES = 20;

/** Deliveries of two requests, the key made again by hand in between. */
const madeAgain = async (spoil: (ports: Ports) => Ports, when: 'before its last look' | 'after its end') => {
  const world = await open({ name: '', order: ORDER, reason: 'leaked' });
  const { seeded, witness: seen, sandbox } = world;
  let isMade = false;
  const make = (): void => {
    if (!isMade && !sandbox.isAlive(seeded.world, seeded.target)) {
      isMade = true;
      seen.byHand(() => seeded.byHand['made again by hand']?.now());
    }
  };
  const ports = spoil(world.ports);
  const making = (call: HttpCall, until: EpochMs) => {
    make();
    return ports.send(call, until);
  };
  await world.deliver(when === 'after its end' ? ports : { ...ports, send: making });
  make();
  if (when === 'before its last look') return breachesOf(world);
  const request = { ...seeded.request, requestId: 'another' };
  world.send(request, 1, { ...seeded, request });
  // A key that showed again has to be absent more often.
  for (let n = 0; n < MOST_DELIVERIES && world.queue.length > 0; n += 1) await world.deliver(ports);
  return breachesOf(world);
};

it('finds a key that was made again before the last look, and none in one that was made again later', async () => {
  const unlisted: Answer = { saw: 'unlisted', code: '200' };
  expect(await madeAgain(reading(unlisted), 'before its last look')).toContain('L1: revoked while the key lived');
  expect(await madeAgain((ports) => ports, 'after its end')).toEqual([]);
});

it('finds a key that lives again and that is not reported', async () => {
  const silent = ({ outbox, ...ports }: Ports): Ports => ({
    ...ports,
    outbox: {
      ...outbox,
      publish: async (receipt) => (receipt.outcome === 'resurrected' ? undefined : outbox.publish(receipt)),
    },
  });
  expect(await madeAgain(silent, 'after its end')).toContain('L2: a key that lives again, and is not reported');
});

it('finds a restriction that was not made', async () => {
  const update = orderNamed('bybit/update-sub-key by itself');
  const world = await open({ name: '', order: update, reason: 'leaked' });
  const record = { readOnly: 1, permissions: { Wallet: ['AccountTransfer'] }, ips: [] } as const;
  const ports = reading({ saw: 'alive', code: '0', record })(cutOff(world.ports));
  for (let n = 0; n < MOST_DELIVERIES && world.queue.length > 0; n += 1) await world.deliver(ports);
  expect(breachesOf(world)).toContain('L1: said to be restricted and is not');
});

/** Believes that it holds the case, although another delivery does. */
const greedy = (ports: Ports): Ports => {
  const { ledger } = ports;
  let holder: string | undefined;
  const read: Ports['ledger']['read'] = async (key) => {
    const item = (await ledger.read(key)) as { lease?: { until: number } } | undefined;
    if (item?.lease === undefined) return item as never;
    return { ...item, lease: holder && { ...item.lease, holder } } as never;
  };
  const write: Ports['ledger']['write'] = async (key, item) => {
    holder ??= (item as { lease?: { holder: string } }).lease?.holder;
    const { rev = 0, lease } = ((await ledger.read(key)) ?? {}) as { rev?: number; lease?: object };
    return ledger.write(key, { ...item, ...(lease && { lease }), rev: rev + 1 } as never);
  };
  return { ...ports, ledger: { ...ledger, read, write } };
};

it('finds a call by who does not hold the case', async () => {
  const world = await open({ name: '', order: ORDER, reason: 'leaked' });
  const { seeded, queue, clock } = world;
  const request = { ...seeded.request, requestId: 'another' };
  world.send(request, 1, { ...seeded, request });
  await clock.run(Promise.all(queue.map((message) => world.begin(message, greedy(world.ports)))));
  expect(breachesOf(world)).toContain('L3: a call without the lease');
});

it('finds a case that is not let go', async () => {
  const clinging = (ports: Ports, { ledger }: World): Ports => ({
    ...ports,
    ledger: {
      ...ports.ledger,
      write: async (key, item) => {
        const { lease } = ((await ledger.read(key)) ?? {}) as { lease?: object };
        return ledger.write(key, { ...item, ...(lease && !('lease' in item && item.lease) ? { lease } : {}) } as never);
      },
    },
  });
  expect(await spoiled(clinging)).toContain('L2: a lease that is still held');
});

it('finds sweeps that make an order of each tick', async () => {
  const [one] = sweepCases(ORDER);
  if (one === undefined) throw new Error('Cannot sweep without a case');
  let ticks = 0;
  const forgetful = (ports: Ports): Ports => ({ ...ports, digest: (text) => ports.digest(`${text} ${++ticks}`) });
  const { breaches } = await runSweeps(one, forgetful);
  expect(breaches.some((breach) => breach.endsWith('more requests of one tag'))).toBe(true);
});

it('finds a request that gets the answer to another one under its id', async () => {
  const [one] = (await atOnceCases(ORDER)).filter(({ crowd }) => crowd.name === 'another request under its id');
  if (one === undefined) throw new Error('Cannot send two requests under one id without a case');
  expect((await runAtOnce(one)).breaches).toEqual([]);
  const alike = (ports: Ports): Ports => ({ ...ports, digest: () => 'alike' });
  const { breaches } = await runAtOnce(one, alike);
  expect(breaches).toContain('L2: 1 of 2 requests under one id got an answer');
});
