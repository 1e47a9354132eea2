import { TIMING } from '../../../functions/core/timing.ts';
import { type Exchange, SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import type { Attempt, Called } from '../state/model.ts';
import { isMiss, isSight, mayMiss } from '../state/reading.ts';
import { isSurely, mayBe } from '../state/replies.ts';
import type { Of } from '../system/happening.ts';
import { OUTAGE } from '../system/outage.ts';
import { controlOf, toldOf } from './death.ts';
import type { Follower } from './follow.ts';

/** The most calls of one attempt that a living key is left by. */
const MOST_CALLS = 5;
/** What a provider answers to a call that it did not carry out, so that it counts as none. */
const TOO_MANY = 429;
/** In how many other environments each provider's key is looked for before a call for a key that nobody has ever seen. */
const siblingsAt = (provider: string): number =>
  Object.entries(SANDBOX_OF).find(([name]) => name === provider)?.[1].cast.siblings ?? 0;

const isExecuted = (record: readonly Exchange[], { seq }: Pick<Called, 'seq'>): boolean =>
  record[seq - 1]?.status !== TOO_MANY;

/** Those that count against the most: for a key that was there to be deleted. */
const isEffective = (record: readonly Exchange[], call: Called): boolean =>
  isExecuted(record, call) && call.isAlive && record[call.seq - 1]?.faultName !== OUTAGE;

/**
 * A delete goes out once more with each delivery that finds the key gone, where nothing but its own absence says that it is dead. What
 * was accepted is not repeated for an absent key, nor what was refused for one that nobody has ever seen.
 */
const isResent = (follower: Follower, attempt: Attempt, keyId: string): boolean => {
  const { record, readings, calls } = follower;
  const isGone = readings.some((one) => mayMiss(one, keyId)) && !readings.some((one) => isSight(one, keyId));
  // Nobody looks at what is known where a round says nothing.
  const isKnown = toldOf(follower, keyId, attempt) === 'surely' && readings.every((one) => isMiss(one, keyId));
  const isTold = isKnown || isSurely(attempt, record, 'accepted');
  return attempt.sent.order.kind === 'delete' && calls === 0 && isGone && !isTold && !attempt.view.isUnknown;
};

/** A managing key's delete goes out once more where a reply may have been lost, before the list's word is taken. */
const isAskedAgain = (follower: Follower, attempt: Attempt, keyId: string): boolean =>
  attempt.sent.order.kind === 'delete' &&
  controlOf(follower, keyId) !== 'not' &&
  follower.calls < 2 &&
  mayBe(attempt, follower.record, 'lost') &&
  !isSurely(attempt, follower.record, 'accepted');

/** What has to stand between two calls of one attempt for a key that lives. */
const tooSoon = (follower: Follower, attempt: Attempt, { at, seq }: Called): readonly string[] => {
  const { record, model } = follower;
  const { calls, sent, view, key = '' } = attempt;
  const last = calls.slice(view.spent).findLast((call) => isExecuted(record, call));
  if (last === undefined || isResent(follower, attempt, key) || isAskedAgain(follower, attempt, key)) return [];
  const isUpdate = sent.order.kind === 'update';
  const readings = record.slice(last.seq, seq - 1).filter(({ method, status }) => method === 'GET' && status === 200);
  const isEarly = isUpdate && at - last.at < model.stage.landsWithinMs;
  return [
    ...(readings.length < (sent.isUrgent && !isUpdate ? 1 : 3) ? ['L3: a further call after too few readings'] : []),
    ...(isEarly ? ['L3: a further update before the first had to have landed'] : []),
  ];
};

/** What must not leave for a key that is certainly gone. */
const needless = (follower: Follower, attempt: Attempt, { seq }: Called): readonly string[] => {
  const { record, calls, model } = follower;
  const readings = follower.readings.slice(follower.beforeCall);
  const { key = '', sent, view } = attempt;
  const isGone = readings.length > 0 && readings.every((one) => isMiss(one, key));
  if (!isGone || sent.isPlan) return [];
  const away = new Set(readings.filter(({ by, host }) => by === key && host !== view.home).map(({ host }) => host));
  // A managing key asks for the target by its name, and its environment is the target's.
  const isLookedFor = record[seq - 1]?.keyId !== key || away.size >= siblingsAt(model.stage.name);
  const rules: readonly (readonly [boolean, string])[] = [
    [sent.order.kind === 'delete', 'L3: an update of a key that is gone'],
    [calls === 0 || isAskedAgain(follower, attempt, key), 'L3: a further call for a key that is gone, in one delivery'],
    [!isSurely(attempt, record, 'accepted'), 'L3: a further call for a key that is gone, after one that was accepted'],
    [!view.isUnknown || isLookedFor, 'L3: a call for a key that was not looked for in its sibling environments'],
    [
      !view.isUnknown || !attempt.calls.some((call) => isExecuted(record, call)),
      'L3: a further call for a key that nobody has ever seen',
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, breach]) => breach);
};

/** L3: a call leaves that the rules allow, about the key that the request was pinned to. */
export const followCall = (follower: Follower, attempt: Attempt, call: Of<'called'>): readonly string[] => {
  const { record, isCut } = follower;
  const { sent, key, calls, view } = attempt;
  const { at, seq, isAlive } = call;
  const called: Called = { at, seq, isAlive, isCut };
  const meant = call.meant.join();
  const rules: readonly (readonly [boolean, string])[] = [
    [meant === key, `L3: a call is about ${meant} in place of ${key}`],
    [!sent.isPlan, 'L3: a call in a dry run'],
    [at >= sent.notBefore, 'L3: a call before its time'],
    [call.left > TIMING.callMarginMs, 'L3: a call with too little of the lease left'],
  ];
  const breaches = [
    ...rules.filter(([holds]) => !holds).map(([, breach]) => breach),
    ...tooSoon(follower, attempt, called),
    ...needless(follower, attempt, called),
  ];
  calls.push(called);
  follower.calls += 1;
  follower.beforeCall = follower.readings.length;
  const effective = calls.slice(view.spent).filter((one) => isEffective(record, one)).length;
  return [...breaches, ...(effective > MOST_CALLS ? [`L3: ${effective} calls`] : [])];
};
