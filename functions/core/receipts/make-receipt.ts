import { isPresent, mayBeAbsent } from '../answer.ts';
import { after, type EpochMs, fromIso, toIso } from '../epoch.ts';
import {
  type AttemptRecord,
  basisOf,
  type CaseItem,
  controlIn,
  NEW_ATTEMPT,
  type SettleFinding,
  type Settling,
} from '../ledger/case-item.ts';
import { attemptName } from '../ledger/keys.ts';
import type { Ended, RequestItem } from '../ledger/request-item.ts';
import {
  type FinalOutcome,
  hasToHold,
  isGone,
  type KeyState,
  nameAndCode,
  type OutcomeName,
  type RetryCode,
} from '../outcome.ts';
import type { Ports } from '../ports.ts';
import { kindOf, providerNamed } from '../provider.ts';
import type { Change, Evidence, Proof, Receipt, Times } from '../receipt.ts';
import { namedTarget } from '../request/revocation-request.ts';
import { CLAIM_FIELDS, REMOVED } from '../request/secret-scan.ts';
import { HOUR_MS, MINUTE_MS } from '../timing.ts';
import { foundSentence, RESURRECTED, refusedForNow, secretRemoved, sentence, WIDENED, waiting } from './sentences.ts';

/** Enough to recognise a key, but too little to use it. */
export const shortened = (id: string): string =>
  id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : `${id.slice(0, 2)}…`;

/** What a receipt takes from the request. */
type ReceiptSource = Pick<
  RequestItem,
  'requestId' | 'askedId' | 'planOnly' | 'attempt' | 'provider' | 'request' | 'pin' | 'sender' | 'dueAt' | 'receivedAt'
>;

const timesOf = ({ dueAt, receivedAt }: ReceiptSource, { calledAt, acceptedAt, deadAt }: AttemptRecord): Times => ({
  dueAt: toIso(dueAt),
  receivedAt: toIso(receivedAt),
  ...(calledAt === undefined ? {} : { calledAt: toIso(calledAt) }),
  ...(acceptedAt === undefined ? {} : { acceptedAt: toIso(acceptedAt) }),
  ...(deadAt === undefined ? {} : { goneAt: toIso(deadAt) }),
});

const BASIS_SAID = { accepted: 'accepted', lost: 'reply-lost', refused: 'call-unknown' } as const;

/** An exchange in which the provider did not know the key itself. */
const triesKey = (line: Evidence): boolean => line.step === 'probe' && line.as === 'self' && mayBeAbsent(line);

/** Among n nodes that were met at random and refuse the key, at most 3/n of all accept it: the rule of three. */
const boundOf = (connections: number): number | null => (connections > 3 ? 3 / connections : null);

/** The last exchange that showed the key. */
const lastSighting = (evidence: readonly Evidence[]): EpochMs | undefined => {
  const seen = evidence.findLast(isPresent);
  return seen && fromIso(seen.at);
};

/** What an end that has to hold rests on. */
const proofOf = (
  { providers }: Making,
  { provider, planOnly }: ReceiptSource,
  record: AttemptRecord,
  { outcome, at }: Ended,
): Proof | null => {
  const { settle } = providerNamed(providers, provider) ?? {};
  if (planOnly || settle === undefined || !hasToHold(outcome)) return null;
  const { deadAt, provedAt, agreed, evidence, sightedRounds = 0, lastSightedAt, settlesAt } = record;
  const basis = basisOf(record);
  const { windowMs, source } = settle;
  const { connections = 0, addresses = [] } = agreed ?? {};
  const seenAt = lastSightedAt ?? lastSighting(evidence);
  return {
    revision: 1,
    basis: basis === undefined ? null : BASIS_SAID[basis],
    control: controlIn(record) ?? 'none',
    tried: deadAt === undefined || evidence.some(triesKey) ? 'key' : 'list',
    absences: agreed?.count ?? 0,
    sightings: sightedRounds,
    connections,
    addresses,
    lastSightingAt: seenAt === undefined ? null : toIso(seenAt),
    bound: boundOf(connections),
    notAsked: [],
    firstAbsenceAt: deadAt === undefined ? null : toIso(deadAt),
    spanMs: (provedAt ?? at) - (deadAt ?? agreed?.at ?? at),
    settle: { windowMs, source, endsAt: toIso(settlesAt ?? after(at, windowMs)) },
  };
};

