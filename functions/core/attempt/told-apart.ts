import { type Answer, isPresent } from '../answer.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { Round } from '../probe/ask.ts';

const isAccepted = (answer: Answer | undefined): boolean => answer !== undefined && answer.saw !== 'silent';

/**
 * Whether another key was accepted at the moment at which a key was refused. Then the refusal is about that key, and no outage of the
 * provider explains it. The managing key's question about itself comes before the other questions, and an outage can begin or end in
 * between. So that answer counts only if nothing else was asked.
 *
 * @param self the target signs for itself: then no other key was asked
 */
export const isToldApart = (
  outcome: FinalOutcome,
  { asked, signer }: Pick<Round, 'asked' | 'signer'>,
  self: boolean,
): boolean => {
  if (self) return false;
  const toManager = asked.filter(({ question }) => question.as === 'managing').map(({ answer }) => answer);
  if (outcome === 'stuck/not-recognised')
    return toManager.some(isAccepted) || (asked.length === 0 && isAccepted(signer));
  // The refused key is the managing key, and the other one is the target.
  const isTargetAccepted = asked.some(
    ({ question, answer }) => question.as === 'self' && (isPresent(answer) || answer.identified),
  );
  return isTargetAccepted && toManager.length > 0 && !toManager.some(isAccepted);
};
