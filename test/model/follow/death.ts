import { PASSING } from '../rules/outcomes.ts';
import { type Attempt, keyIn, type Model, type Sureness } from '../state/model.ts';
import { isAccepted, isManaging, isMiss, isRefused, mayBeAccepted } from '../state/reading.ts';
import { type CallReply, isSurely, mayBe } from '../state/replies.ts';
import type { Of } from '../system/happening.ts';
import { type Delivered, GIVE_UP_MS } from '../system/system.ts';
import type { Follower } from './follow.ts';
import { isGone } from './follow-case.ts';

/** So long a key has to be gone where nothing tells its death from an outage. */
export const OUTAGE_LASTS_MS = 3_600_000;

/** The ledger holds the key's death. */
export const isProvedIn = (model: Model, keyId: string): boolean =>
  ['proved', 'called again'].includes(keyIn(model, keyId).state);

/** Whether a managing key whose list had named the target was accepted in this delivery: then no outage hides the target. */
export const controlOf = ({ model, readings }: Follower, keyId: string): Sureness => {
  const { listedTo } = keyIn(model, keyId);
  const accepted = readings.filter((reading) => isManaging(reading, keyId) && isAccepted(reading));
  const isSure = accepted.some(({ by, isList, faultName }) => isList && !faultName && listedTo.get(by) === 'surely');
  if (isSure) return 'surely';
  return accepted.some(({ by }) => listedTo.has(by)) ? 'maybe' : 'not';
};

/** Whether more than the key's own absence tells of its death: a managing key, or for a delete the ledger. */
export const toldOf = (follower: Follower, keyId: string, { sent }: Attempt): Sureness =>
  sent.order.kind === 'delete' && isProvedIn(follower.model, keyId) ? 'surely' : controlOf(follower, keyId);

/** The key is gone, and nothing but its own absence says so: neither the ledger, nor a managing key, nor a call's acceptance. */
const isGoneUntold = (follower: Follower, attempt: Attempt): boolean => {
  const { record, readings } = follower;
  const { key, sent } = attempt;
  const isGone = key !== undefined && readings.length > 0 && readings.some((one) => !one.living.includes(key));
  if (!isGone || sent.isPlan || toldOf(follower, key, attempt) === 'surely') return false;
  return sent.order.kind === 'update' || !isSurely(attempt, record, 'accepted');
};

/** A delivery has found the key so, and done what there is to do: a delete was sent again. */
export const isUntold = (follower: Follower, attempt: Attempt): boolean =>
  isGoneUntold(follower, attempt) && (attempt.sent.order.kind === 'update' || follower.calls > 0);

/** What is wrong with a wait for a key that was seen, is certainly gone, and nothing else reports its death. */
export const idle = (follower: Follower, { verdict, isMet }: Delivered, attempt: Attempt): readonly string[] => {
  const { readings, calls } = follower;
  const { key = '', sent, view, wasSeen, work } = attempt;
  const isSeen = view.isSighted || wasSeen === 'surely';
  const isPlain = !isMet && isSeen && readings.every((one) => isMiss(one, key));
  const isWait = typeof verdict === 'object' && verdict.code === 'not-yet-proved';
  if (!isPlain || !isWait || toldOf(follower, key, attempt) !== 'not' || !isGoneUntold(follower, attempt)) return [];
  const { missingSince = Number.POSITIVE_INFINITY } = view;
  const { mayFlap } = keyIn(follower.model, key);
  const isOld = !mayFlap && readings.every(({ by, at }) => by === key && at >= missingSince + OUTAGE_LASTS_MS);
  // A key that has shown since a call is asked for more often. No delete has to go out between these readings.
  const isLate = attempt.calls.some(({ at }) => at >= (view.absentSince ?? missingSince) + OUTAGE_LASTS_MS);
  const isCalled = mayFlap && (isLate || mayBe(attempt, follower.record, 'accepted'));
  return [
    ...(sent.order.kind === 'delete' && calls === 0 && !isCalled
      ? [`L2: ${work} waits without sending the delete again`]
      : []),
    ...(isOld ? [`L2: ${work} waits though the key has been gone for an hour`] : []),
  ];
};

