import { type Answer, endIn, isDoubt, waitIn } from '../answer.ts';
import type { Retry } from '../backoff.ts';
import { after, type EpochMs, later } from '../epoch.ts';
import {
  type AttemptRecord,
  basisOf,
  type CallReply,
  executedCalls,
  hasEffectiveCall,
  repliesOf,
} from '../ledger/case-item.ts';
import type { FinalOutcome, RetryCode } from '../outcome.ts';
import { type AnsweredQuestion, bySigner, isManagerRefused, type RoundVerdict } from '../probe/round-verdict.ts';
import { TIMING } from '../timing.ts';

/** After this many calls without effect a person must look. */
export const MOST_CALLS = 5;

/** How many unchanged probes, over how long, show that a call had no effect. */
const UNCHANGED = { count: 3, overMs: 5_000 };

/** Everything that a decision depends on. */
export interface Situation {
  readonly kind: 'delete' | 'update';
  readonly self: boolean;
  readonly urgent: boolean;
  readonly now: EpochMs;
  readonly round: readonly AnsweredQuestion[];
  /** The answer about the managing key itself, if it was asked in this round. */
  readonly signer: Answer | undefined;
  readonly roundVerdict: RoundVerdict;
  /** Includes this round. */
  readonly progress: AttemptRecord;
  /** The ledger holds the proof of the key's death. */
  readonly proved: boolean;
  /** Another key of the account was accepted in this run of absences: the managing key in this round, or a control key. */
  readonly controlled: boolean;
  /** A call of this delivery has left. */
  readonly calledNow: boolean;
  /** The sibling environments do not know the key either. */
  readonly siblingsAsked: boolean;
  /** How long `progress.agreed` has held, in milliseconds. */
  readonly agreedMs: number;
  /** Rounds that showed the key since the first effective call on it, by any request. */
  readonly sightedRounds: number;
  readonly proofGapMs: number;
  readonly landsWithinMs: number;
  readonly provable: boolean;
}

export type Decision =
  | { readonly do: 'end'; readonly outcome: FinalOutcome }
  | { readonly do: 'retry'; readonly code: RetryCode; readonly notBefore?: EpochMs | undefined }
  /** Ask the probes again at that instant, in this delivery if there is time. Otherwise not before the instant that the provider stated. */
  | { readonly do: 'ask'; readonly at: EpochMs; readonly code: RetryCode; readonly notBefore?: EpochMs | undefined }
  | { readonly do: 'ask-siblings' }
  | { readonly do: 'call' };

const end = (outcome: FinalOutcome): Extract<Decision, { readonly do: 'end' }> => ({ do: 'end', outcome });

/** The answers of this round, the signer's own first. */
const answersIn = ({ round, signer }: Pick<Situation, 'round' | 'signer'>): readonly Answer[] =>
  [signer, ...round.map(({ answer }) => answer)].filter((answer) => answer !== undefined);

/** An answer to the signer from a check that the call would fail too. It holds a delete back. */
const heldBy = ({ round, signer, self }: Situation): FinalOutcome | undefined => {
  const toSigner = round.filter(({ question }) => bySigner(question.as, self));
  const holding = answersIn({ round: toSigner, signer }).find((answer) => answer.blocksCall && endIn(answer));
  return holding && endIn(holding);
};

/** The wait that the answers ask for: the code of the first, until the latest stated instant. */
const withoutVerdict = (situation: Situation): Retry | undefined => {
  const waits = answersIn(situation)
    .map(waitIn)
    .filter((wait) => wait !== undefined);
  const first = waits[0];
  if (first === undefined) return undefined;
  const stated = waits.flatMap(({ notBefore }) => (notBefore === undefined ? [] : [notBefore]));
  return { code: first.code, notBefore: stated.length > 0 ? stated.reduce(later) : undefined };
};

/** How many rounds in a row have to agree, and over how many proof gaps. */
interface Wanted {
  readonly rounds: number;
  readonly gaps: number;
}

const TWICE: Wanted = { rounds: 2, gaps: 1 };

/** A key that still shows here and there after a call: some nodes of the provider do not know yet, and the next absence may be luck. */
const FLAPPING_GAPS = 10;

const wantedAfter = ({ sightedRounds }: Situation): Wanted =>
  sightedRounds === 0 ? TWICE : { rounds: sightedRounds + TWICE.rounds, gaps: FLAPPING_GAPS };

/** Enough agreeing rounds, over enough time, make a proof. Before that, the next probe is due a gap later, or sooner if only time is missing. */
const agreedEnd = (
  { progress, now, proofGapMs, agreedMs }: Situation,
  outcome: FinalOutcome,
  { rounds, gaps }: Wanted,
  heldMs = agreedMs,
): Decision => {
  const left = gaps * proofGapMs - heldMs;
  if (left <= 0 && (progress.agreed?.count ?? 0) >= rounds) return end(outcome);
  return { do: 'ask', at: after(now, left > 0 ? Math.min(left, proofGapMs) : proofGapMs), code: 'not-yet-proved' };
};

