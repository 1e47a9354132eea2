import { expect, it } from 'vitest';
import { toIso } from '../../../functions/core/epoch.ts';
import { evidenceOf } from './evidence-of.ts';
import { drain, open } from './run-case.ts';
import { ORDER, orderNamed } from './spoilt.ts';
import { START } from './world.ts';

const askedWith = async (fields: Readonly<Record<string, unknown>>, order = ORDER) =>
  evidenceOf(await open({ name: '', order, reason: 'manual', fields })).asked;

it.each([
  ['urgent', { reason: 'leaked' }, { isUrgent: true }],
  ['as urgent in an incident', { reason: 'incident' }, { isUrgent: true }],
  ['not urgent', { reason: 'offboarded' }, { isUrgent: false }],
  ['a dry run, which may do nothing', { dryRun: true }, { allows: 'nothing' }],
  ['one for later', { notBefore: toIso(START) }, { dueAt: START }],
  ['a delete with one attempt', {}, { isUpdate: false, attempts: 1, requestIds: ['conformance-1'] }],
])('knows a request that is %s', async (_what, fields, known) => {
  expect(await askedWith(fields)).toMatchObject([known]);
});

it('knows the most that an update may leave its key, and who else may sign it', async () => {
  const [asked] = await askedWith({}, orderNamed('bybit/update-sub-key by its master'));
  expect(asked).toMatchObject({ isUpdate: true, provider: 'bybit', narrow: { readOnly: 1 } });
  expect(asked?.signers).toHaveLength(2);
});

it('counts the attempts that were put on the queue', async () => {
  const world = await open({ name: '', order: ORDER, reason: 'manual' });
  world.send(world.seeded.request, 3);
  world.send(world.seeded.request, 2);
  expect(evidenceOf(world).asked).toMatchObject([{ attempts: 3 }]);
});

it('joins what was seen to leave with what the provider recorded of it', async () => {
  const one = { name: '', order: ORDER, reason: 'manual' as const };
  const world = await open(one);
  await drain(one, world);
  const { seen, said, providers } = evidenceOf(world);
  expect(seen.map(({ seq, method, status, keyId }) => ({ seq, method, status, keyId }))).toEqual(
    world.sandbox.record.map(({ seq, method, status, keyId }) => ({ seq, method, status, keyId })),
  );
  const call = seen.find(({ isCall }) => isCall);
  expect(call).toMatchObject({ method: 'DELETE', isAlive: false, of: 'conformance-1', attempt: 1, provider: 'kalshi' });
  expect(providers['kalshi']?.changes).toEqual([call?.applied]);
  expect(said).toMatchObject([{ isAlive: false, after: { kalshi: seen.length } }]);
});