/** So many sights ask for more absences, over so long; more sights ask for no more. */
const FLAPPING = { most: 10, forMs: 20_000 };

/** The key has shown after a call, and has not been gone for long enough since. */
const isFlapping = ({ sights, misses }: Attempt['view']): boolean => {
  if (sights.length === 0) return false;
  const lasted = (misses.at(-1) ?? 0) - (misses[0] ?? 0);
  return lasted < FLAPPING.forMs || misses.length < Math.min(sights.length, FLAPPING.most) + 2;
};

/** How long an end has to hold that may pass by itself. */
const REFUSED_MS = { urgent: 900_000, other: 3_600_000 };

/** An end that may pass by itself was final too soon: it did not last, and no other key was accepted. */
const isHasty = (
  { readings }: Follower,
  { sent, receivedAt, key = '' }: Attempt,
  outcome: string,
  at: number,
): boolean =>
  PASSING.includes(outcome) &&
  at < receivedAt + Math.min(REFUSED_MS[sent.isUrgent ? 'urgent' : 'other'], GIVE_UP_MS) &&
  !readings.some((one) => mayBeAccepted(one) && (isManaging(one, key) || sent.order.signed !== 'self'));

/** L1: what a word of death has to rest on. */
export const unfounded = (
  follower: Follower,
  attempt: Attempt,
  { outcome, at }: Of<'concluded'>,
): readonly string[] => {
  const { model, record } = follower;
  const { key = '', attempted, sent, view } = attempt;
  view.absentForMs = view.absentSince === undefined ? 0 : at - view.absentSince;
  const isUpdate = sent.order.kind === 'update';
  const isProved = isProvedIn(model, key);
  view.told = toldOf(follower, key, attempt);
  const isTold = view.told !== 'not';
  if (isHasty(follower, attempt, outcome, at)) return [`${outcome} though it could pass by itself`];
  if (!isGone(outcome)) return [];
  const may = (reply: CallReply): boolean => mayBe(attempt, record, reply);
  const surely = (reply: CallReply): boolean => isSurely(attempt, record, reply);
  const isOld = view.absentForMs >= OUTAGE_LASTS_MS;
  const rules: readonly (readonly [boolean, string])[] = [
    [isProved || isUpdate || attempted > 0, 'without a call'],
    [outcome !== 'revoked' || may('accepted') || may('lost'), 'by refused calls'],
    [
      isUpdate || outcome !== 'already-revoked' || !(surely('accepted') || surely('lost')),
      'after a call that may have deleted it',
    ],
    [isTold || !isUpdate, 'by an update, and by its own absence'],
    [isTold || isUpdate || may('accepted') || isOld, 'by its own absence within an hour'],
    [isUpdate || !isFlapping(view), 'of a key that has shown since its call'],
    [
      isProved || outcome !== 'revoked' || may('accepted') || attempted > 1 || isOld,
      'by one call whose reply was lost',
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, why]) => `L1: ${outcome} ${why}`);
};

/** The longest that a look may have been on its way. */
const LOOK_MS = 5_000;

const isKilledByUs = ({ model, record }: Follower, keyId: string): boolean =>
  isProvedIn(model, keyId) ||
  [...model.attempts.values()].some((one) => one.key === keyId && mayBe(one, record, 'accepted'));

/** L1: at those instants the managing key was refused, so that the looks show nothing; one that we have deleted need not be asked. */
export const refusedAt = (follower: Follower, { key = '', view }: Attempt, instants: readonly number[]): boolean =>
  instants.some((instant) => {
    const last = view.readings.findLast(
      (reading) => isManaging(reading, key) && reading.at <= instant && reading.at >= instant - LOOK_MS,
    );
    return last !== undefined && isRefused(last) && !isKilledByUs(follower, last.by);
  });
