import type { Receipt } from '../../../functions/core/receipt.ts';

/** The receipt of a key that was revoked, with other fields as given. */
export const receiptForTest = (fields: Partial<Receipt> = {}): Receipt => ({
  version: 2,
  receiptId: '6f1c2b1e#1',
  requestId: '6f1c2b1e',
  attempt: 1,
  final: true,
  dryRun: false,
  provider: 'bybit',
  operation: 'delete-sub-key',
  environment: 'mainnet',
  outcome: 'revoked',
  keyState: 'gone',
  code: null,
  message: 'The key is gone',
  request: { reason: 'leaked', requestedBy: null, sender: 'AROAEXAMPLE:session', reference: 'INC-2041' },
  signer: { as: 'managing', id: 'MAST…0001', secretId: 'key-revoker/bybit/desk', secretVersion: 'v1' },
  key: { id: 'SUBK…0001', digest: 'sha256:00', subMemberId: '100400345' },
  change: null,
  proof: null,
  calls: 1,
  evidence: [],
  times: { dueAt: '2026-11-21T12:00:00.000Z', receivedAt: '2026-11-21T12:00:00.100Z' },
  timeToRevokeMs: 431,
  ...fields,
});
