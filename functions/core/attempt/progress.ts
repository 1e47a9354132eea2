import { type Answer, type Facts, isDoubt, isPresent, type KeyRecord, mayBeAbsent, waitIn } from '../answer.ts';
import { type EpochMs, later } from '../epoch.ts';
import {
  type AttemptRecord,
  basisOf,
  type CallReply,
  type CaseItem,
  hasEffectiveCall,
  moreTries,
  NEW_ATTEMPT,
  oneMoreSighted,
  repliesOf,
  restingState,
  sightedRoundsIn,
} from '../ledger/case-item.ts';
import { withControl } from '../ledger/control-items.ts';
import { requestIdOf } from '../ledger/keys.ts';
import type { Ended } from '../ledger/request-item.ts';
import { isGone } from '../outcome.ts';
import type { Round } from '../probe/ask.ts';
import { countRound, type RoundVerdict } from '../probe/round-verdict.ts';
import type { Call, Restriction } from '../provider.ts';
import { type Control, type Evidence, evidenceOf } from '../receipt.ts';

/** A request of many deliveries keeps its first probes and its latest ones. */
const KEPT = { first: 10, last: 30 };

const withEvidence = (
  kept: readonly Evidence[],
  more: readonly Evidence[],
  { first, last } = KEPT,
): readonly Evidence[] => {
  const all = [...kept, ...more];
  return all.length <= first + last ? all : [...all.slice(0, first), ...all.slice(-last)];
};

const isSilent = ({ signer, asked }: Round): boolean =>
  [signer, ...asked.map(({ answer }) => answer)].some((answer) => answer && waitIn(answer));

/** Any sighting of the key resets the absence count of every request on it. */
const met = (progress: AttemptRecord): AttemptRecord => {
  const isOfAbsence = progress.agreed?.on === 'absent' || progress.agreed?.on === 'absent-unseen';
  return {
    ...progress,
    ...(isOfAbsence ? { agreed: undefined } : {}),
    absentSince: undefined,
    absentAt: undefined,
    controlledSince: undefined,
    controlledBy: undefined,
    revokedByWordSince: undefined,
  };
};

const isSighting = ({ asked }: Round): boolean => asked.some(({ answer }) => isPresent(answer) || answer.identified);

/** After a round that showed the key. @param isContrary whether the round speaks against what the attempt wants to prove */
const sighted = (progress: AttemptRecord, now: EpochMs, isContrary: boolean): AttemptRecord => ({
  ...met(progress),
  lastSightedAt: now,
  ...(isContrary && hasEffectiveCall(progress) ? { sightedRounds: oneMoreSighted(progress.sightedRounds) } : {}),
});

/** After a round without a sighting. A doubt is no sighting, but it restarts the count as well. */
const unsighted = (progress: AttemptRecord, { asked }: Round): AttemptRecord =>
  asked.some(({ answer }) => isDoubt(answer)) ? met(progress) : progress;

/** An update is about a key that is alive. These do not speak against it. */
const DONE_BY_UPDATE: readonly (RoundVerdict | undefined)[] = ['as-asked', 'web-only'];

/** The rounds in a row that agree, with the last one. Release 0.1.0 kept no number: a verdict that it wrote was found at least once. */
const countAgreement = (before: AttemptRecord, counted: AttemptRecord, { asked }: Round): AttemptRecord => {
  const { agreed } = counted;
  if (agreed === undefined) return counted;
  const earlier = agreed === before.agreed ? (agreed.count ?? 1) : 0;
  const tries = moreTries(
    agreed,
    asked.flatMap(({ connections }) => connections),
  );
  return { ...counted, agreed: { ...agreed, count: earlier + 1, ...tries } };
};

/** What all requests learn if the provider answered a call as for a known key. */
const everyoneMet = (attempts: CaseItem['attempts']): CaseItem['attempts'] =>
  Object.fromEntries(Object.entries(attempts).map(([name, progress]) => [name, met(progress)]));

