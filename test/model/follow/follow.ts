import { TIMING } from '../../../functions/core/timing.ts';
import type { Exchange } from '../../../infra/local/sandbox/index.ts';
import { provedAt } from '../../proved-at.ts';
import { REQUEST_STEPS, type RequestStep } from '../rules/case-model.ts';
import { OUTCOMES } from '../rules/outcomes.ts';
import type { Attempt, Model } from '../state/model.ts';
import type { Reading } from '../state/reading.ts';
import type { Happening, Of } from '../system/happening.ts';
import type { Delivered, System } from '../system/system.ts';
import { refusedAt, unfounded } from './death.ts';
import { followCall } from './follow-call.ts';
import { concluded, followCase, isGone, type OfCase, stepCase } from './follow-case.ts';
import { followAnyReading, followReading } from './follow-reading.ts';
import { found } from './follow-window.ts';

/** Follows one delivery. */
export interface Follower {
  readonly model: Model;
  /** The sandbox's own. */
  readonly record: readonly Exchange[];
  /** Its trouble was met: what it learned last may not have come into the ledger. */
  readonly isCut: boolean;
  readonly readings: Reading[];
  /** How many of them were before the last call. */
  beforeCall: number;
  /** Whose delivery it is; a look is nobody's. */
  attempt: Attempt | undefined;
  /** Whose call is in the ledger and has not left. */
  calling: Attempt | undefined;
  /** Calls that have left. */
  calls: number;
}

export const newFollower = (model: Model, { sandbox }: System, { isMet }: Delivered): Follower => ({
  model,
  record: sandbox.record,
  isCut: isMet,
  readings: [],
  beforeCall: 0,
  attempt: undefined,
  calling: undefined,
  calls: 0,
});

const stepRequest = (attempt: Attempt, step: RequestStep): readonly string[] => {
  const next = REQUEST_STEPS[attempt.state][step];
  if (next === undefined) return [`${attempt.work} was ${step} when it was ${attempt.state}`];
  attempt.state = next;
  return [];
};

/** The least time between the two looks of a proof. */
const PROOF_GAP_MS = 2_000;
/** The longest that a look may have been on its way. */
const LOOK_MS = TIMING.exchangeMs;

/** L1: two looks, some time apart, by the provider's own record. */
const isProof = (looks: readonly number[], record: readonly Exchange[]): boolean => {
  const [first, last] = looks;
  const isLookedAt = (instant = Number.NaN): boolean =>
    record.some(({ method, at }) => method === 'GET' && at <= instant && at >= instant - LOOK_MS);
  return isLookedAt(first) && isLookedAt(last) && Number(last) - Number(first) >= PROOF_GAP_MS;
};

const published = (follower: Follower, attempt: Attempt, { receipt }: Of<'published'>): readonly string[] => {
  const { work, sent, isCopied, attempted } = attempt;
  const { record } = follower;
  const { outcome, code, keyState, calls } = receipt;
  const said = [outcome, code].filter(Boolean).join('/');
  const text = JSON.stringify(receipt);
  const looks = [Date.parse(receipt.times.goneAt ?? ''), provedAt(receipt)];
  const needsCopy = !sent.isPlan && OUTCOMES[said]?.copied === true;
  const rules: readonly (readonly [boolean, string])[] = [
    [said === (attempt.outcome ?? said), `L2: published as ${said} what ended as ${attempt.outcome}`],
    [(keyState === 'gone') === isGone(outcome), `L1: ${said} with a key that is ${keyState}`],
    [!isGone(outcome) || isProof(looks, record), `L1: ${said} without two looks`],
    [!isGone(outcome) || !refusedAt(follower, attempt, looks), `L1: ${said} by a look that refused the managing key`],
    [text === (attempt.receipt ?? text), 'L2: two different final receipts of one attempt'],
    [calls === attempted, `L3: a receipt of ${calls} calls where ${attempted} are in the ledger`],
    [isCopied === needsCopy, `L2: ${isCopied ? 'a' : 'no'} copy on the stuck queue of ${said}`],
  ];
  attempt.outcome = said;
  attempt.receipt = text;
  return rules.filter(([holds]) => !holds).map(([, breach]) => `${work}: ${breach}`);
};

type OfRequest = Exclude<Happening, OfCase | Of<'asked' | 'found' | 'resent'>>;

const isOfCase = (happening: Happening): happening is OfCase =>
  !('work' in happening) && !['called', 'asked', 'found'].includes(happening.step);

/** What a step of an attempt comes to, beside its place in the table. */
const effect = (follower: Follower, attempt: Attempt, happening: OfRequest): readonly string[] => {
  const { model } = follower;
  switch (happening.step) {
    case 'pinned':
      attempt.key = happening.key;
      return [undefined, happening.key].includes(attempt.onlyKey)
        ? []
        : [`L3: ${attempt.work} is about ${happening.key}, wanted ${attempt.onlyKey}`];
    case 'attempted':
      attempt.attempted += 1;
      return stepCase(model, attempt.key ?? '', 'attempted');
    case 'untried':
      attempt.attempted -= 1;
      return [];
    case 'called':
      return followCall(follower, attempt, happening);
    case 'concluded':
      return [
        ...unfounded(follower, attempt, happening),
        ...concluded(model, attempt, happening, attempt.view.told !== 'not'),
      ];
    case 'copied':
      attempt.isCopied = true;
      return [];
    case 'published':
      return published(follower, attempt, happening);
    default:
      return [];
  }
};

const asked = (follower: Follower, happening: Of<'asked'>): readonly string[] => {
  const { record, readings, attempt } = follower;
  const { status = 0, faultName } = record[happening.seq - 1] ?? {};
  const reading: Reading = { ...happening, status, ...(faultName === undefined ? {} : { faultName }) };
  readings.push(reading);
  followAnyReading(follower, reading);
  if (attempt) followReading(follower, attempt, reading);
  return [];
};

/** Takes the model one step further. @returns what must not have happened */
export const follow = (follower: Follower, happening: Happening): readonly string[] => {
  const { model, calling } = follower;
  if (happening.step === 'asked') return asked(follower, happening);
  if (happening.step === 'found') return found(follower, happening);
  if (happening.step === 'resent') return [];
  if (isOfCase(happening)) return followCase(model, happening);
  const attempt = happening.step === 'called' ? calling : model.attempts.get(happening.work);
  if (attempt === undefined) return [`L3: ${happening.step} for nobody`];
  follower.calling = happening.step === 'attempted' ? attempt : undefined;
  return [...stepRequest(attempt, happening.step), ...effect(follower, attempt, happening)];
};
