import { type Attempt, keyIn } from '../state/model.ts';
import { isManaging, isMiss, isSight, mayMiss, maySee, type Reading } from '../state/reading.ts';
import { repliesTo } from '../state/replies.ts';
import type { Follower } from './follow.ts';

/** An absence that nobody has watched for so long starts again. */
const UNWATCHED_MS = 1_800_000;

/** Takes over what a reading may have shown of any key, by any request. */
export const followAnyReading = ({ model, isCut, attempt }: Follower, reading: Reading): void => {
  for (const { key, view, attempted } of model.attempts.values()) {
    if (key && !isMiss(reading, key)) view.isUnknown = false;
    if (key && attempted > 0 && maySee(reading, key)) keyIn(model, key).mayFlap = true;
  }
  const { by, isList, status, faultName } = reading;
  const isSure = isList && status === 200 && faultName === undefined && !isCut && !attempt?.sent.isPlan;
  for (const keyId of new Set([...reading.living, ...model.keys.keys()])) {
    // A list names other keys as well; each case keeps only what was asked about its own.
    if (attempt && attempt.key !== keyId) continue;
    if (!isManaging(reading, keyId) || !maySee(reading, keyId)) continue;
    const { listedTo } = keyIn(model, keyId);
    const isSurely = isSure && attempt !== undefined;
    if (isSurely || listedTo.get(by) === undefined) listedTo.set(by, isSurely ? 'surely' : 'maybe');
  }
};

/** Readings of one round are nearer to each other than this. */
const ROUND_MS = 1_000;

/** Counts the sights of a key after a call that the provider may have carried out, and the absences since the last sight. */
const followFlapping = (
  { calls, view }: Attempt,
  key: string,
  reading: Reading,
  record: Follower['record'],
  isCut: boolean,
): void => {
  const { at } = reading;
  if (!maySee(reading, key)) return void view.misses.push(at);
  view.misses.length = 0;
  const isEffective = calls.some((call) =>
    repliesTo(call, record).every((reply) => reply === 'accepted' || reply === 'lost'),
  );
  const isNext = at - (view.sights.at(-1) ?? 0) >= ROUND_MS;
  if (isEffective && isSight(reading, key) && !isCut && isNext) view.sights.push(at);
};

/** Takes over what a reading may have shown of the key that the attempt is pinned to. */
export const followReading = ({ isCut, record }: Follower, attempt: Attempt, reading: Reading): void => {
  const { key, view, calls } = attempt;
  if (key === undefined) return;
  // A key that its siblings do not know is no less alive.
  view.home ??= reading.by === key ? reading.host : undefined;
  if (reading.by === key && reading.host !== view.home) return;
  view.readings.push(reading);
  followFlapping(attempt, key, reading, record, isCut);
  if (isSight(reading, key) && !isCut) view.isSighted = true;
  if (view.absentSince !== undefined && maySee(reading, key)) {
    // It lives, so none of the calls up to its absence has deleted it: they count no longer.
    view.spent = calls.length;
    if (isSight(reading, key)) view.absentSince = undefined;
  }
  // Nobody has looked at it for long: what it did meanwhile is not known.
  const before = view.readings.at(-2)?.at ?? reading.at;
  if (reading.at - before > UNWATCHED_MS) view.absentSince = undefined;
  if (mayMiss(reading, key)) view.absentSince ??= reading.at;
  const isSeen = view.isSighted || attempt.wasSeen === 'surely';
  if (maySee(reading, key) || reading.at - (view.missedAt ?? reading.at) > UNWATCHED_MS) view.missingSince = undefined;
  if (!maySee(reading, key) && isSeen && !isCut && isMiss(reading, key)) {
    view.missingSince ??= reading.at;
    view.missedAt = reading.at;
  }
};
