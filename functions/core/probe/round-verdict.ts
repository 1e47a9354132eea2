import {
  type Answer,
  type Besides,
  endIn,
  isAbsent,
  isDoubt,
  isPresent,
  type KeyRecord,
  mayBeAbsent,
} from '../answer.ts';
import { after, type EpochMs } from '../epoch.ts';
import type { AttemptRecord } from '../ledger/case-item.ts';
import { type StuckCode, stuckCodeOf } from '../outcome.ts';
import type { Question, Questioner, Reach, Restriction } from '../provider.ts';
import type { Control } from '../receipt.ts';
import { TIMING } from '../timing.ts';

/** A question with its answer. */
export interface AnsweredQuestion {
  readonly question: Pick<Question, 'asked' | 'as' | 'host' | 'questionId'>;
  readonly answer: Answer;
  /** The remote address of each connection that was opened for this question. Empty if it used connections that were open. */
  readonly connections: readonly string[];
}

/**
 * The state of the key that one round of probes shows. `present` and the three reaches of an update: it is alive. `absent`: for an
 * asker that had seen it. `absent-unseen`: for askers that never had. `none`: no verdict.
 */
export type RoundVerdict = 'absent' | 'absent-unseen' | 'present' | 'none' | Reach;

interface Context extends Besides {
  readonly sightings: Readonly<Record<string, EpochMs>>;
  /** The answer about the managing key itself, if it was asked in this round. */
  readonly signer: Answer | undefined;
  readonly needsAll: boolean;
  readonly restriction: Restriction | undefined;
  readonly before: KeyRecord | undefined;
}

/** The settings that a round read: the target's own reply comes before a list. */
export const recordIn = (round: readonly AnsweredQuestion[]): KeyRecord | undefined =>
  round.find(({ question, answer }) => question.as === 'self' && answer.record)?.answer.record ??
  round.find(({ answer }) => answer.record)?.answer.record;

const FARTHER: readonly Reach[] = ['as-asked', 'web-only', 'wider'];

/**
 * How far the key is from an update's settings, by the best reading. If another reading of the same round differs,
 * there is no agreement.
 */
const reachVerdictOf = (
  round: readonly AnsweredQuestion[],
  { reach }: Restriction,
  before: KeyRecord | undefined,
): RoundVerdict => {
  const best = recordIn(round);
  if (best === undefined) return 'none';
  const distance = (record: KeyRecord): number => FARTHER.indexOf(reach(record, before ?? best));
  const far = distance(best);
  const others = round.flatMap(({ answer: { record } }) => (record === undefined || record === best ? [] : [record]));
  return others.every((record) => distance(record) <= far) ? (FARTHER[far] as Reach) : 'none';
};

/** The managing key was refused. The rest of this round may have the same cause, so it says nothing of the target. */
export const isManagerRefused = (round: readonly AnsweredQuestion[], signer: Answer | undefined): boolean =>
  (signer !== undefined && mayBeAbsent(signer)) ||
  [signer, ...round.filter(({ question }) => question.as === 'managing').map(({ answer }) => answer)].some(
    (answer) => answer?.saw === 'silent' && (answer.blocksCall || endIn(answer) === 'stuck/credential-refused'),
  );

/** A list that had named the target no longer names it, and the managing key that asked was accepted. */
export const isControlled = (round: readonly AnsweredQuestion[], seen: Context['sightings']): boolean =>
  round.some(
    ({ question, answer }) => question.as === 'managing' && isAbsent(answer) && seen[question.questionId] !== undefined,
  );

/**
 * What the probes of a round say together. Every verdict must agree: one that shows the key rules out "gone". A silent probe neither helps
 * nor hurts, unless all must speak.
 */
export const roundVerdictOf = (
  round: readonly AnsweredQuestion[],
  { sightings, signer, needsAll, restriction, before, ...besides }: Context,
): RoundVerdict => {
  const isDoubted = round.some(({ answer }) => isDoubt(answer));
  if (round.some(({ answer }) => isPresent(answer))) {
    const verdict = restriction === undefined ? 'present' : reachVerdictOf(round, restriction, before);
    return isDoubted && verdict === 'as-asked' ? 'none' : verdict;
  }
  // Refused, but identified: the provider still has the key, even if no list names it. A doubt may be such a refusal.
  if (isDoubted || round.some(({ answer }) => answer.identified)) return 'none';
  if (isManagerRefused(round, signer)) return 'none';
  const absent = round.filter(({ answer }) => isAbsent(answer, besides));
  if (absent.length === 0) return 'none';
  const backed = absent.filter(
    ({ question, answer }) => sightings[question.questionId] !== undefined || answer.saw === 'revoked',
  );
  if (backed.length === 0) return 'absent-unseen';
  if (!needsAll) return 'absent';
  if (absent.length < round.length) return 'none';
  // All agree. But askers that never saw the key cannot prove its absence, however often they are asked.
  return isBackedByEach(round, backed) ? 'absent' : 'absent-unseen';
};

/** Each asker has seen the key in at least one of its questions. Its other questions then agree, even if they never had an answer. */
const isBackedByEach = (round: readonly AnsweredQuestion[], backed: readonly AnsweredQuestion[]): boolean =>
  round.every(({ question }) => backed.some((other) => other.question.as === question.as));