interface Said {
  readonly suffix: string;
  readonly final: boolean;
  readonly outcome: OutcomeName;
  readonly code: string | null;
  readonly keyState: KeyState;
  readonly message: string;
  readonly evidence?: readonly Evidence[];
  readonly proof?: Proof | null;
}

type Making = Pick<Ports, 'digest' | 'providers'>;

/** The settings before and after, if the request was an update and was carried out. */
const changeOf = (
  { providers }: Making,
  { request, planOnly }: ReceiptSource,
  { before, after }: AttemptRecord,
): Change | null => {
  const isUpdate = request !== undefined && kindOf(providers, request) === 'update';
  return isUpdate && !planOnly && before && after ? { before, after } : null;
};

/** Says which of a person's own words were taken out because they looked like a secret. */
const removedFrom = (request: ReceiptSource['request']): readonly string[] => {
  const fields = CLAIM_FIELDS.filter((field) => request?.[field] === REMOVED);
  return fields.length === 0 ? [] : [secretRemoved(fields.join(' and '))];
};

const receiptWith = (making: Making, item: ReceiptSource, progress: AttemptRecord, said: Said): Receipt => {
  const { digest, providers } = making;
  const { request, pin, requestId, askedId, attempt } = item;
  const { suffix, evidence = [], proof = null, ...rest } = said;
  const locator = {
    ...providerNamed(providers, item.provider)?.locate(progress.facts),
    ...(request && namedTarget(providers, request).locator),
  };
  return {
    version: 2,
    receiptId: `${attemptName(item)}${suffix}`,
    requestId,
    attempt,
    dryRun: item.planOnly,
    provider: item.provider ?? null,
    operation: request?.operation ?? null,
    environment: pin?.environment ?? null,
    ...rest,
    message: [rest.message, ...removedFrom(request)].join('. '),
    request: {
      ...(askedId === undefined || askedId === requestId ? {} : { id: askedId }),
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
          // The receipt has one place for a locator, under Bybit's name.
          subMemberId: locator['subMemberId'] ?? null,
        }
      : null,
    change: changeOf(making, item, progress),
    proof,
    calls: progress.calls,
    evidence: [...progress.evidence, ...evidence],
    times: timesOf(item, progress),
    timeToRevokeMs: progress.deadAt === undefined ? null : progress.deadAt - item.dueAt,
    confirms: null,
    exposedMs: null,
  };
};

const stateAt = (outcome: FinalOutcome, { keyState }: AttemptRecord): KeyState => {
  if (isGone(outcome)) return 'gone';
  if (outcome === 'restricted') return 'alive';
  return outcome === 'stuck/expired-renewable' ? 'expired' : keyState;
};

/** The final receipt. It is made only from the ledger, so a second try makes the same receipt. */
export const finalReceipt = (
  making: Making,
  item: ReceiptSource,
  progress: AttemptRecord | undefined,
  ended: Ended,
): Receipt => {
  const { name, code } = nameAndCode(ended.outcome);
  const known = progress ?? NEW_ATTEMPT;
  const keyState = stateAt(ended.outcome, known);
  const proof = proofOf(making, item, known, ended);
  const follows = proof && `Confirmation follows by ${proof.settle.endsAt}`;
  return receiptWith(making, item, known, {
    suffix: '',
    final: true,
    outcome: name,
    code,
    keyState,
    message: sentence(ended.outcome, [ended.why, follows].filter(Boolean).join('. ')),
    evidence: ended.evidence,
    proof,
  });
};

/**
 * The receipt of an open request. Urgent requests publish one after a minute, and then each hour. Every request publishes one at the first
 * refusal that may pass by itself.
 */
export const interimReceipt = (
  making: Making,
  item: RequestItem,
  progress: AttemptRecord | undefined,
  code: RetryCode,
): Receipt => {
  const { refused } = item;
  const known = progress ?? NEW_ATTEMPT;
  const absentSince = known.absentSince === undefined ? undefined : toIso(known.absentSince);
  const receipt = receiptWith(making, item, known, {
    suffix: `~${item.interim.count + 1}`,
    final: false,
    outcome: 'retry',
    code,
    keyState: known.keyState,
    message: waiting(code, absentSince, controlIn(known) !== undefined),
  });
  if (code !== 'refused-for-now' || refused === undefined) return receipt;
  const { wouldEnd, why } = refused;
  const retriedUntil = toIso(refused.until);
  return { ...receipt, wouldEnd, retriedUntil, message: refusedForNow(wouldEnd, retriedUntil, why) };
};

