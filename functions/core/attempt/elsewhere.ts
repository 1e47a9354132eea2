import { type Answer, isAbsent, isDoubt, isPresent } from '../answer.ts';
import { type AttemptResult, type AttemptWaiting, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { ask, isUnasked } from '../probe/ask.ts';
import { notAskedFrom, type Plan } from '../provider.ts';
import { type Evidence, evidenceOf } from '../receipt.ts';
import { allOver } from '../some-at-once.ts';
import type { AttemptContext } from './round.ts';

/** What one other environment said. */
interface Said {
  readonly environment: string;
  readonly answer: Answer;
  readonly evidence: Evidence;
}

const evidenceIn = (said: readonly Said[]): readonly Evidence[] => said.map(({ evidence }) => evidence);

const isKnown = ({ answer }: Said): boolean => isPresent(answer) || isDoubt(answer) || answer.identified === true;

const belongingTo = (whose: string, { environment }: Said, said: readonly Said[]): AttemptResult =>
  attemptEnded(
    'stuck/wrong-environment',
    `${whose} belongs to the environment ${environment}: store environment ${environment} in its secret`,
    evidenceIn(said),
  );

/** @returns a wait where there was no time to ask: nothing is known of that environment, and the next delivery asks */
const askThere = async (
  { asking, ports }: AttemptContext,
  [environment, question]: Plan['siblings'][number],
): Promise<Said | AttemptWaiting> => {
  const answer = await ask({ ...asking, bypassesBreaker: true }, question);
  return isUnasked(answer)
    ? attemptWaiting(answer.heldUp ?? { code: 'not-yet-proved' })
    : { environment, answer, evidence: evidenceOf(ports.clock.now(), 'probe', question, answer) };
};

/** Asks some environments at the same time. @returns what they said, or the result if one of them knows the key or was not asked */
const askAll = async (
  context: AttemptContext,
  environments: Plan['siblings'],
  whose: string,
): Promise<AttemptResult | readonly Said[]> => {
  const answers = await allOver(environments.map((environment) => askThere(context, environment)));
  const said: Said[] = [];
  for (const one of answers) {
    if ('hasEnded' in one) return one;
    said.push(one);
  }
  const found = said.find(isKnown);
  return found ? belongingTo(whose, found, said) : said;
};

/**
 * Asks the sibling environments once, one after the other. A key that is alive in one of them means that the request named the wrong
 * environment.
 */
export const askSiblings = async (
  context: AttemptContext,
  { siblings }: Plan,
): Promise<AttemptResult | { readonly nowhere: readonly Evidence[] }> => {
  const said: Said[] = [];
  for (const sibling of siblings) {
    const one = await askThere(context, sibling);
    if ('hasEnded' in one) return one;
    said.push(one);
    if (isKnown(one)) return belongingTo('The key', one, said);
  }
  return { nowhere: evidenceIn(said) };
};

/** That no environment knows the key. What they say is no proof of anything: it would only say where the key belongs. */
export interface Nowhere {
  readonly nowhere: readonly Evidence[];
  /** What the receipt says of it. */
  readonly says: string;
}

/** Asks all remaining environments at the same time for a key that is about to end as not recognised. */
export const askElsewhere = async (
  context: AttemptContext,
  { siblings, elsewhere = [] }: Plan,
): Promise<AttemptResult | Nowhere> => {
  const { provider, pin, order } = context;
  const said = await askAll(context, elsewhere, 'The key');
  if ('hasEnded' in said) return said;
  const nowhere = evidenceIn(said);
  if (order.target.credential === undefined) return { nowhere, says: '' };
  const silent = said.filter(({ answer }) => !isAbsent(answer)).map(({ environment }) => environment);
  const noVerdict = silent.length === 0 ? '' : `No verdict in the environments ${silent.join(', ')}`;
  const asked = [...siblings, ...elsewhere].map(([environment]) => environment);
  return { nowhere, says: [noVerdict, notAskedFrom(provider, pin.environment, asked)].filter(Boolean).join('. ') };
};

/** Asks the other environments at the same time for a managing key that is refused in its own. @returns `undefined` if there are none */
export const askForSigner = async (
  context: AttemptContext,
  plan: Plan,
): Promise<AttemptResult | Nowhere | undefined> => {
  const environments = plan.signerElsewhere?.() ?? [];
  if (environments.length === 0) return undefined;
  const said = await askAll(context, environments, 'The managing key');
  return 'hasEnded' in said ? said : { nowhere: evidenceIn(said), says: '' };
};
