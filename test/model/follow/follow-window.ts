import type { Receipt } from '../../../functions/core/receipt.ts';
import { isNarrower } from '../../laws/is-narrower.ts';
import { type Attempt, type KeyModel, keyIn, type Model, nameOf } from '../state/model.ts';
import { isAccepted, isManaging, isSight, maySee, type Reading } from '../state/reading.ts';
import { mayBe } from '../state/replies.ts';
import type { Of } from '../system/happening.ts';
import type { Follower } from './follow.ts';

/** For so long the nodes of any provider may disagree: none documents more or less. */
const WINDOW_MS = 600_000;
/** A provider that has shown the key in so many windows before is not asked again. */
const MOST_BROKEN = 2;

/** By these the word of an end is taken back. */
const TAKES_BACK: readonly string[] = ['resurrected', 'widened', 'unconfirmed/still-flapping', 'stuck/no-effect'];
/** After these the request is sent again. */
const SENDS_AGAIN: readonly string[] = ['resurrected', 'widened'];

interface End {
  readonly outcome: string;
  readonly at: number;
  /** A managing key may have been accepted. */
  readonly isTold: boolean;
}

/** An end has to hold: in the window that is open, by the finding that there is, or in a window of its own. */
export const beginWindow = (key: KeyModel, work: string, { outcome, at, isTold }: End): void => {
  const as = outcome === 'restricted' ? 'restricted' : 'gone';
  const { window, found, provedBy } = key;
  const isProved = window?.as === 'gone' && as === 'gone' && provedBy !== undefined;
  key.owed.set(nameOf(work), work);
  if (isProved && (window.isOpen || found?.outcome === 'confirmed')) return;
  // A word that was taken back before says nothing of this one.
  key.takenBack = undefined;
  key.window = { as, since: at, isOpen: true, isTold, isTried: false };
};

/** What the readings of one delivery say of a key in its window. */
export const followWindow = (follower: Follower, keyId: string): void => {
  const { window } = keyIn(follower.model, keyId);
  if (!window?.isOpen) return;
  for (const reading of follower.readings) {
    if (isManaging(reading, keyId) && isAccepted(reading)) window.isTold = true;
    if (reading.by === keyId) window.isTried = true;
    // What is read from here on has to hold through a whole window.
    if (window.as === 'gone' && isSight(reading, keyId) && !follower.isCut)
      Object.assign(window, { since: reading.at, isTold: false, isTried: false });
  }
};

/** It certainly showed the key: to itself, or in the list of another. */
const isShown = (reading: Reading, keyId: string): boolean =>
  isSight(reading, keyId) ||
  (isManaging(reading, keyId) && reading.isList && reading.faultName === undefined && reading.living.includes(keyId));

const attemptsOn = ({ attempts }: Model, keyId: string): readonly Attempt[] =>
  [...attempts.values()].filter(({ key }) => key === keyId);

/** L1b: what a confirmation has to rest on. */
const unconfirmed = (follower: Follower, { key: keyId, at, truth }: Of<'found'>): readonly string[] => {
  const { model, record, readings } = follower;
  const { window, takenBack } = keyIn(model, keyId);
  if (window === undefined) return [];
  const { as, since, isTold } = window;
  const { narrow } = model.stage;
  const isGone = as === 'gone';
  const isSeen = isGone && !follower.isCut && readings.some((one) => isSight(one, keyId));
  const isSo = isGone ? !truth.isAlive : truth.settings !== undefined && narrow && isNarrower(truth.settings, narrow);
  // What an outage or a page that shifts hides from every question cannot be known.
  const isHidden = isGone ? !readings.some((one) => isShown(one, keyId)) : readings.every(({ faultName }) => faultName);
  const isAcceptedCall = attemptsOn(model, keyId).some((one) => mayBe(one, record, 'accepted'));
  const rules: readonly (readonly [boolean, string])[] = [
    [readings.length > 0, 'without a reading'],
    [at - since >= WINDOW_MS, 'before the window was over'],
    [!isSeen && takenBack === undefined, 'though the key was seen in its window'],
    [isSo === true || isHidden, isGone ? 'while the key lives' : 'while the key may do more'],
    [!isGone || isAcceptedCall || isTold, 'by what an outage looks like'],
  ];
  return rules.filter(([holds]) => !holds).map(([, why]) => `L1: confirmed ${why}`);
};

