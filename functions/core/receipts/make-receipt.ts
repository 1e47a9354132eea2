import { NEW_ATTEMPT } from '../attempt/progress.ts';
import { type EpochMs, toIso } from '../epoch.ts';
import type { AttemptRecord, CaseItem } from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import type { Ended, RequestItem } from '../ledger/request-item.ts';
import { kindOf } from '../operations.ts';
import { type FinalOutcome, isDead, type KeyState, nameAndCode, type OutcomeName, type RetryCode } from '../outcome.ts';
import type { Change, Evidence, Receipt, Times } from '../receipt.ts';
import { HOUR_MS, MINUTE_MS } from '../timing.ts';
import { RESURRECTED, sentence, waiting } from './sentences.ts';

/** Enough to recognise a key by, too little to use. */
export const shortened = (id: string): string =>
  id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : `${id.slice(0, 2)}…`;

/** What a receipt takes from the request. */
type ReceiptSource = Pick<
  RequestItem,
  'requestId' | 'planOnly' | 'attempt' | 'provider' | 'request' | 'pin' | 'sender' | 'dueAt' | 'receivedAt'
>;

const timesOf = (
  { dueAt, receivedAt }: ReceiptSource,
  { calledAt, acceptedAt, deadAt, provedAt }: AttemptRecord,
): Times => ({
  dueAt: toIso(dueAt),
  receivedAt: toIso(receivedAt),
  ...(calledAt === undefined ? {} : { calledAt: toIso(calledAt) }),
  ...(acceptedAt === undefined ? {} : { acceptedAt: toIso(acceptedAt) }),
  ...(deadAt === undefined ? {} : { deadAt: toIso(deadAt) }),
  ...(provedAt === undefined ? {} : { provedAt: toIso(provedAt) }),
});

interface Said {
  readonly suffix: string;
  readonly final: boolean;
  readonly outcome: OutcomeName;
  readonly code: string | null;
  readonly keyState: KeyState;
  readonly message: string;
  readonly evidence?: readonly Evidence[];
}

type Digest = (text: string) => string;

/** The settings before and after, where the request was for an update and was carried out. */
const changeOf = ({ request, planOnly }: ReceiptSource, { before, after }: AttemptRecord): Change | null => {
  if (request === undefined || kindOf(request.provider, request.operation) !== 'update' || planOnly) return null;
  return before && after ? { before, after } : null;
};

const receiptWith = (item: ReceiptSource, progress: AttemptRecord, digest: Digest, said: Said): Receipt => {
  const { request, pin, requestId, attempt } = item;
  const { suffix, evidence = [], ...rest } = said;
  return {
    version: 1,
    receiptId: `${attemptName(item)}${suffix}`,
    requestId,
    attempt,
    dryRun: item.planOnly,
    provider: item.provider ?? null,
    operation: request?.operation ?? null,
    environment: pin?.environment ?? null,
    ...rest,
    request: {
      reason: request?.reason ?? null,
      requestedBy: request?.requestedBy ?? null,
      sender: item.sender || null,
      reference: request?.reference ?? null,
    },
    signer: pin
      ? {
          as: pin.self ? 'self' : 'managing',
          id: shortened(pin.signer.keyId),
          secretId: pin.signer.secretId,
          secretVersion: pin.signer.versionId,
        }
      : null,
    key: pin
      ? {
          id: shortened(pin.keyId),
          digest: `sha256:${digest(pin.keyId)}`,
          subMemberId: pin.subMemberId ?? progress.facts['subMemberId'] ?? progress.facts['targetUserID'] ?? null,
        }
      : null,
    change: changeOf(item, progress),
    calls: progress.calls,
    evidence: [...progress.evidence, ...evidence],
    times: timesOf(item, progress),
    timeToRevokeMs: progress.deadAt === undefined ? null : progress.deadAt - item.dueAt,
  };
};

const stateAt = (outcome: FinalOutcome, { keyState }: AttemptRecord): KeyState => {
  if (isDead(outcome)) return 'dead';
  if (outcome === 'restricted') return 'alive';
  return outcome === 'stuck/expired-renewable' ? 'expired' : keyState;
};

/** The final receipt. Made only from what the ledger holds, so making it again makes the same one. */
export const finalReceipt = (
  item: ReceiptSource,
  progress: AttemptRecord | undefined,
  ended: Ended,
  digest: Digest,
): Receipt => {
  const { name, code } = nameAndCode(ended.outcome);
  const known = progress ?? NEW_ATTEMPT;
  const keyState = stateAt(ended.outcome, known);
  return receiptWith(item, known, digest, {
    suffix: '',
    final: true,
    outcome: name,
    code,
    keyState,
    message: sentence(ended.outcome, ended.why),
    evidence: ended.evidence,
  });
};

/** The receipt of a request that is still open: urgent ones say so after a minute, and then each hour. */
export const interimReceipt = (
  item: RequestItem,
  progress: AttemptRecord | undefined,
  code: RetryCode,
  digest: Digest,
): Receipt =>
  receiptWith(item, progress ?? NEW_ATTEMPT, digest, {
    suffix: `~${item.interim.count + 1}`,
    final: false,
    outcome: 'retry',
    code,
    keyState: progress?.keyState ?? 'unknown',
    message: waiting(code, progress?.absentSince === undefined ? undefined : toIso(progress.absentSince)),
  });

/** What was found out about a key after its request was over, or while it was under way. */
export interface Finding {
  readonly outcome: FinalOutcome | 'resurrected';
  readonly keyState: KeyState;
  readonly why: string;
}

/** The receipt of a finding; its number is the next of its case. */
export const findingReceipt = (
  item: RequestItem,
  progress: AttemptRecord | undefined,
  { outcome, keyState, why }: Finding,
  { findings = 0 }: Pick<CaseItem, 'findings'>,
  digest: Digest,
): Receipt => {
  const { name, code } = nameAndCode(outcome);
  return receiptWith(item, progress ?? NEW_ATTEMPT, digest, {
    suffix: `!${findings + 1}`,
    final: false,
    outcome: name,
    code,
    keyState,
    message: outcome === 'resurrected' ? [RESURRECTED, why].join('. ') : sentence(outcome, why),
  });
};

/** Whether an urgent request owes an interim receipt by now. */
export const owesInterim = ({ interim }: RequestItem, countedFrom: EpochMs, now: EpochMs): boolean =>
  interim.at === undefined ? now - countedFrom >= MINUTE_MS : now - interim.at >= HOUR_MS;