/** The key is alive, and not as the update asks. */
const UNCHANGED: readonly RoundVerdict[] = ['present', 'wider', 'web-only'];
const AGREEABLE: readonly RoundVerdict[] = ['absent', 'absent-unseen', 'as-asked', 'web-only'];

const stuckCode = (answer: Answer): StuckCode | undefined => answer.fallbackCode ?? stuckCodeOf(endIn(answer));

const keyStateAfter = (
  round: readonly AnsweredQuestion[],
  known: AttemptRecord['keyState'],
): AttemptRecord['keyState'] => {
  if (round.some(({ answer }) => answer.saw === 'expired')) return 'expired';
  // A doubt is no sighting. But until it is settled the key has to be treated as alive.
  if (round.some(({ answer }) => isPresent(answer) || isDoubt(answer) || answer.identified)) return 'alive';
  return round.some(({ answer }) => mayBeAbsent(answer)) ? 'unknown' : known;
};

type Absence = Pick<AttemptRecord, 'absentSince' | 'absentAt' | 'controlledSince' | 'controlledBy'>;

/** A doubt lasts until a round gives a verdict without one. */
const doubtAfter = (
  { doubt }: AttemptRecord,
  round: readonly AnsweredQuestion[],
  roundVerdict: RoundVerdict,
  now: EpochMs,
): AttemptRecord['doubt'] => {
  const code = round.find(({ answer }) => isDoubt(answer))?.answer.code;
  if (code !== undefined) return { since: doubt?.since ?? now, code };
  return roundVerdict === 'none' ? doubt : undefined;
};

/** What changes of an absence. A round without a verdict changes nothing. */
const absenceAfter = (
  { absentSince, controlledSince = undefined, controlledBy = undefined }: Absence,
  { roundVerdict, control, now }: { roundVerdict: RoundVerdict; control: Control | undefined; now: EpochMs },
): Absence => {
  if (roundVerdict === 'none') return {};
  if (roundVerdict !== 'absent')
    return { absentSince: undefined, absentAt: undefined, controlledSince: undefined, controlledBy: undefined };
  return {
    absentSince: absentSince ?? now,
    absentAt: now,
    controlledSince: controlledSince ?? (control && now),
    // Without a name it was the managing key.
    controlledBy: controlledSince === undefined ? control : controlledBy,
  };
};

/** A key without a probe for a long time may have been alive in the meantime. Then earlier findings no longer count. */
export const isWatched = ({ absentAt }: Pick<AttemptRecord, 'absentAt'>, now: EpochMs): boolean =>
  absentAt === undefined || now <= after(absentAt, TIMING.unwatchedMs);

/** Adds one round to what is known: the count of agreeing rounds, or of unchanged ones, continues or starts again. */
export const countRound = (
  progress: AttemptRecord,
  round: readonly AnsweredQuestion[],
  {
    roundVerdict,
    control,
    signer,
    now,
  }: { roundVerdict: RoundVerdict; control: Control | undefined; signer: Answer | undefined; now: EpochMs },
): AttemptRecord => {
  const known: Pick<AttemptRecord, 'agreed' | 'revokedByWordSince' | keyof Absence> = isWatched(progress, now)
    ? progress
    : {};
  const on = AGREEABLE.find((one) => one === roundVerdict) as NonNullable<AttemptRecord['agreed']>['on'] | undefined;
  const unchanged =
    progress.calls > 0 && UNCHANGED.includes(roundVerdict)
      ? { count: (progress.unchanged?.count ?? 0) + 1, since: progress.unchanged?.since ?? now }
      : undefined;
  const record = recordIn(round);
  const isByWord = roundVerdict === 'absent' && round.some(({ answer }) => answer.saw === 'revoked');
  return {
    ...progress,
    agreed: on === undefined ? undefined : known.agreed?.on === on ? known.agreed : { on, at: now },
    ...absenceAfter(known, { roundVerdict, control, now }),
    revokedByWordSince: isByWord ? (known.revokedByWordSince ?? now) : undefined,
    doubt: doubtAfter(progress, round, roundVerdict, now),
    unchanged: roundVerdict === 'none' ? progress.unchanged : unchanged,
    // The call was refused because the key was gone. That says nothing of a key that shows again.
    ifAlive: roundVerdict === 'absent' ? undefined : progress.ifAlive,
    answered: progress.answered || roundVerdict !== 'none' || round.some(({ answer }) => answer.saw !== 'silent'),
    keyState: keyStateAfter(round, progress.keyState),
    fallbackCode:
      roundVerdict === 'none'
        ? ([...round.map(({ answer }) => answer), signer].map((answer) => answer && stuckCode(answer)).find(Boolean) ??
          progress.fallbackCode)
        : undefined,
    ...(record && progress.calls === 0 && progress.before === undefined ? { before: record } : {}),
    ...(record ? { after: record } : {}),
  };
};

/** Whether an answer speaks for the signer: the call would meet the same refusals. */
export const bySigner = (as: Questioner, self: boolean): boolean => as === 'managing' || (self && as === 'self');
