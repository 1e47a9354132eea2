import { describe, expect, it } from 'vitest';
import type { Config, Ports } from '../../functions/core/ports.ts';
import type { Fault } from '../../infra/local/sandbox/faults.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { type Case, open, outcomeOf } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import { START } from '../faults/world/world.ts';
import { BANNED } from '../laws/trespasses.ts';

const MINUTE_MS = 60_000;
/** How long Bybit bans an address that asks too often. */
const BAN_MS = 10 * MINUTE_MS;
const BAN: Fault = { kind: 'reply', status: 403, body: '<p>access too frequent</p>' };
/** Far more than come in the time of a ban. */
const MOST_DELIVERIES = 60;

const SELF = 'bybit/delete-master-key by itself';
const NOT_FIXED: Partial<Config> = { egressAddresses: [] };

/** A fleet of processes, each with an address of its own. Some of these addresses the provider bans from the start. */
const fleet = async (
  banned: string,
  {
    order = SELF,
    reason = 'leaked',
    config = NOT_FIXED,
  }: Partial<Pick<Case, 'reason'>> & { order?: string; config?: Partial<Config> } = {},
) => {
  const world = await open({ name: '', order: orderNamed(order), reason });
  const { ports, sandbox, clock } = world;
  const sent: { by: string; method: string; isDuringBan: boolean }[] = [];
  const processOf = (processId: string): Ports => ({
    ...ports,
    processId,
    config: { ...ports.config, ...config },
    send: (call, until) => {
      const isDuringBan = clock.now() < START + BAN_MS;
      sent.push({ by: processId, method: call.method, isDuringBan });
      const isBanned = isDuringBan && banned.includes(processId);
      // What is sent is taken in before this returns.
      if (isBanned) sandbox.faults.script({ match: {}, fault: BAN, name: BANNED });
      return ports.send(call, until);
    },
  });
  const isAlive = (): boolean => sandbox.isAlive(world.seeded.world, world.seeded.target);
  return {
    world,
    sent,
    isAlive,
    /** The next delivery comes to that process. */
    deliverTo: (processId: string) => world.deliver(processOf(processId)),
    /** Which exchanges a process sent while the ban was in force. */
    duringBan: () => sent.filter(({ isDuringBan }) => isDuringBan).map(({ by, method }) => `${by} ${method}`),
    drainTo: async (processId: string) => {
      for (let n = 0; n < MOST_DELIVERIES && world.queue.length > 0; n += 1) await world.deliver(processOf(processId));
    },
    /** A queue may deliver a message before its time. That changes nothing. */
    comesEarly: () => {
      for (const message of world.queue) message.visibleAt = clock.now() + 1_000;
    },
    waitsMs: () => (world.next()?.visibleAt ?? 0) - clock.now(),
  };
};

describe('T13: one process is banned, and others have other addresses', () => {
  it('kills from another process, with one exchange and no probe before it', async () => {
    const { world, deliverTo, drainTo, duringBan, isAlive } = await fleet('A');
    await deliverTo('A');
    expect(isAlive()).toBe(true);
    await deliverTo('B');
    expect(isAlive()).toBe(false);
    expect(world.clock.now() - START).toBeLessThan(10_000);
    expect(duringBan()).toEqual(['A GET', 'B POST']);
    await drainTo('B');
    expect(duringBan()).toEqual(['A GET', 'B POST']);
    expect(outcomeOf(world)).toBe('revoked');
    expect(breachesOf(world)).toEqual([]);
  });

  it('comes back soon to the banned process, which sends nothing', async () => {
    const { world, deliverTo, drainTo, duringBan, waitsMs } = await fleet('A');
    for (let n = 0; n < 8; n += 1) {
      await deliverTo('A');
      expect(waitsMs()).toBeLessThanOrEqual(MINUTE_MS);
    }
    expect(duringBan()).toEqual(['A GET']);
    await deliverTo('B');
    expect(duringBan()).toEqual(['A GET', 'B POST']);
    await drainTo('A');
    expect(outcomeOf(world)).toBe('revoked');
    expect(breachesOf(world)).toEqual([]);
  });

  it('tries from three other processes, and then waits until the ban is over', async () => {
    const { world, deliverTo, drainTo, duringBan, waitsMs, isAlive, comesEarly } = await fleet('ABCDE');
    for (const one of ['A', 'B', 'B', 'C', 'D']) await deliverTo(one);
    const tried = ['A GET', 'B POST', 'C POST', 'D POST'];
    expect(duringBan()).toEqual(tried);
    expect(waitsMs()).toBeGreaterThan(BAN_MS - MINUTE_MS);
    comesEarly();
    await deliverTo('E');
    expect(duringBan()).toEqual(tried);
    expect(isAlive()).toBe(true);
    await drainTo('E');
    expect(outcomeOf(world)).toBe('revoked');
    expect(breachesOf(world)).toEqual([]);
  });

  it('writes down which processes were banned, and who tried', async () => {
    const { world, deliverTo } = await fleet('AB');
    for (const one of ['A', 'B', 'C']) await deliverTo(one);
    const host = world.ledger.items().find(({ pk }) => pk.startsWith('host#')) as unknown as {
      bans: Record<string, number>;
      tries: { by: string; at: number }[];
    };
    expect(Object.keys(host.bans).toSorted()).toEqual(['A', 'B']);
    expect(host.tries.map(({ by }) => by)).toEqual(['B', 'C']);
  });

  it.each([
    ['the addresses are fixed', { config: { egressAddresses: ['192.0.2.1'] } }],
    ['the functions are in a VPC', { config: { ...NOT_FIXED, inVpc: true } }],
    ['the request is not urgent', { reason: 'manual' as const }],
    ['the request is an update', { order: 'bybit/update-master-key by itself' }],
  ])('holds every process back if %s', async (_what, how) => {
    const { world, deliverTo, drainTo, duringBan, waitsMs, comesEarly } = await fleet('A', how);
    await deliverTo('A');
    expect(waitsMs()).toBeGreaterThanOrEqual(BAN_MS - MINUTE_MS);
    comesEarly();
    await deliverTo('B');
    expect(duringBan()).toEqual(['A GET']);
    await drainTo('B');
    expect(outcomeOf(world)).toMatch(/^(revoked|restricted)$/);
    expect(breachesOf(world)).toEqual([]);
  });

  it('kills a key that another key signs for in the same way', async () => {
    const { world, deliverTo, drainTo, duringBan, isAlive } = await fleet('A', {
      order: 'bybit/delete-sub-key by its master',
    });
    await deliverTo('A');
    await deliverTo('B');
    expect(duringBan()).toEqual(['A GET', 'B POST']);
    expect(isAlive()).toBe(false);
    await drainTo('B');
    expect(breachesOf(world)).toEqual([]);
  });

  it('lets three calls leave for all urgent requests together', async () => {
    const { world, deliverTo, duringBan } = await fleet('A');
    await deliverTo('A');
    for (const n of [2, 3, 4, 5]) world.send({ ...world.seeded.request, requestId: `conformance-${n}` });
    for (const one of ['B', 'C', 'D', 'E', 'F']) await deliverTo(one);
    expect(duringBan().filter((line) => line.endsWith('POST')).length).toBeLessThanOrEqual(3);
    expect(duringBan().filter((line) => line.endsWith('GET'))).toEqual(['A GET']);
  });
});