/** The rounds since a managing key was accepted among those that agree. */
const controlledEnd = (situation: Situation, outcome: FinalOutcome): Decision => {
  const { progress, now, agreedMs } = situation;
  const controlledMs = now - (progress.controlledSince ?? 0);
  return agreedEnd(situation, outcome, wantedAfter(situation), Math.min(agreedMs, controlledMs));
};

/** Each further call waits three times as long as the call before. So a lagging read can catch up before all calls are used. */
const isDue = (situation: Situation): boolean => {
  const { progress, now, proofGapMs } = situation;
  return now >= after(progress.lastCallAt ?? now, proofGapMs * 3 ** (executedCalls(progress) - 1));
};

/** No call that is still on its way can explain what the probes show. */
const hasLanded = ({ progress, now, landsWithinMs }: Situation): boolean =>
  now >= after(progress.lastCallAt ?? now, landsWithinMs);

/** The call of a managing key was refused as if the key did not count, and no question of that key is. Then the refusal may pass. */
const isOddRefusal = ({ progress, round, signer, self }: Situation): boolean =>
  progress.ifAlive === 'credential-refused' && !self && !isManagerRefused(round, signer);

/**
 * The key was refused in a way that may pass. If it is alive, only a look before the call can show that, and a key that nobody has ever seen
 * cannot be proved gone.
 */
const mayYetBeSeen = ({ progress, round, roundVerdict }: Situation): boolean =>
  roundVerdict === 'none' &&
  round.some(({ answer }) => answer.saw === 'refused') &&
  progress.evidence.filter(({ saw }) => saw === 'refused').length < TWICE.rounds;

/** The call did not change the key: call again after enough doubt, or give up. */
const stillThere = (situation: Situation): Decision => {
  const { progress, now, kind, urgent, proofGapMs } = situation;
  const { count = 0, since = now } = progress.unchanged ?? {};
  const isLong = count >= UNCHANGED.count && now - since >= UNCHANGED.overMs;
  // After a call that was accepted or whose reply was lost, the key may be dead already, and a lagging read still shows it. Then a
  // refusal can mean the death.
  const isAlone = executedCalls(progress) === 1 && basisOf(progress) !== 'lost';
  const isPlain = progress.acceptedAt === undefined && (isAlone || isLong);
  const noEffect = executedCalls(progress) >= MOST_CALLS;
  if (progress.ifAlive && isPlain && (noEffect || !isOddRefusal(situation))) return end(`stuck/${progress.ifAlive}`);
  if (noEffect && isLong && hasLanded(situation))
    return end(kind === 'update' && progress.acceptedAt ? 'stuck/unproven' : 'stuck/no-effect');
  const isEnough = kind === 'delete' ? isLong || urgent : isLong && hasLanded(situation);
  if (isEnough && isDue(situation) && !noEffect) return { do: 'call' };
  return { do: 'ask', at: after(now, proofGapMs), code: 'not-yet-proved' };
};

/** No question can show a death, or none has a record of the key. Only the answer to the call is left. */
const unprovable = (situation: Situation): Decision => {
  const { progress, provable } = situation;
  // A full search that found nothing will find nothing later. A lost reply is not worth a wait.
  if (progress.lastAnswer !== 'rejected' && !provable) return end('stuck/unproven');
  if (progress.lastAnswer === 'accepted') return agreedEnd(situation, 'stuck/unproven', TWICE);
  if (progress.lastAnswer === 'rejected') return end(progress.acceptedAt ? 'stuck/unproven' : 'stuck/not-recognised');
  return waitForVerdict(situation);
};

const waitForVerdict = (situation: Situation): Decision => {
  const { progress, now, proofGapMs } = situation;
  const silence = withoutVerdict(situation);
  const unanswered = silence?.code === 'unrecognised' ? 'unrecognised' : 'no-reply';
  const code = progress.answered ? 'not-yet-proved' : unanswered;
  if (silence?.code === 'rate-limited') return { do: 'retry', code: 'rate-limited', notBefore: silence.notBefore };
  const notBefore = silence?.notBefore;
  return { do: 'ask', at: later(after(now, proofGapMs), notBefore ?? now), code, notBefore };
};

/**
 * A request waits for the instant that the provider states, but not for ever. A thief could keep a leaked key at its
 * limit, and so keep it alive.
 */
const STATED_ROUNDS = 6;

/**
 * Whether an urgent call leaves although no probe gave a verdict. With a managing key it leaves once: if a limit or a clock refuses it, it
 * waits for a verdict. A key that it kills unseen can never be proved gone.
 */
