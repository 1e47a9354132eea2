import { type Answer, isAbsent, isDoubt, isPresent } from '../answer.ts';
import { type AttemptResult, attemptEnded, attemptWaiting } from '../ledger/attempt-result.ts';
import { ask, isUnasked } from '../probe/ask.ts';
import { notAskedFrom, type Plan } from '../provider.ts';
import { type Evidence, evidenceOf } from '../receipt.ts';
import { allOver } from '../some-at-once.ts';
import type { AttemptContext } from './round.ts';

const isKnown = (answer: Answer): boolean => isPresent(answer) || isDoubt(answer) || answer.identified === true;

const belongingTo = (environment: string, evidence: readonly Evidence[]): AttemptResult =>
  attemptEnded(
    'stuck/wrong-environment',
    `The key belongs to the environment ${environment}: store environment ${environment} in its secret`,
    evidence,
  );

/**
 * Asks the sibling environments once, one after the other. A key that is alive in one of them means that the request named the wrong
 * environment.
 */
export const askSiblings = async (
  { asking, ports }: AttemptContext,
  { siblings }: Plan,
): Promise<AttemptResult | { readonly nowhere: readonly Evidence[] }> => {
  const evidence: Evidence[] = [];
  for (const [environment, question] of siblings) {
    const answer = await ask({ ...asking, bypassesBreaker: true }, question);
    // Without time to ask, nothing is known of that environment: the next delivery asks.
    if (isUnasked(answer)) return attemptWaiting(answer.heldUp ?? { code: 'not-yet-proved' });
    evidence.push(evidenceOf(ports.clock.now(), 'probe', question, answer));
    if (isKnown(answer)) return belongingTo(environment, evidence);
  }
  return { nowhere: evidence };
};

/**
 * Asks all remaining environments at the same time for a key that is about to end as not recognised. What they say is no proof of anything:
 * it only says where the key belongs.
 */
export const askElsewhere = async (
  { asking, ports, provider, pin, order }: AttemptContext,
  { siblings, elsewhere = [] }: Plan,
): Promise<AttemptResult | { readonly nowhere: readonly Evidence[]; readonly says: string }> => {
  const answers = await allOver(
    elsewhere.map(async ([environment, question]) => ({
      environment,
      question,
      answer: await ask({ ...asking, bypassesBreaker: true }, question),
    })),
  );
  const unasked = answers.map(({ answer }) => answer).find(isUnasked);
  if (unasked) return attemptWaiting(unasked.heldUp ?? { code: 'not-yet-proved' });
  const said = answers.flatMap(({ answer, ...rest }) => (isUnasked(answer) ? [] : [{ ...rest, answer }]));
  const evidence = said.map(({ question, answer }) => evidenceOf(ports.clock.now(), 'probe', question, answer));
  const found = said.find(({ answer }) => isKnown(answer));
  if (found) return belongingTo(found.environment, evidence);
  if (order.target.credential === undefined) return { nowhere: evidence, says: '' };
  const silent = said.filter(({ answer }) => !isAbsent(answer)).map(({ environment }) => environment);
  const noVerdict = silent.length === 0 ? '' : `No verdict in the environments ${silent.join(', ')}`;
  const asked = [...siblings, ...elsewhere].map(([environment]) => environment);
  return {
    nowhere: evidence,
    says: [noVerdict, notAskedFrom(provider, pin.environment, asked)].filter(Boolean).join('. '),
  };
};
