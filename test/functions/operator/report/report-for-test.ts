import { epochMs, fromIso } from '../../../../functions/core/epoch.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { FinalOutcome } from '../../../../functions/core/outcome.ts';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import type { HistoryEntry } from '../../../../functions/operator/history/entry.ts';
import type { EndRecord } from '../../../../functions/operator/history/record.ts';
import { summaryOf } from '../../../../functions/operator/history/summary.ts';
import type { Report } from '../../../../functions/operator/report/report.ts';
import { timelineOf } from '../../../../functions/operator/timeline/instants.ts';
import { receiptForTest } from '../../edge/receipt-for-test.ts';

const evidence = (at: string, step: 'probe' | 'call', saw: Receipt['evidence'][number]['saw']) => ({
  ...{ at: `2026-11-21T12:00:${at}Z`, step, asked: 'query-api', as: 'managing', host: 'api.bybit.com', saw, code: '0' },
});

const DUE = fromIso('2026-11-21T12:00:00.000Z') ?? epochMs(0);

/** Of a key that was seen, killed and found dead after ten minutes. */
const RECEIPT = receiptForTest({
  evidence: [evidence('00.200', 'probe', 'listed'), evidence('00.300', 'call', 'accepted')].concat(
    ['00.431', '02.431'].map((at) => evidence(at, 'probe', 'unlisted')),
  ) as Receipt['evidence'],
  request: {
    id: 'sent as',
    reason: 'leaked',
    requestedBy: 'alex',
    sender: 'AROAEXAMPLE:session',
    reference: 'INC-2041',
  },
  times: {
    ...{ dueAt: '2026-11-21T12:00:00.000Z', receivedAt: '2026-11-21T12:00:00.100Z' },
    goneAt: '2026-11-21T12:00:00.431Z',
  },
});

/** How a record for a test differs from that of a dead key. */
export interface Differing {
  readonly receipt?: Partial<Receipt>;
  readonly outcome?: FinalOutcome;
  readonly found?: EndRecord['found'];
  readonly withdrawnAt?: number;
}

export const recordForTest = (differing: Differing = {}): EndRecord => {
  const receipt = { ...RECEIPT, ...differing.receipt };
  const outcome = differing.outcome ?? 'revoked';
  const { requestId } = receipt;
  const endedAt = epochMs(DUE + 2_431);
  const found =
    'found' in differing
      ? differing.found
      : { outcome: 'confirmed' as const, at: epochMs(DUE + 602_431), held: [540, 480, 300, 0] };
  const withdrawnAt = differing.withdrawnAt === undefined ? undefined : epochMs(differing.withdrawnAt);
  const goneAt = outcome === 'revoked' ? { goneAt: epochMs(DUE + 431) } : {};
  const entry: HistoryEntry = {
    ...{ requestId, attempt: 1, outcome, endedAt, dueAt: DUE, key: 'bybit/mainnet/SUBKEYexample00001', found },
    ...{ withdrawnAt, ...goneAt },
  };
  const ended = { outcome, why: '', at: endedAt, evidence: [] };
  const item = { requestId, attempt: 1, receipt, ended, withdrawnAt } as unknown as RequestItem & EndRecord['item'];
  const timeline = timelineOf(receipt, { endedAt, found, withdrawnAt });
  return { entry, item, found, digest: '0'.repeat(64), timeline };
};

export const reportForTest = (fields: Partial<Report> = {}): Report => {
  const records = fields.records ?? [recordForTest()];
  return {
    ...{ reference: 'INC-2041', madeAt: DUE, madeBy: 'alex', records },
    deployment: { stack: 'KeyRevoker', prefix: 'key-revoker/', account: '000000000000', region: 'us-east-1' },
    ...{ open: [], summary: summaryOf(records.map(({ entry }) => entry)), ...fields },
  };
};
