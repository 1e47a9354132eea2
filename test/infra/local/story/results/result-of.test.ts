import { expect, it } from 'vitest';
import type { Change } from '../../../../../infra/local/sandbox/index.ts';
import { REVOKED } from '../../../../../infra/local/story/chapters/chapter.ts';
import { resultOf } from '../../../../../infra/local/story/results/result-of.ts';
import { receiptFor } from './receipt-for-test.ts';

const KEY = { keyId: 'SUBKEYstory0001', world: 'mainnet' };
const DELETED: Change = { at: 0, host: 'api.bybit.com', ...KEY, kind: 'deleted', by: KEY.keyId };
const provider = (isAlive: boolean, ...changes: readonly Change[]) => ({
  isAlive: () => isAlive,
  applied: () => changes,
});
const receipt = receiptFor(KEY.keyId);

it('takes the claims from the receipt and the facts from the provider', () => {
  expect(resultOf(KEY, receipt, provider(false, DELETED), [])).toEqual(REVOKED);
});

it('believes the provider, and not a receipt, that a key is dead', () => {
  expect(resultOf(KEY, receipt, provider(true), [])).toMatchObject({
    keyState: 'gone',
    atProvider: 'alive',
    changes: '',
  });
});

it('counts every change to the key, and none to another or in another world', () => {
  const others = [
    { ...DELETED, keyId: 'SUBKEYstory0002' },
    { ...DELETED, world: 'testnet' },
  ];
  const found = resultOf(KEY, receipt, provider(false, ...others, DELETED, DELETED), []);
  expect(found.changes).toBe('deleted, deleted');
});

it('shows what an update left to the key', () => {
  const before = { readOnly: 0, permissions: {}, ips: ['*'] } as const;
  const after = { readOnly: 1, permissions: { Spot: [], Wallet: ['AccountTransfer'] }, ips: ['*'] } as const;
  const updated: Change = { ...DELETED, kind: 'updated', before, after };
  const bound: Change = { ...updated, after: { ...after, ips: ['203.0.113.10'] } };
  expect(resultOf(KEY, receipt, provider(true, updated, bound), []).changes).toBe(
    'updated to readOnly=1 Wallet=AccountTransfer, updated to readOnly=1 Wallet=AccountTransfer ips=203.0.113.10',
  );
});

it('counts the copies of this request in the stuck queue', () => {
  const ids = [receipt.requestId, 'another', receipt.requestId];
  expect(resultOf(KEY, receipt, provider(false), ids).stuckCopies).toBe(2);
});

it('names a code behind its outcome', () => {
  const stuck = receiptFor(KEY.keyId, { outcome: 'stuck', code: 'unproven' });
  expect(resultOf(KEY, stuck, provider(false), []).outcome).toBe('stuck/unproven');
});
