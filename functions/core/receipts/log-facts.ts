import type { LogFacts } from '../ports.ts';
import { isUrgent } from '../reason.ts';
import type { Receipt } from '../receipt.ts';

/** What a log line says of a request's end. */
export const endFacts = ({ request: { reason }, timeToRevokeMs, ...receipt }: Receipt): LogFacts => ({
  requestId: receipt.requestId,
  attempt: receipt.attempt,
  provider: receipt.provider ?? '',
  outcome: receipt.outcome,
  code: receipt.code ?? '',
  calls: receipt.calls,
  dryRun: receipt.dryRun,
  urgent: isUrgent(reason),
  ...(timeToRevokeMs === null ? {} : { timeToRevokeMs }),
});
