import { expect, it } from 'vitest';
import type { Answer } from '../../../functions/core/answer.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import { breachesOf } from '../world/evidence-of.ts';
import { open } from '../world/run-case.ts';
import { ORDER, reading, spoiled } from '../world/spoilt.ts';
import type { World } from '../world/world.ts';

it('finds nothing where nothing is spoiled', async () => {
  expect(await spoiled((ports) => ports)).toEqual([]);
});

/** Each call is answered with a yes, and none arrives. */
const saidYes = (ports: Ports): Ports => ({
  ...ports,
  send: async (call, until) =>
    call.changes ? { status: 204, headers: {}, body: '', at: ports.clock.now() } : ports.send(call, until),
});

it('finds a living key that is said to be dead', async () => {
  const unlisted: Answer = { saw: 'unlisted', code: '200' };
  const found = await spoiled((ports) => reading(unlisted)(saidYes(ports)));
  expect(found).toContain('L1: revoked while the key lived');
  expect(found).toContain('L1: said to be dead and lives');
});

it('finds a receipt that was not published', async () => {
  const mute = (ports: Ports): Ports => ({ ...ports, outbox: { ...ports.outbox, publish: async () => {} } });
  expect(await spoiled(mute)).toContain('L2: no final receipt');
});

it('finds a receipt that changes from one delivery to the next', async () => {
  const unsteady = (ports: Ports): Ports => ({
    ...ports,
    outbox: {
      ...ports.outbox,
      publish: async (receipt) => {
        await ports.outbox.publish(receipt);
        await ports.outbox.publish({ ...receipt, calls: receipt.calls + 1 });
      },
    },
  });
  expect(await spoiled(unsteady)).toContain('L2: 2 different final receipts of one attempt');
});

it('finds a ledger that forgets what was attempted', async () => {
  const forgetful = (ports: Ports, { ledger }: World): Ports => ({
    ...ports,
    ledger: {
      ...ports.ledger,
      write: async (key, item) => {
        const { attempts, ...rest } = item as unknown as { attempts?: Record<string, object> };
        const emptied = Object.entries(attempts ?? {}).map(([name, work]) => [name, { ...work, calls: 0 }]);
        return ledger.write(key, attempts ? ({ ...rest, attempts: Object.fromEntries(emptied) } as never) : item);
      },
    },
  });
  expect(await spoiled(forgetful)).toContain('L3: a call that is not in the ledger as attempted');
});

it('finds a call about another key', async () => {
  const astray = (ports: Ports, { sandbox, seeded }: World): Ports => ({
    ...ports,
    send: (call, until) => {
      const other = sandbox.keyIds().find((id) => id !== seeded.target) ?? '';
      return ports.send({ ...call, path: call.path.replace(seeded.target, other) }, until);
    },
  });
  const found = await spoiled(astray);
  expect(found.some((breach) => breach.startsWith('L3: a call is about'))).toBe(true);
});

it('finds a call in what was asked as a dry run', async () => {
  const world = await open({ name: '', order: ORDER, reason: 'leaked' });
  Object.assign(world.seeded, { request: { ...world.seeded.request, dryRun: true } });
  await world.deliver();
  expect(breachesOf(world)).toContain('L3: a call, though nobody asked for one');
});

it('finds a call that is repeated without a look in between', async () => {
  const twice = (ports: Ports): Ports => ({
    ...ports,
    send: async (call, until) => {
      const reply = await ports.send(call, until);
      return call.method === 'GET' ? reply : (await ports.send(call, until)) && reply;
    },
  });
  expect(await spoiled(twice)).toContain('L3: a further call after too few readings');
});

it('finds a message that is never done with', async () => {
  const patient = (ports: Ports): Ports => ({
    ...ports,
    send: async () => undefined,
    config: { ...ports.config, giveUpAfterMs: Number.POSITIVE_INFINITY },
  });
  expect(await spoiled(patient)).toContain('L2: the message still waits');
});