/** What the other requests learn from one request's round. */
const otherAttempts = (attempts: CaseItem['attempts'], round: Round, now: EpochMs): CaseItem['attempts'] => {
  const roomy = withRoom(attempts);
  const learned = (progress: AttemptRecord): AttemptRecord =>
    isSighting(round) ? sighted(progress, now, true) : unsighted(progress, round);
  return Object.fromEntries(Object.entries(roomy).map(([name, progress]) => [name, learned(progress)]));
};

/** The progress of a search belongs to one attempt. The next attempt searches from the start. */
const lasting = (facts: Facts): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !name.startsWith('search')));

/** With more requests at work on one key than this, the others keep only some of their evidence: an item has 400 KB. */
const CROWD = 20;
const KEPT_IN_CROWD = 2;
const KEPT_BY_CALLERS = { first: 2, last: 6 };
/** With more requests that have called or ended than this, no other begins. An urgent request gets extra places. */
const MOST = { urgent: 100, other: 70 };

const hasCalled = ({ calls, ended }: AttemptRecord): boolean => calls > 0 || ended !== undefined;

const inCrowd = ({ evidence, ...work }: AttemptRecord): AttemptRecord =>
  work.calls === 0
    ? { ...work, evidence: evidence.slice(-KEPT_IN_CROWD) }
    : { ...work, evidence: withEvidence([], evidence, KEPT_BY_CALLERS) };

const withRoom = (attempts: CaseItem['attempts']): CaseItem['attempts'] => {
  const all = Object.entries(attempts);
  if (all.length <= CROWD) return attempts;
  // A request that has not called can learn it again.
  const kept = all.length <= MOST.other ? all : all.filter(([, progress]) => hasCalled(progress));
  return Object.fromEntries(kept.map(([other, progress]) => [other, inCrowd(progress)]));
};

/** Whether one more request may begin on a key. Otherwise the requests that have begun finish first. */
export const hasRoomFor = ({ attempts }: CaseItem, name: string, urgent: boolean): boolean =>
  attempts[name] !== undefined || Object.values(attempts).filter(hasCalled).length < MOST[urgent ? 'urgent' : 'other'];

/** What all readings allow, with those of this round. */
const narrowedBy = (
  { narrowest, readAt }: AttemptRecord,
  { asked }: Round,
  { narrower }: Restriction,
  now: EpochMs,
): Partial<AttemptRecord> => {
  const read = asked.flatMap(({ answer: { record } }) => (record === undefined ? [] : [record]));
  const [first, ...more] = narrowest === undefined ? read : [narrowest, ...read];
  return read.length === 0 ? {} : { narrowest: more.reduce(narrower, first as KeyRecord), readAt: readAt ?? now };
};

/** The case with one round of probes written into it: who has seen the key, what was learned, and the counts. */
export const withRound = (
  item: CaseItem,
  {
    name,
    signerId,
    round,
    roundVerdict,
    control,
    controlName,
    restriction,
    now,
  }: {
    name: string;
    signerId: string;
    round: Round;
    roundVerdict: RoundVerdict | undefined;
    control: Control | undefined;
    /** Names a control key that was seen to be of the key's account. */
    controlName?: string | undefined;
    /** Of an update. */
    restriction?: Restriction | undefined;
    now: EpochMs;
  },
): CaseItem => {
  const progress = item.attempts[name] ?? NEW_ATTEMPT;
  const isSeen = isSighting(round);
  const noted = {
    ...(isSeen ? sighted(progress, now, !DONE_BY_UPDATE.includes(roundVerdict)) : unsighted(progress, round)),
    ...(restriction && narrowedBy(progress, round, restriction, now)),
    silentRounds: isSilent(round) ? progress.silentRounds + 1 : round.heldUp ? progress.silentRounds : 0,
    facts: { ...progress.facts, ...round.facts },
    evidence: withEvidence(progress.evidence, round.evidence),
  };
  return {
    ...item,
    sightings: { ...seenIn(round, now), ...item.sightings },
    ...(controlName !== undefined && { controls: withControl(item.controls, controlName) }),
    facts: { ...item.facts, [signerId]: { ...item.facts[signerId], ...lasting(round.facts) } },
    attempts: {
      ...otherAttempts(item.attempts, round, now),
      [name]:
        roundVerdict === undefined
          ? noted
          : countAgreement(
              noted,
              countRound(noted, round.asked, { roundVerdict, control, signer: round.signer, now }),
              round,
            ),
    },
    // The attempt that made the proof is gone. What it counted stands in the case.
    ...(item.proved && isSeen ? { sightedRounds: oneMoreSighted(item.sightedRounds) } : {}),
  };
};

