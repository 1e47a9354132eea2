import { describe, expect, it } from 'vitest';
import { DELETIONS } from './system/deletions.ts';
import { RESTRICTIONS } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

describe('every deletion', () => {
  it.each(DELETIONS)('$name ends revoked, and the provider has it no longer', async ({ arrange }) => {
    const { request, provider, world, keyId, by } = await arrange(system());
    expect(system()[provider].isAlive(world, keyId)).toBe(true);
    await system().send(request);
    await system().settle();
    expect(system()[provider].isAlive(world, keyId)).toBe(false);
    expect(system()[provider].applied()).toMatchObject([{ world, keyId, by, kind: 'deleted' }]);
    const self = keyId === by;
    const [receipt, ...more] = system().receipts();
    expect(more).toEqual([]);
    expect(receipt).toMatchObject({ outcome: 'revoked', keyState: 'gone', code: null, final: true, calls: 1 });
    expect(receipt?.signer?.as).toBe(self ? 'self' : 'managing');
    expect(await system().stuck()).toEqual([]);
    expect(await system().waiting()).toEqual([]);
  });
});

describe('every restriction', () => {
  it.each(RESTRICTIONS)('$name ends restricted, and the key holds no more than asked', async ({ arrange }) => {
    const { request, world, keyId, by } = await arrange(system());
    await system().send(request);
    await system().settle();
    expect(system().bybit.applied()).toMatchObject([{ world, keyId, by, kind: 'updated' }]);
    const { readOnly, permissions, alive } = system().bybit.key(world, keyId);
    const held = Object.entries(permissions).filter(([, names]) => names.length > 0);
    expect({ readOnly, alive, held: Object.fromEntries(held) }).toEqual({
      readOnly: 1,
      alive: true,
      held: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] },
    });
    expect(system().receipts()).toMatchObject([
      { outcome: 'restricted', keyState: 'alive', code: null, final: true, calls: 1 },
    ]);
    expect(await system().stuck()).toEqual([]);
  });
});