const mayCallInDoubt = ({ self, progress }: Situation, stated: EpochMs | undefined): boolean =>
  (self || progress.calls === 0) && (stated === undefined || progress.silentRounds >= STATED_ROUNDS);

const beforeDelete = (situation: Situation): Decision => {
  const { self, roundVerdict, urgent, progress, now, signer, proofGapMs, siblingsAsked, calledNow } = situation;
  // The call of this delivery may be why the key does not show. Only a key that shows gets another call.
  if (calledNow && roundVerdict !== 'present') return waitForVerdict(situation);
  if (mayYetBeSeen(situation)) return { do: 'ask', at: urgent ? now : after(now, proofGapMs), code: 'not-yet-proved' };
  if (self && roundVerdict === 'absent-unseen' && !siblingsAsked) return { do: 'ask-siblings' };
  const silence = withoutVerdict(situation);
  const isSilent =
    silence !== undefined && (roundVerdict === 'none' || (signer !== undefined && waitIn(signer) !== undefined));
  if (!isSilent) return { do: 'call' };
  if (!urgent) return { do: 'retry', ...silence };
  // At once, unless the provider has just stated a limit.
  const again = silence.code === 'rate-limited' ? after(now, proofGapMs) : now;
  if (progress.silentRounds < 2) return { do: 'ask', at: later(again, silence.notBefore ?? now), ...silence };
  return !calledNow && mayCallInDoubt(situation, silence.notBefore) ? { do: 'call' } : { do: 'retry', ...silence };
};

const afterDelete = (situation: Situation): Decision => {
  const { roundVerdict, provable } = situation;
  if (roundVerdict === 'present') return stillThere(situation);
  if (roundVerdict === 'absent-unseen' || !provable) return unprovable(situation);
  return waitForVerdict(situation);
};

/** Whether the key had been gone, at that instant, for longer than an outage is assumed to last. */
const outlastsOutage = ({ progress, now }: Situation, at: EpochMs | undefined): boolean =>
  at !== undefined && at >= after(progress.absentSince ?? now, TIMING.outageMs);

/** A refused call killed nothing: the key was dead already. */
const goneAs = ({ progress }: Situation): FinalOutcome => (hasEffectiveCall(progress) ? 'revoked' : 'already-revoked');

/** The provider says in its own words that the key was revoked. That needs no call to tell it from an outage. */
const isByWord = ({ progress }: Situation): boolean => progress.revokedByWordSince !== undefined;

/** Said in two rounds, a gap apart. */
const wordEnd = (situation: Situation): Decision => {
  const { progress, now, agreedMs } = situation;
  const saidMs = now - (progress.revokedByWordSince ?? now);
  return agreedEnd(situation, goneAs(situation), wantedAfter(situation), Math.min(agreedMs, saidMs));
};

/** Whether two absences are enough: the call was accepted, or the managing key was accepted while the target was not. */
const isTold = (situation: Situation): boolean => {
  const { progress, proved, controlled } = situation;
  const basis = basisOf(progress);
  return proved || basis === 'accepted' || (basis !== undefined && controlled) || isByWord(situation);
};

/** How the calls after the first reply that says nothing of the key were answered, or all calls without one. A call that was put off asked nothing. */
const repliesAfterLoss = (progress: AttemptRecord): readonly CallReply[] => {
  const replies = repliesOf(progress);
  const first = replies.findIndex((reply) => reply === 'lost' || reply === 'opaque');
  return replies.slice(first + 1).filter((reply) => reply !== 'put-off');
};

/**
 * Beside another key that was accepted, an answer to the delete is enough. After a lost reply the delete is sent once more in each delivery
 * until one reply arrives: the lost calls may never have reached the provider, and a list may lack a key that is alive.
 */
const goneControlled = (situation: Situation): Decision => {
  const { progress, calledNow, now } = situation;
  const again = repliesAfterLoss(progress);
  const isAnswered = again.some((reply) => reply !== 'lost');
  if (isAnswered || heldBy(situation) !== undefined || outlastsOutage(situation, now))
    return controlledEnd(situation, goneAs(situation));
  return again.length === 0 || !calledNow ? { do: 'call' } : { do: 'retry', code: 'not-yet-proved' };
};

/**
 * With a managing key, two absences are enough. If the reply to the delete was lost, the delete is sent again first, until it is answered. A
 * check that the call would fail holds it back, and the absences stand.
 *
 * Only the key's own answers show that it is gone: an outage that refuses every key looks the same. The delete is sent again in each
 * delivery, since it would kill a key that is alive, until the key has been gone for longer than an outage lasts.
 */