/** Whether a sighting would speak against this: absences that are counted, or a call that waits for its proof. */
const isAtStake = ({ calls, agreed, absentSince }: AttemptRecord): boolean =>
  calls > 0 || agreed !== undefined || absentSince !== undefined;

/**
 * Whether a round may be written with the next step. A crash in between loses such a round, and then the key is asked once more. Not so a
 * round that speaks against anything in the case: without it a proof would be stronger than it is.
 */
export const mayBeWrittenLater = (
  { proved, settling, attempts }: CaseItem,
  name: string,
  round: Round,
  roundVerdict: RoundVerdict | undefined,
): boolean => {
  if (roundVerdict === undefined || roundVerdict === 'none') return false;
  if (!isSighting(round)) return true;
  const isAsWanted = DONE_BY_UPDATE.includes(roundVerdict);
  const contrary = Object.entries(attempts).filter(([other]) => !(isAsWanted && other === name));
  return proved === undefined && settling === undefined && !contrary.some(([, progress]) => isAtStake(progress));
};

const seenIn = ({ asked }: Round, now: EpochMs): CaseItem['sightings'] =>
  Object.fromEntries(asked.filter(({ answer }) => answer.identified).map(({ question }) => [question.questionId, now]));

/** The basis for judging a round: everything seen before this round and in it. */
export const seenWith = (item: CaseItem, round: Round, now: EpochMs): CaseItem['sightings'] => ({
  ...seenIn(round, now),
  ...item.sightings,
});

/** A call that leaves while the key is gone only guards against an outage. It counts as without effect until it is accepted. */
const inDoubt = ({ absentSince }: AttemptRecord): number => (absentSince === undefined ? 0 : 1);

/** Before a call leaves: counts one more call, and starts the count of unchanged rounds again. */
export const withCall = (progress: AttemptRecord, now: EpochMs): AttemptRecord => ({
  ...progress,
  calls: progress.calls + 1,
  notExecuted: progress.notExecuted + inDoubt(progress),
  calledAt: progress.calledAt ?? now,
  lastCallAt: now,
  callReplies: [...repliesOf(progress), 'lost'],
  lastAnswer: 'silent',
  ifAlive: undefined,
  answered: false,
  unchanged: undefined,
  agreed: undefined,
  controlledSince: undefined,
  controlledBy: undefined,
  revokedByWordSince: undefined,
});

const LAST: Readonly<Record<CallReply, NonNullable<AttemptRecord['lastAnswer']>>> = {
  accepted: 'accepted',
  refused: 'rejected',
  'put-off': 'rejected',
  opaque: 'silent',
  lost: 'silent',
};

const replyOf = (answer: Answer): CallReply => {
  const { saw, acceptance } = answer;
  if (saw === 'accepted') return acceptance === 'opaque' ? 'opaque' : 'accepted';
  if (saw === 'rejected') return waitIn(answer) ? 'put-off' : 'refused';
  return mayBeAbsent(answer) ? 'refused' : 'lost';
};

/** After a call: its answer, and a sighting if the answer authenticates the target. */
export const withAnswer = (item: CaseItem, name: string, call: Call, answer: Answer, now: EpochMs): CaseItem => {
  const progress = item.attempts[name] ?? NEW_ATTEMPT;
  const reply = replyOf(answer);
  const lastAnswer = LAST[reply];
  const voided = reply === 'accepted' ? 0 : reply === 'put-off' ? 1 : inDoubt(progress);
  const done: AttemptRecord = {
    ...(answer.identified ? met(progress) : progress),
    callReplies: [...repliesOf(progress).slice(0, -1), reply],
    lastAnswer,
    ifAlive: lastAnswer === 'rejected' ? answer.fallbackCode : undefined,
    notExecuted: progress.notExecuted - inDoubt(progress) + voided,
    acceptedAt: progress.acceptedAt ?? (lastAnswer === 'accepted' ? now : undefined),
    evidence: withEvidence(progress.evidence, [evidenceOf(now, 'call', call, answer)]),
  };
  return {
    ...item,
    sightings: answer.identified ? { [call.questionId]: now, ...item.sightings } : item.sightings,
    attempts: { ...(answer.identified ? everyoneMet(item.attempts) : item.attempts), [name]: done },
  };
};

