import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import * as PROVIDERS from '../../../../../functions/providers/index.ts';
import { receiptTable } from '../../../../../infra/local/story/results/receipt-table.ts';
import { receiptFor } from './receipt-for-test.ts';

const KEY = 'MASTERstory0001';
const plain = (...receipts: Parameters<typeof receiptTable>[0]): readonly string[] =>
  receiptTable(receipts).map(stripVTControlCharacters);

it('has a row for each receipt, in its order, with numbers at the right', () => {
  const stuck = { outcome: 'stuck', code: 'unproven', timeToRevokeMs: null, calls: 12 } as const;
  expect(plain(receiptFor(KEY), receiptFor('SUBKEYstory0002', stuck))).toEqual([
    'Key        Operation                Outcome         Revoked in  Calls',
    '─────────────────────────────────────────────────────────────────────',
    'MAST…0001  bybit/delete-master-key  revoked              0.3 s      1',
    'SUBK…0002  bybit/delete-master-key  stuck/unproven           –     12',
  ]);
});

it('fits a terminal of 80 columns with every operation and the longest outcomes of the story', () => {
  const receipts = Object.entries(PROVIDERS).flatMap(([provider, { operations }]) =>
    Object.keys(operations).map((operation) =>
      receiptFor(KEY, { provider, operation, outcome: 'stuck', code: 'permission-missing', timeToRevokeMs: 123_456 }),
    ),
  );
  for (const line of plain(...receipts)) expect(line.length).toBeLessThanOrEqual(80);
});

it('stays readable for a request that never came to name a key', () => {
  const refused = { key: null, outcome: 'refused', code: 'malformed', timeToRevokeMs: null, calls: 0 } as const;
  const none = { provider: null, operation: null } as const;
  expect(plain(receiptFor(KEY, { ...refused, ...none }))[2]).toMatch(/^\? {4}no request {2}refused\/malformed/);
});

it('gives no time to revoke for a key that was dead before', () => {
  const found = receiptFor(KEY, { outcome: 'already-revoked', timeToRevokeMs: 270_000, calls: 0 });
  expect(plain(found)[2]).toMatch(/already-revoked +– +0$/);
});