/** What a word that is taken back, or not confirmed, has to rest on. */
const unfounded = (follower: Follower, { key: keyId, outcome, at }: Of<'found'>): readonly string[] => {
  const { readings, model } = follower;
  const { window, broken } = keyIn(model, keyId);
  const isBack = TAKES_BACK.includes(outcome);
  // A reading that shows less than all may make a key look wider.
  const isMaybeSeen = window?.as === 'restricted' || readings.some((one) => maySee(one, keyId));
  const isOver = at - (window?.since ?? at) >= WINDOW_MS;
  const rules: readonly (readonly [boolean, string])[] = [
    [!isBack || isMaybeSeen, 'while no reading showed the key'],
    [isBack || isOver, 'before the window was over'],
    [SENDS_AGAIN.includes(outcome) || !isBack || broken >= MOST_BROKEN, 'though it could be sent again'],
    [!SENDS_AGAIN.includes(outcome) || broken < MOST_BROKEN, 'once too often'],
    [
      outcome !== 'unconfirmed/no-control' || !window?.isTold || readings.length === 0 || window.as === 'gone',
      'of a restriction',
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, why]) => `L1: found ${outcome} ${why}`);
};

/** A window is over. @returns what must not have been found in it */
export const found = (follower: Follower, happening: Of<'found'>): readonly string[] => {
  const { key: keyId, outcome, number } = happening;
  const key = keyIn(follower.model, keyId);
  const { window } = key;
  if (!window?.isOpen) return [`L1: found ${outcome} of ${keyId}, which is in no window`];
  followWindow(follower, keyId);
  const breaches = outcome === 'confirmed' ? unconfirmed(follower, happening) : unfounded(follower, happening);
  key.found = { outcome, number };
  window.isOpen = false;
  const isBack = TAKES_BACK.includes(outcome);
  key.broken = outcome === 'confirmed' ? 0 : key.broken + (isBack ? 1 : 0);
  const [first] = key.owed.keys();
  if (isBack)
    Object.assign(key, { isTold: key.provedBy !== undefined || key.restrictedBy !== undefined, takenBack: first });
  return breaches;
};

/** Whether the word of an attempt was taken back: the request that is sent again gets its next attempt. */
export const isTakenBack = (model: Model, { key }: Pick<Attempt, 'key'>): boolean =>
  key !== undefined && TAKES_BACK.includes(keyIn(model, key).found?.outcome ?? '');

/** L1, L2: each end that has to hold hears what was found, once, and in the same words each time. */
export const saidInWindow = (key: KeyModel, receipt: Receipt): readonly string[] => {
  const { outcome, code, receiptId, requestId, attempt, keyState } = receipt;
  const said = [outcome, code].filter(Boolean).join('/');
  const work = `${requestId}#${attempt}`;
  const text = JSON.stringify(receipt);
  const before = key.said.get(work);
  const isDead = said === 'confirmed' && key.window?.isTried === true;
  const rules: readonly (readonly [boolean, string])[] = [
    [key.owed.get(requestId) === work || before !== undefined, `${said} is said of ${work}, which waits for nothing`],
    [before === undefined || before === text, `two different findings of ${work}`],
    [said === key.found?.outcome || before === text, `${said} is said of ${work}, and ${key.found?.outcome} was found`],
    [receiptId === `${work}!${key.found?.number}` || before === text, `${receiptId} does not name what was found`],
    [keyState !== 'dead' || isDead, `${work} is said to be dead, and nobody tried the key`],
  ];
  key.said.set(work, text);
  if (key.owed.get(requestId) === work) key.owed.delete(requestId);
  return rules.filter(([holds]) => !holds).map(([, breach]) => `L2: ${breach}`);
};

/** L3: whether our own function may send the next attempt of that request. */
export const mayResend = ({ keys }: Model, work: string): boolean =>
  [...keys.values()].some(
    ({ found: last, said }) =>
      SENDS_AGAIN.includes(last?.outcome ?? '') && said.has(work.replace(/\d+$/, (n) => String(Number(n) - 1))),
  );