/** More evidence for one attempt, from outside its rounds, and what was learned from it. */
export const withMoreEvidence = (
  item: CaseItem,
  name: string,
  evidence: readonly Evidence[],
  facts?: Facts,
): CaseItem => {
  const progress = item.attempts[name] ?? NEW_ATTEMPT;
  const more = { evidence: withEvidence(progress.evidence, evidence), facts: { ...progress.facts, ...facts } };
  return { ...item, attempts: { ...item.attempts, [name]: { ...progress, ...more } } };
};

/** The other attempts that have called and have not ended. */
const openCallers = ({ attempts }: CaseItem, name: string): readonly string[] =>
  Object.entries(attempts).flatMap(([other, { calls, ended }]) =>
    other !== name && calls > 0 && ended === undefined ? [other] : [],
  );

/** The attempt whose end left the case open: this attempt (also for an earlier attempt of its request), or another request. */
const openBy = (item: CaseItem, name: string, { outcome }: Ended): string | undefined => {
  if (outcome.startsWith('stuck/')) return name;
  const { leftOpenBy } = item;
  const isOurs = (other: string | undefined): boolean =>
    other !== undefined && requestIdOf(other) === requestIdOf(name);
  if (outcome === 'restricted') return isOurs(leftOpenBy) ? undefined : leftOpenBy;
  return isOurs(leftOpenBy) || openCallers(item, name).some(isOurs) ? name : leftOpenBy;
};

/**
 * The end as `restricted` that still holds. No end of another request widens the key. A later attempt of the same request takes the place of
 * the one before.
 */
const restrictedAfter = ({ restrictedBy }: CaseItem, name: string, { outcome }: Ended): string | undefined => {
  if (outcome === 'restricted') return name;
  return restrictedBy !== undefined && requestIdOf(restrictedBy) === requestIdOf(name) ? undefined : restrictedBy;
};

/** Whether another request has called and has not ended. An attempt takes over from the attempts before it. */
const isCalledBy = (item: CaseItem, name: string): boolean =>
  openCallers(item, name).some((other) => requestIdOf(other) !== requestIdOf(name));

/** When a key died without a call that is known to have deleted it. Another delete resets the agreement, but not the first absence. */
const firstAbsence = (progress: AttemptRecord): EpochMs | undefined => {
  const { acceptedAt, absentSince, calledAt } = progress;
  if (acceptedAt !== undefined || absentSince === undefined) return undefined;
  // The call whose reply was lost may have deleted the key.
  return basisOf(progress) === 'lost' ? later(absentSince, calledAt ?? absentSince) : absentSince;
};

/** The case after a request's end: proved, or open as long as the key may be alive. */
export const withEnd = (item: CaseItem, name: string, ended: Ended): CaseItem => {
  const progress = item.attempts[name] ?? NEW_ATTEMPT;
  const isProof = isGone(ended.outcome);
  const deadAt = firstAbsence(progress) ?? progress.agreed?.at ?? ended.at;
  const proof = isProof ? { deadAt, provedAt: ended.at, keyState: 'dead' as const } : {};
  const proved = item.proved ?? (isProof ? { at: ended.at, deadAt, endedBy: name } : undefined);
  const leftOpenBy = proved ? undefined : openBy(item, name, ended);
  const restrictedBy = proved ? undefined : restrictedAfter(item, name, ended);
  return {
    ...item,
    attempts: { ...item.attempts, [name]: { ...progress, ...proof, ended } },
    // The attempt leaves the case with its receipt.
    ...(progress.sightedRounds ? { sightedRounds: sightedRoundsIn(item) } : {}),
    proved,
    leftOpenBy,
    restrictedBy,
    state: !proved && (leftOpenBy || isCalledBy(item, name)) ? 'open-case' : restingState({ proved, restrictedBy }),
    at: ended.at,
  };
};
