import type { EpochMs } from '../epoch.ts';
import type { LogFacts } from '../ports.ts';
import { isUrgent } from '../reason.ts';
import type { Receipt } from '../receipt.ts';

/** What a log line says of a finding. @param at when it was made */
export const findingFacts = ({ request: { reason }, times, ...receipt }: Receipt, at: EpochMs): LogFacts => ({
  requestId: receipt.requestId,
  receiptId: receipt.receiptId,
  provider: receipt.provider ?? '',
  outcome: receipt.outcome,
  code: receipt.code ?? '',
  urgent: isUrgent(reason),
  ...(receipt.key ? { keyDigest: receipt.key.digest } : {}),
  ...(times.goneAt === undefined ? {} : { timeToConfirmMs: at - Date.parse(times.goneAt) }),
  ...(receipt.exposedMs === null ? {} : { exposedMs: receipt.exposedMs }),
});

/** What a log line says of a request's end. */
export const endFacts = ({ request: { id, reason }, timeToRevokeMs, ...receipt }: Receipt): LogFacts => ({
  requestId: receipt.requestId,
  ...(id ? { askedId: id } : {}),
  attempt: receipt.attempt,
  provider: receipt.provider ?? '',
  outcome: receipt.outcome,
  code: receipt.code ?? '',
  calls: receipt.calls,
  dryRun: receipt.dryRun,
  urgent: isUrgent(reason),
  ...(receipt.key ? { keyDigest: receipt.key.digest } : {}),
  ...(timeToRevokeMs === null ? {} : { timeToRevokeMs }),
});