/** What was found out about a key after its request ended, or while it was open. */
export interface Finding {
  readonly outcome: FinalOutcome | 'resurrected' | 'widened';
  readonly keyState: KeyState;
  readonly why: string;
}

const findingSentence = ({ outcome, why }: Finding): string => {
  if (outcome === 'resurrected') return [RESURRECTED, why].join('. ');
  return outcome === 'widened' ? [WIDENED, why].join('. ') : sentence(outcome, why);
};

/** The receipt of a finding. Its number is the next one of its case. */
export const findingReceipt = (
  making: Making,
  item: RequestItem,
  progress: AttemptRecord | undefined,
  finding: Finding,
  { findings = 0 }: Pick<CaseItem, 'findings'>,
): Receipt => {
  const { name, code } = nameAndCode(finding.outcome);
  return receiptWith(making, item, progress ?? NEW_ATTEMPT, {
    suffix: `!${findings + 1}`,
    final: false,
    outcome: name,
    code,
    keyState: finding.keyState,
    message: findingSentence(finding),
  });
};

/** What a finding says of the key. */
const stateFound = ({ as, triedKey }: Settling, { outcome }: SettleFinding, receipt: Receipt): KeyState => {
  if (outcome === 'confirmed') return as === 'restricted' ? 'alive' : triedKey ? 'dead' : 'gone';
  const isSeen = !outcome.startsWith('unconfirmed/') || outcome === 'unconfirmed/still-flapping';
  return isSeen ? 'alive' : receipt.keyState;
};

/** What the proof and the readings after it count together. */
const triesIn = (
  { absences, connections, addresses }: Proof,
  settling: Settling,
): Pick<Proof, 'absences' | 'connections' | 'addresses' | 'bound'> => {
  const made = connections + settling.connections;
  return {
    absences: absences + settling.absences,
    connections: made,
    addresses: [...new Set([...addresses, ...settling.addresses])],
    bound: boundOf(made),
  };
};

/** The receipt of what was found in the settle window of a request's end. It is made only from what is stored. */
export const settledReceipt = (receipt: Receipt, settling: Settling, finding: SettleFinding): Receipt => {
  const { name, code } = nameAndCode(finding.outcome);
  const { proof, times, evidence } = receipt;
  const seen = lastSighting(evidence);
  const isDead = finding.outcome === 'confirmed' && settling.as === 'gone';
  return {
    ...receipt,
    receiptId: `${receipt.receiptId}!${finding.number}`,
    final: false,
    outcome: name,
    code,
    keyState: stateFound(settling, finding, receipt),
    message: foundSentence(settling, finding),
    evidence: settling.evidence,
    proof: proof && {
      ...proof,
      revision: finding.number + 1,
      control: settling.controlledBy ?? proof.control,
      tried: settling.triedKey ? 'key' : proof.tried,
      ...triesIn(proof, settling),
      notAsked: settling.notAsked,
    },
    confirms: receipt.outcome,
    exposedMs: isDead && seen !== undefined ? seen - Date.parse(times.dueAt) : null,
  };
};

/** Readers hear at once of a refusal that may pass by itself, urgent or not: a person may have to correct something. */
const isNewRefusal = ({ interim, refused }: RequestItem, code: RetryCode): boolean =>
  code === 'refused-for-now' && refused !== undefined && (interim.at === undefined || interim.at < refused.since);

/** Whether a request that waits owes an interim receipt by now. */
export const owesInterim = (
  item: RequestItem,
  { code, urgent, countedFrom, now }: { code: RetryCode; urgent: boolean; countedFrom: EpochMs; now: EpochMs },
): boolean => {
  const { at } = item.interim;
  if (isNewRefusal(item, code)) return true;
  return urgent && (at === undefined ? now - countedFrom >= MINUTE_MS : now - at >= HOUR_MS);
};
