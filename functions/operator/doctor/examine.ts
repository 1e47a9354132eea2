import { after } from '../../core/epoch.ts';
import { CONTROL_TAG } from '../../core/request/expiry-tags.ts';
import type { RevocationRequest } from '../../core/request/revocation-request.ts';
import { MINUTE_MS } from '../../core/timing.ts';
import type { Deployed } from '../deployment/connect.ts';
import type { Context } from '../deployment/context.ts';
import type { StoredKey } from '../deployment/keys.ts';
import type { Finished } from '../requests/finished.ts';
import { plansOf } from '../requests/plans.ts';
import { pause } from '../requests/poll.ts';
import { type PlannedKey, withControlTag } from './controls.ts';
import { type Diagnosis, diagnosisOf, foundBefore, isOfOtherKind, isUnsettled, notAsked } from './finding.ts';
import { questionsFor } from './questions.ts';

/** What was found of one key. */
export interface Examined extends PlannedKey {
  readonly finding: Diagnosis;
}

/** So many keys are asked about at once, so that no provider limits our rate over it. */
const AT_ONCE = 20;
/** A provider that did not answer, or limits our rate, is asked again after a while, and once more. */
const TRIES = 3;
const AGAIN_MS = 10_000;
/** A plan that has not come by then is missed. */
const PATIENCE_MS = MINUTE_MS;

interface Asked {
  readonly key: StoredKey;
  /** Those left to ask, the present one first. */
  readonly questions: readonly RevocationRequest[];
}

type Settled = readonly (readonly [key: StoredKey, plan: Finished | undefined])[];

/** Asks about some keys; those that were asked as of the wrong kind once more as of the other. */
const askOnce = async (context: Context, deployed: Deployed, asked: readonly Asked[]): Promise<Settled> => {
  const requests = asked.flatMap(({ questions: [first] }) => (first === undefined ? [] : [first]));
  const plans = await plansOf(context, deployed, requests, { mostMs: PATIENCE_MS });
  const all = asked.map((one, index) => ({ ...one, plan: plans[index] }));
  const others = all.filter(({ plan, questions }) => isOfOtherKind(plan) && questions.length > 1);
  const settled = all.filter((one) => !others.includes(one)).map(({ key, plan }) => [key, plan] as const);
  if (others.length === 0) return settled;
  const next = others.map(({ key, questions }) => ({ key, questions: questions.slice(1) }));
  return [...settled, ...(await askOnce(context, deployed, next))];
};

const ask = async (context: Context, deployed: Deployed, asked: readonly Asked[]): Promise<Settled> => {
  const settled = new Map<StoredKey, Finished | undefined>();
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const open = asked.filter(({ key }) => !settled.has(key) || isUnsettled(settled.get(key)));
    if (open.length === 0) break;
    if (tries > 1) await pause(context, after(context.clock.now(), AGAIN_MS));
    for (const [key, plan] of await askOnce(context, deployed, open)) settled.set(key, plan);
  }
  return [...settled];
};

/**
 * Has the deployment plan something for each key, which says whether the key is alive, the address allowed and the call possible; who saw
 * the key is kept, so that an incident finds the record.
 *
 * @throws Failure where AWS does not answer, or the user breaks off
 */
export const examine = async (
  context: Context,
  deployed: Deployed,
  keys: readonly StoredKey[],
): Promise<readonly Examined[]> => {
  const findings = new Map<StoredKey, Diagnosis>();
  const plans = new Map<StoredKey, Finished | undefined>();
  const asked: Asked[] = [];
  for (const key of keys) {
    const questions = questionsFor(context.providers, key);
    const before = foundBefore(key);
    if (typeof questions === 'string') findings.set(key, notAsked(questions));
    else if (before !== undefined) findings.set(key, before);
    else asked.push({ key, questions });
  }
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    context.terminal.show(`Checking keys: ${from} of ${asked.length}`);
    for (const [key, plan] of await ask(context, deployed, asked.slice(from, from + AT_ONCE))) {
      plans.set(key, plan);
      findings.set(key, diagnosisOf(plan, key.secret.tags[CONTROL_TAG] !== undefined));
    }
  }
  return keys.map((key) => {
    const finding = findings.get(key) ?? notAsked('The key was not checked');
    return { key, plan: plans.get(key), finding: withControlTag(context.providers, key, finding) };
  });
};
