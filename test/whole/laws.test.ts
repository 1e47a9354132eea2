import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../functions/core/receipt.ts';
import { FAULT_TABLE, forEachSandbox } from '../../infra/local/sandbox/index.ts';
import { provedAt } from '../proved-at.ts';
import type { Arranged, OrderRow } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';
import { CROSSED, counted, isCrossed, outcomeOf, untrue } from './system/truth.ts';

const LONG = 600_000;
const system = systemForEachTest({
  exchangeMs: 150,
  // A lost reply to a key that deletes itself takes an hour.
  environment: { GIVE_UP_AFTER_SECONDS: '7200' },
  // A reply that comes later than we wait is none, whether we wait for it or not.
  ...forEachSandbox(() => ({ sleep: () => new Promise<never>(() => {}) })),
});

const count = counted('faults of the whole system');

const EXCHANGES = [
  { which: 'calls', methods: ['POST', 'DELETE'] },
  { which: 'probes', methods: ['GET'] },
] as const;

describe.each(EXCHANGES)('where a provider fails at its $which', ({ which, methods }) => {
  it.each(CROSSED)(
    'nothing is said that is not so, and nothing is lost: $name',
    async ({ arrange, index }) => {
      const problems: string[] = [];
      for (const [n, { name, fault }] of FAULT_TABLE.entries()) {
        if (!isCrossed(n + index, CROSSED.length)) continue;
        const requestId = `faulty-${n}`;
        const arranged = await arrange(system(), n);
        const { faults } = system()[arranged.provider];
        const skip = which === 'probes' && n % 3 > 0 ? 1 : 0;
        for (const method of methods) faults.script({ match: { method, keyId: arranged.by }, fault, skip, times: 2 });
        await system().send({ ...arranged.request, requestId, reason: n % 2 === 0 ? 'leaked' : 'manual' });
        await system().settle(200, 12);
        faults.clear();
        const end = outcomeOf(system(), requestId);
        const { length: copies } = await system().stuck();
        const found = [...untrue(system(), arranged, requestId)];
        if (copies !== (end.startsWith('stuck') ? 1 : 0)) found.push(`${copies} copies`);
        problems.push(...count(found).map((problem) => `${name}: ${problem} (${end})`));
      }
      expect(problems.join('\n')).toBe('');
    },
    LONG,
  );
});

const HOUR_MS = 3_600_000;

const lost = async (arranged: Arranged): Promise<void> => {
  const { request, provider } = arranged;
  const { faults } = system()[provider];
  for (const method of ['POST', 'DELETE']) faults.script({ match: { method }, fault: { kind: 'dropAfter' } });
  await system().send(request);
  await system().settle();
};

/** From the first call to the end. */
const proofTook = (receipt: Receipt): number => provedAt(receipt) - Date.parse(receipt.times.calledAt ?? '');

const isOwnDelete = ({ name }: OrderRow): boolean => name.includes('delete') && name.includes('by itself');

describe('a call whose reply is lost after it was carried out', () => {
  it.each(CROSSED.filter((row) => !isOwnDelete(row)))(
    'is found out by probes, and carried out once: $name',
    async ({ arrange, name }) => {
      const arranged = await arrange(system());
      const { provider, world, keyId } = arranged;
      await lost(arranged);
      expect(system()[provider].applied()).toHaveLength(1);
      expect(system()[provider].isAlive(world, keyId)).toBe(name.includes('update'));
      const outcome = name.includes('update') ? 'restricted' : 'revoked';
      // A managing key sends a delete once more, and that one is refused.
      expect(system().receipts()).toMatchObject([{ outcome, calls: name.includes('update') ? 1 : 2 }]);
      const [receipt] = system().receipts();
      expect(receipt?.evidence.find(({ step }) => step === 'call')).toMatchObject({ saw: 'silent' });
      if (outcome === 'revoked') expect(receipt && proofTook(receipt)).toBeLessThan(60_000);
    },
  );

  it.each(CROSSED.filter(isOwnDelete))(
    'is told from an outage after an hour, where the key signs for itself, and goes out again until then: $name',
    async ({ arrange }) => {
      const arranged = await arrange(system());
      const { provider, world, keyId } = arranged;
      await lost(arranged);
      expect(system()[provider].applied()).toHaveLength(1);
      expect(system()[provider].isAlive(world, keyId)).toBe(false);
      const [receipt, ...more] = system().receipts();
      expect(more).toEqual([]);
      expect(receipt).toMatchObject({ outcome: 'revoked', keyState: 'gone' });
      expect(receipt && proofTook(receipt)).toBeGreaterThanOrEqual(HOUR_MS);
      const calls = system()[provider].record.filter(({ method }) => method !== 'GET');
      expect(calls.length).toBeGreaterThan(1);
      expect(receipt?.calls).toBe(calls.length);
      expect(calls.slice(1).filter(({ applied }) => applied !== undefined)).toEqual([]);
    },
  );
});
