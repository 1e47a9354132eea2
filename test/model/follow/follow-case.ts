import { TIMING } from '../../../functions/core/timing.ts';
import { isNarrower } from '../../laws/is-narrower.ts';
import { isSaidGone } from '../../laws/judged.ts';
import { CASE_STEPS, type CaseStep } from '../rules/case-model.ts';
import { OUTCOMES } from '../rules/outcomes.ts';
import { type Attempt, type KeyModel, keyIn, type Model, nameOf } from '../state/model.ts';
import type { Of, Truth } from '../system/happening.ts';
import { beginWindow, saidInWindow } from './follow-window.ts';

export const isGone = (outcome: string): boolean => OUTCOMES[outcome]?.isDeath === true;

/** Takes a key's case one step further. @returns what must not have happened */
export const stepCase = (model: Model, keyId: string, step: CaseStep): readonly string[] => {
  const key = keyIn(model, keyId);
  const next = CASE_STEPS[key.state][step];
  if (next === undefined) return [`the case of ${keyId} was ${step} when it was ${key.state}`];
  key.state = next;
  return [];
};

/** L1: what is said of the key is so. */
const untrue = (model: Model, outcome: string, { isAlive, settings }: Truth): readonly string[] => {
  if (isGone(outcome)) return isAlive ? [`L1: ${outcome} while the key lives`] : [];
  const { narrow } = model.stage;
  const isSo = outcome !== 'restricted' || (settings && narrow && isNarrower(settings, narrow));
  return isSo ? [] : ['L1: said to be restricted and is not'];
};

const isAtWork = ({ attempts }: Model, attempt: Attempt): boolean =>
  [...attempts.values()].some(
    (other) => other !== attempt && other.key === attempt.key && ['attempted', 'called'].includes(other.state),
  );

/** Whose end leaves the case open: this one's, or an earlier one's that no later attempt of its own has made good. */
const openBy = ({ openBy: before, provedBy }: KeyModel, name: string, outcome: string): string | undefined => {
  if (outcome.startsWith('stuck/')) return provedBy === undefined ? name : before;
  return isGone(outcome) || (outcome === 'restricted' && before === name) ? undefined : before;
};

/** Whose end as restricted still holds: no other request widens the key. */
const restrictedBy = ({ restrictedBy: before, provedBy }: KeyModel, name: string, outcome: string) => {
  if (isGone(outcome) || provedBy !== undefined) return undefined;
  if (outcome === 'restricted') return name;
  return before === name ? undefined : before;
};

/** A request has ended on its key, which stays open also where another is at work on it. */
export const concluded = (
  model: Model,
  attempt: Attempt,
  { outcome, truth, ...end }: Of<'concluded'>,
  isTold: boolean,
) => {
  const key = keyIn(model, end.key);
  if (isGone(outcome) || outcome === 'restricted') beginWindow(key, attempt.work, { outcome, at: end.at, isTold });
  const name = nameOf(attempt.work);
  attempt.outcome = outcome;
  key.openBy = openBy(key, name, outcome);
  key.restrictedBy = restrictedBy(key, name, outcome);
  if (isGone(outcome)) key.provedBy ??= name;
  const isOpen = outcome.startsWith('stuck/') || key.openBy !== undefined || isAtWork(model, attempt);
  const step = isGone(outcome) ? 'dead' : isOpen ? 'stuck' : 'left';
  return [...untrue(model, outcome, truth), ...stepCase(model, end.key, step)];
};

const unproved = (model: Model, { key: keyId, at }: Of<'unproved'>): readonly string[] => {
  const key = keyIn(model, keyId);
  // The sight of a request: what is read from here on has to hold through a whole window.
  if (key.window?.isOpen) key.window = { ...key.window, since: at, isTold: false, isTried: false };
  const breaches = key.isTold ? [] : [`L1: the proof of ${keyId} is gone without a word`];
  Object.assign(key, {
    isTold: false,
    openBy: key.takenBack ?? key.provedBy ?? key.restrictedBy,
    provedBy: undefined,
    restrictedBy: undefined,
    takenBack: undefined,
  });
  return [...breaches, ...stepCase(model, keyId, 'resurrected')];
};

const told = (model: Model, { receipt, key, truth }: Of<'told'>): readonly string[] => {
  const { outcome } = receipt;
  if (receipt.confirms !== null) return saidInWindow(keyIn(model, key), receipt);
  if (outcome === 'resurrected' || outcome === 'widened') keyIn(model, key).isTold = true;
  const isRetry = outcome === 'retry' && isSaidGone(receipt);
  return [
    ...(isSaidGone(receipt) && truth.isAlive ? [`L1: ${outcome} is said of a key that lives, as if it were gone`] : []),
    ...(isRetry ? ['L2: a request is said to wait whose key is gone'] : []),
  ];
};

/** What concerns a key, whichever request did it. */
export type OfCase = Of<'opened' | 'taken' | 'told' | 'unproved' | 'let go' | 'proved'>;

/** Takes the model one step further. @returns what must not have happened */
export const followCase = (model: Model, happening: OfCase): readonly string[] => {
  const key = keyIn(model, happening.key);
  switch (happening.step) {
    case 'taken':
      return happening.overMs < TIMING.crashMarginMs ? ['L3: a lease was not waited out'] : [];
    case 'told':
      return told(model, happening);
    case 'unproved':
      return unproved(model, happening);
    case 'opened':
      return stepCase(model, happening.key, 'opened');
    case 'let go':
      Object.assign(key, { restrictedBy: key.openBy, openBy: undefined });
      return stepCase(model, happening.key, 'left');
    case 'proved':
      Object.assign(key, { provedBy: key.openBy, openBy: undefined, restrictedBy: undefined });
      return [...untrue(model, 'already-revoked', happening.truth), ...stepCase(model, happening.key, 'dead')];
  }
};
