import { describe, expect, it } from 'vitest';
import { provedAt } from '../proved-at.ts';
import { DELETIONS } from './system/deletions.ts';
import { master, RESTRICTIONS } from './system/orders.ts';
import { type System, systemForEachTest } from './system/system.ts';

const ALL = [...DELETIONS, ...RESTRICTIONS];

const HOUR_MS = 3_600_000;

const nothingApplied = (system: System): void => {
  for (const sandbox of Object.values(system.sandboxes)) {
    expect(sandbox.applied()).toEqual([]);
    expect(sandbox.record.filter(({ method }) => method !== 'GET')).toEqual([]);
  }
};

describe('a dry run', () => {
  const system = systemForEachTest();

  it.each(ALL)('of $name asks, says what it would send, and changes nothing', async ({ arrange }) => {
    const { request, keyId, by } = await arrange(system());
    await system().send({ ...request, dryRun: true, requestId: 'plan' });
    await system().settle();
    nothingApplied(system());
    const [receipt, ...more] = system().receipts();
    expect(more).toEqual([]);
    const signs = keyId === by ? 'the key itself' : 'the managing key';
    expect(receipt).toMatchObject({ outcome: 'planned', keyState: 'alive', dryRun: true, final: true, calls: 0 });
    expect(receipt?.message).toContain(`A real request would send ${request['operation']}, signed by ${signs}`);
    expect(receipt?.evidence.length).toBeGreaterThan(0);
    expect(await system().stuck()).toEqual([]);
    const ledger = await system().ledger();
    expect(ledger).toContain('request#plan#plan');
    expect(ledger).not.toContain('"lease"');
    expect(ledger).toMatch(/"seen":\{"M":\{"[^"]+@/);
  });

  it.each([
    ['widen the key', { readOnly: 0 }, 'would-widen'],
    ['leave it no way to delete itself', { permissions: { Spot: ['SpotTrade'] } }, 'would-become-undeletable'],
  ])('says that an update would be refused that would %s', async (_what, settings, code) => {
    const { secretId, apiKey } = await master(system());
    system().bybit.patch('mainnet', apiKey, { readOnly: 1 });
    const request = { provider: 'bybit', operation: 'update-master-key', target: 'self', settings };
    await system().send({ ...request, secretId, dryRun: true });
    await system().settle();
    expect(system().receipts()[0]).toMatchObject({ outcome: 'planned', calls: 0 });
    expect(system().receipts()[0]?.message).toContain(`A real request would end as refused/${code}`);
  });

  it('does not block the real request of the same id, which then counts what the dry run saw', async () => {
    const [row] = DELETIONS;
    const { request, keyId, provider, world } = (await row?.arrange(system())) ?? {};
    await system().send({ ...request, dryRun: true, requestId: 'twice' });
    await system().settle();
    system().bybit.remove('mainnet', keyId ?? '');
    await system().send({ ...request, requestId: 'twice' });
    await system().settle();
    expect(provider && system()[provider].isAlive(world ?? '', keyId ?? '')).toBe(false);
    expect(system().receipts()).toMatchObject([
      { outcome: 'planned', requestId: 'twice' },
      { outcome: 'already-revoked', requestId: 'twice', keyState: 'gone' },
    ]);
    // Without that sighting the first delete that is refused would be the last.
    const [, said] = system().receipts();
    const { calls = 0, message } = said ?? {};
    expect(calls).toBeGreaterThan(1);
    expect(system().bybit.applied()).toEqual([]);
    const [, since = ''] = /The provider has not known the key since (\S+Z)/.exec(message ?? '') ?? [];
    expect((said === undefined ? Number.NaN : provedAt(said)) - Date.parse(since)).toBeGreaterThanOrEqual(HOUR_MS);
  });
});

describe('the mode observe', () => {
  const system = systemForEachTest({ environment: { MODE: 'observe' } });

  it.each(ALL)('plans $name and touches nothing', async ({ arrange }) => {
    const { request } = await arrange(system());
    await system().send({ ...request, reason: 'leaked' });
    await system().settle();
    nothingApplied(system());
    expect(system().receipts()).toMatchObject([{ outcome: 'planned', dryRun: true, calls: 0 }]);
    expect(await system().ledger()).not.toContain('"lease"');
  });
});
