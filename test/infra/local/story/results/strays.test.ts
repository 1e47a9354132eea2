import { expect, it } from 'vitest';
import { type Change, forEachSandbox } from '../../../../../infra/local/sandbox/index.ts';
import { strayChanges, strayReceipts } from '../../../../../infra/local/story/results/strays.ts';
import { receiptFor } from './receipt-for-test.ts';

const TOLD = { provider: 'bybit', world: 'mainnet', keyId: 'SUBKEYstory0001' } as const;
const CHANGE: Change = { at: 0, host: 'api.bybit.com', world: 'mainnet', keyId: TOLD.keyId, kind: 'deleted', by: 'x' };

const changesAt = (provider: 'bybit' | 'kalshi', change: Change) => {
  const none = { applied: () => [] };
  const providers = { ...forEachSandbox(() => none), [provider]: { applied: () => [change] } };
  return strayChanges(providers, [TOLD]);
};

it('leaves a change to a key of the story to its chapter', () => expect(changesAt('bybit', CHANGE)).toEqual([]));

it.each([
  ['another key', 'bybit', { keyId: 'MASTERstory0001' }],
  ['the key of that name in another world', 'bybit', { world: 'testnet' }],
  ['the key of that name at another provider', 'kalshi', {}],
] as const)('tells of a change to %s', (_what, provider, fields) => {
  const change = { ...CHANGE, ...fields };
  const sentence = `Cannot explain that key ${change.keyId} at ${provider} was deleted: the story does not touch that key`;
  expect(changesAt(provider, change)).toEqual([sentence]);
});

it.each([
  ['a key of no chapter', receiptFor('SUBKEYstory0002')],
  ['no key', receiptFor(TOLD.keyId, { key: null })],
  ['a key found alive again', receiptFor(TOLD.keyId, { final: false, outcome: 'resurrected' })],
])('tells of a receipt for %s', (_what, receipt) => {
  const sentence = `Cannot explain receipt ${receipt.receiptId} (${receipt.outcome}): it is not part of the story`;
  expect(strayReceipts([receiptFor(TOLD.keyId), receipt], [TOLD])).toEqual([sentence]);
});
