import { type Answer, endIn, isAbsent, isPresent, type KeyRecord } from '../answer.ts';
import { after, type EpochMs } from '../epoch.ts';
import type { AttemptRecord } from '../ledger/case-item.ts';
import { type StuckCode, stuckCodeOf } from '../outcome.ts';
import type { Asker, Question, Reach, Restriction } from '../provider.ts';
import { TIMING } from '../timing.ts';

/** A question with its answer. */
export interface AnsweredQuestion {
  readonly question: Pick<Question, 'asked' | 'as' | 'host' | 'questionId'>;
  readonly answer: Answer;
}

/**
 * Where one round of probes shows the key to stand. `present` and the three reaches of an update: it lives. `absent`: for an
 * asker that had seen it. `absent-unseen`: for askers that never had. `none`: no verdict.
 */
export type RoundVerdict = 'absent' | 'absent-unseen' | 'present' | 'none' | Reach;

interface Context {
  readonly sightings: Readonly<Record<string, EpochMs>>;
  /** The answer about the managing key itself, where it was asked in this round. */
  readonly signer: Answer | undefined;
  readonly needsAll: boolean;
  readonly restriction: Restriction | undefined;
  readonly before: KeyRecord | undefined;
}

/** The settings that a round read: the target's own word before a list's. */
export const recordIn = (round: readonly AnsweredQuestion[]): KeyRecord | undefined =>
  round.find(({ question, answer }) => question.as === 'self' && answer.record)?.answer.record ??
  round.find(({ answer }) => answer.record)?.answer.record;

const FARTHER: readonly Reach[] = ['as-asked', 'web-only', 'wider'];

/** How far an update's key is by its best reading; where another one of the same round shows it farther, they do not agree. */
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

/** The managing key was refused: what else this round shows may come from the same trouble, so it says nothing of the target. */
export const isManagerRefused = (round: readonly AnsweredQuestion[], signer: Answer | undefined): boolean =>
  [signer, ...round.filter(({ question }) => question.as === 'managing').map(({ answer }) => answer)].some(
    (answer) => answer?.saw === 'silent' && (answer.blocksCall || endIn(answer) === 'stuck/credential-refused'),
  );

/** A list that had named the target no longer does, and the managing key that asked for it was accepted. */
export const isControlled = (round: readonly AnsweredQuestion[], seen: Context['sightings']): boolean =>
  round.some(
    ({ question, answer }) => question.as === 'managing' && isAbsent(answer) && seen[question.questionId] !== undefined,
  );

/**
 * What a round of probes says together. Every verdict must agree: one that shows the key forbids "gone"; a silent one neither helps
 * nor hurts, except where all have to speak.
 */
export const roundVerdictOf = (
  round: readonly AnsweredQuestion[],
  { sightings, signer, needsAll, restriction, before }: Context,
): RoundVerdict => {
  if (round.some(({ answer }) => isPresent(answer))) {
    return restriction === undefined ? 'present' : reachVerdictOf(round, restriction, before);
  }
  // Refused, but as itself: the provider still holds the key, whatever a list says.
  if (round.some(({ answer }) => answer.identified)) return 'none';
  if (isManagerRefused(round, signer)) return 'none';
  const absent = round.filter(({ answer }) => isAbsent(answer));
  if (absent.length === 0) return 'none';
  const backed = absent.filter(({ question }) => sightings[question.questionId] !== undefined);
  if (backed.length === 0) return 'absent-unseen';
  if (!needsAll) return 'absent';
  if (absent.length < round.length) return 'none';
  // All agree, but who never had the key before them cannot back it, however often they are asked.
  return isBackedByEach(round, backed) ? 'absent' : 'absent-unseen';
};

/** Each asker has seen the key by one of its questions at least; its others then agree, also where they never had an answer before. */
const isBackedByEach = (round: readonly AnsweredQuestion[], backed: readonly AnsweredQuestion[]): boolean =>
  round.every(({ question }) => backed.some((other) => other.question.as === question.as));

/** The key lives, and not as it was to become. */
const UNCHANGED: readonly RoundVerdict[] = ['present', 'wider', 'web-only'];
const AGREEABLE: readonly RoundVerdict[] = ['absent', 'absent-unseen', 'as-asked', 'web-only'];

const stuckCode = (answer: Answer): StuckCode | undefined => answer.fallbackCode ?? stuckCodeOf(endIn(answer));

const keyStateAfter = (
  round: readonly AnsweredQuestion[],
  known: AttemptRecord['keyState'],
): AttemptRecord['keyState'] => {
  if (round.some(({ answer }) => answer.saw === 'expired')) return 'expired';
  if (round.some(({ answer }) => isPresent(answer) || answer.identified)) return 'alive';
  return round.some(({ answer }) => isAbsent(answer)) ? 'unknown' : known;
};

type Absence = Pick<AttemptRecord, 'absentSince' | 'absentAt' | 'controlledSince'>;

/** A key that nobody has looked at for long may have lived meanwhile: what was found before counts no more. */
const sinceWatched = (progress: AttemptRecord, now: EpochMs): AttemptRecord =>
  progress.absentAt === undefined || now <= after(progress.absentAt, TIMING.unwatchedMs)
    ? progress
    : { ...progress, agreed: undefined, absentSince: undefined, controlledSince: undefined };

const absenceAfter = (
  { absentSince, absentAt, controlledSince }: Absence,
  { roundVerdict, controlled, now }: { roundVerdict: RoundVerdict; controlled: boolean; now: EpochMs },
): Absence => {
  if (roundVerdict === 'none') return { absentSince, absentAt, controlledSince };
  if (roundVerdict !== 'absent') return { absentSince: undefined, absentAt: undefined, controlledSince: undefined };
  return {
    absentSince: absentSince ?? now,
    absentAt: now,
    controlledSince: controlled ? (controlledSince ?? now) : controlledSince,
  };
};

/** Adds one round to what is known: the count of agreeing rounds, or of unchanged ones, continues or starts again. */
export const countRound = (
  progress: AttemptRecord,
  round: readonly AnsweredQuestion[],
  {
    roundVerdict,
    controlled,
    signer,
    now,
  }: { roundVerdict: RoundVerdict; controlled: boolean; signer: Answer | undefined; now: EpochMs },
): AttemptRecord => {
  const known = roundVerdict === 'absent' ? sinceWatched(progress, now) : progress;
  const on = AGREEABLE.find((one) => one === roundVerdict) as NonNullable<AttemptRecord['agreed']>['on'] | undefined;
  const unchanged =
    progress.calls > 0 && UNCHANGED.includes(roundVerdict)
      ? { count: (progress.unchanged?.count ?? 0) + 1, since: progress.unchanged?.since ?? now }
      : undefined;
  const record = recordIn(round);
  return {
    ...progress,
    agreed: on === undefined ? undefined : known.agreed?.on === on ? known.agreed : { on, at: now },
    ...absenceAfter(known, { roundVerdict, controlled, now }),
    unchanged: roundVerdict === 'none' ? progress.unchanged : unchanged,
    // The call was refused because the key is gone: that says nothing of a key that shows again.
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

/** Whether an answer speaks for the signer: its refusals are those that the call would meet. */
export const bySigner = (as: Asker, self: boolean): boolean => self || as === 'managing';
