import { expect, it } from 'vitest';
import type { Fault } from '../../infra/local/sandbox/faults.ts';
import { breachesOf } from '../faults/world/evidence-of.ts';
import { type Case, drain, open, outcomeOf } from '../faults/world/run-case.ts';
import { orderNamed } from '../faults/world/spoilt.ts';
import type { World } from '../faults/world/world.ts';

const REASONS: readonly Case['reason'][] = ['leaked', 'manual'];
const OTHER = '00000000-0000-4000-8000-00000000000f';
const ALL = Number.POSITIVE_INFINITY;

/** What the cache holds: another key's answer to the same question. */
const held = (headers: Readonly<Record<string, string>>): Fault => ({
  kind: 'reply',
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ id: OTHER, name: 'other', permissions: { manage: 'write' } }),
});

const SELF = { method: 'GET', path: /\/apikey\/self$/ };

/** A key that does not name itself, at a provider with a cache in front. */
const behindCache = async (reason: Case['reason'], name = 'requesty/delete-key by itself') => {
  const one: Case = { name, order: orderNamed(name), reason };
  const world = await open(one);
  const calls = () => world.sandbox.record.filter(({ method }) => method === 'DELETE');
  return { one, world, calls };
};

const codes = ({ witness }: World): readonly string[] =>
  witness.receipts.flatMap(({ receipt }) => receipt.evidence.map(({ code }) => code));

it.each(REASONS)(
  'T15: a cache’s record of another key deletes no key, and the right key dies later (%s)',
  async (reason) => {
    const { one, world, calls } = await behindCache(reason);
    world.sandbox.faults.script({ match: SELF, fault: held({ Age: '7' }), times: ALL });
    for (let n = 0; n < 4; n += 1) await world.deliver();
    expect(calls()).toEqual([]);
    expect(world.ledger.items().filter(({ pk }) => pk.startsWith('pin#'))).toEqual([]);
    world.sandbox.faults.clear();
    await drain(one, world);
    expect(outcomeOf(world)).toBe('revoked');
    expect(calls().every(({ path }) => !path.includes(OTHER))).toBe(true);
    expect(breachesOf(world)).toEqual([]);
  },
);

it.each(REASONS)('T15: two answers that name two keys are no verdict, also without an age (%s)', async (reason) => {
  const { one, world, calls } = await behindCache(reason);
  world.sandbox.faults.script({ match: SELF, fault: held({}), skip: 1, times: 1 });
  await world.deliver();
  expect(calls()).toEqual([]);
  await drain(one, world);
  expect(outcomeOf(world)).toBe('revoked');
  expect(calls().every(({ path }) => !path.includes(OTHER))).toBe(true);
  expect(breachesOf(world)).toEqual([]);
});

it('T15: an urgent request that names the key acts on one answer', async () => {
  const { world, calls } = await behindCache('leaked', 'requesty/delete-key of a managing key that names itself');
  world.sandbox.faults.script({ match: SELF, fault: { kind: 'dropBefore' }, times: 1 });
  await world.deliver();
  expect(calls()).not.toEqual([]);
});

it.each(REASONS)('a cache that still refuses a key proves nothing (%s)', async (reason) => {
  const { one, world } = await behindCache(reason, 'kalshi/delete-key by itself');
  const { sandbox } = world;
  const body = JSON.stringify({ error: { code: 'authentication_error', details: 'NOT_FOUND' } });
  const headers = { 'content-type': 'application/json', 'X-Cache': 'HIT' };
  // The call is lost, so that only the probes could tell.
  sandbox.faults.script({ match: { method: 'DELETE' }, fault: { kind: 'dropBefore' }, times: ALL });
  sandbox.faults.script({
    match: { method: 'GET' },
    fault: { kind: 'reply', status: 401, headers, body },
    skip: 1,
    times: ALL,
  });
  await drain(one, world);
  expect(outcomeOf(world)).not.toMatch(/revoked/);
  expect(codes(world)).toContain('from a cache: x-cache');
  expect(breachesOf(world)).toEqual([]);
});

it('a cache in front of every probe is a wait for an undocumented answer', async () => {
  const { world } = await behindCache('leaked', 'kalshi/delete-key by itself');
  const fault: Fault = { kind: 'reply', status: 200, headers: { Age: '1' }, body: '{"api_keys":[]}' };
  world.sandbox.faults.script({ match: { method: 'GET' }, fault, times: ALL });
  for (let n = 0; n < 20; n += 1) await world.deliver();
  const told = world.witness.receipts.map(({ receipt: { outcome, code } }) => `${outcome}/${code}`);
  expect(new Set(told)).toEqual(new Set(['retry/unrecognised']));
  expect(codes(world)).toContain('from a cache: age');
});