const gone = (situation: Situation): Decision => {
  const { progress, proved, calledNow, now } = situation;
  const basis = basisOf(progress);
  if (proved || basis === 'accepted') return agreedEnd(situation, goneAs(situation), wantedAfter(situation));
  if (isByWord(situation)) return wordEnd(situation);
  if (basis === undefined) return beforeDelete(situation);
  // A key that signs for itself would be refused by such a call as by its own probe.
  if (situation.controlled)
    return situation.self ? controlledEnd(situation, goneAs(situation)) : goneControlled(situation);
  // The end rests on a delete that was refused at the end of that time, and on enough absences after it.
  const isOver = outlastsOutage(situation, now);
  const isLastCall = outlastsOutage(situation, progress.lastCallAt) && progress.lastAnswer === 'rejected';
  if (!calledNow && !(isOver && isLastCall)) return { do: 'call' };
  if (!isOver) return { do: 'retry', code: 'not-yet-proved' };
  return agreedEnd(situation, goneAs(situation), wantedAfter(situation));
};

const onDelete = (situation: Situation): Decision => {
  const { progress, roundVerdict } = situation;
  const held = roundVerdict === 'absent' && isTold(situation) ? undefined : heldBy(situation);
  if (held) return end(held);
  if (roundVerdict === 'absent') return gone(situation);
  // A call that the provider did not execute (a limited rate, a wrong clock) does not count.
  return progress.calls - progress.notExecuted === 0 ? beforeDelete(situation) : afterDelete(situation);
};

/** An update sends no delete to find out whether the key is dead or its provider is down. */
const goneWithoutDelete = (situation: Situation): Decision => {
  if (situation.controlled) return controlledEnd(situation, 'already-revoked');
  return outlastsOutage(situation, situation.now) ? end('stuck/unproven') : { do: 'retry', code: 'not-yet-proved' };
};

/** A replica that lags can show the settings of some seconds ago. Without a call, nothing else says that the key is as asked. */
const wantedForRestricted = (situation: Situation): Wanted =>
  executedCalls(situation.progress) > 0 ? wantedAfter(situation) : { ...TWICE, gaps: FLAPPING_GAPS };

/** The body of an update is made from two readings, a gap apart: one of them may lag. */
const updateCall = ({ progress, now, proofGapMs }: Situation): Decision => {
  const due = after(progress.readAt ?? now, proofGapMs);
  return now >= due ? { do: 'call' } : { do: 'ask', at: due, code: 'not-yet-proved' };
};

/** An update can widen a key. So every doubt waits or ends, and none calls. */
const onUpdate = (situation: Situation): Decision => {
  const { roundVerdict, self, progress, siblingsAsked } = situation;
  const ended = answersIn(situation).map(endIn).find(Boolean);
  if (ended) return end(ended);
  if (roundVerdict === 'absent') return goneWithoutDelete(situation);
  if (roundVerdict === 'as-asked') return agreedEnd(situation, 'restricted', wantedForRestricted(situation));
  if (roundVerdict === 'web-only') return agreedEnd(situation, 'stuck/only-in-web-ui', TWICE);
  if (roundVerdict === 'absent-unseen')
    return self && !siblingsAsked ? { do: 'ask-siblings' } : end('stuck/not-recognised');
  const silence = withoutVerdict(situation);
  if (progress.calls > 0) return roundVerdict === 'wider' ? stillThere(situation) : waitForVerdict(situation);
  if (silence) return { do: 'retry', ...silence };
  return roundVerdict === 'wider' ? updateCall(situation) : { do: 'retry', code: 'unrecognised' };
};

/** No verdict but a doubt, for as long as an outage is assumed to last. */
const isDoubtfulForLong = ({ round, roundVerdict, progress: { doubt }, now }: Situation): boolean =>
  roundVerdict === 'none' &&
  round.some(({ answer }) => isDoubt(answer)) &&
  now >= after(doubt?.since ?? now, TIMING.outageMs);

/** What comes next, from one round of answers and everything that is known. Pure. */
export const decide = (situation: Situation): Decision => {
  if (isDoubtfulForLong(situation)) return end('stuck/unproven');
  return situation.kind === 'delete' ? onDelete(situation) : onUpdate(situation);
};

/**
 * What follows from a call's own answer: an end, or a wait that the provider stated. Otherwise the probes decide.
 *
 * @param mayBeDead the key was gone when the call left, and an earlier call may have killed the key: a refusal may mean that death
 */
export const decideOnAnswer = (
  answer: Answer,
  mayBeDead: boolean,
): Extract<Decision, { readonly do: 'end' | 'retry' }> | undefined => {
  if (answer.saw !== 'rejected') return undefined;
  const outcome = endIn(answer);
  if (outcome) return mayBeDead ? undefined : end(outcome);
  const wait = waitIn(answer);
  return wait && { do: 'retry', ...wait };
};
