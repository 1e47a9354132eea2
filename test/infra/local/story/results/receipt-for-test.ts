import type { Receipt } from '../../../../../functions/core/receipt.ts';
import { digestOf } from '../../../../../infra/local/story/stage/watch-receipts.ts';

/** The receipt of a key that died by one call. */
export const receiptFor = (keyId: string, fields: Partial<Receipt> = {}): Receipt => ({
  version: 2,
  receiptId: `request-of-${keyId}#1`,
  requestId: `request-of-${keyId}`,
  attempt: 1,
  final: true,
  dryRun: false,
  provider: 'bybit',
  operation: 'delete-master-key',
  environment: 'mainnet',
  outcome: 'revoked',
  keyState: 'gone',
  code: null,
  message: 'The key is gone',
  request: { reason: 'leaked', requestedBy: null, sender: null, reference: null },
  signer: null,
  key: { id: `${keyId.slice(0, 4)}…${keyId.slice(-4)}`, digest: digestOf(keyId), subMemberId: null },
  change: null,
  proof: null,
  calls: 1,
  evidence: [
    {
      at: '2026-11-20T10:00:00.000Z',
      step: 'call',
      asked: 'delete-api',
      as: 'self',
      host: 'api.bybit.com',
      saw: 'accepted',
      code: '0',
    },
  ],
  times: {
    dueAt: '2026-11-20T10:00:00.000Z',
    receivedAt: '2026-11-20T10:00:00.100Z',
    goneAt: '2026-11-20T10:00:00.431Z',
  },
  timeToRevokeMs: 431,
  confirms: null,
  exposedMs: null,
  ...fields,
});
