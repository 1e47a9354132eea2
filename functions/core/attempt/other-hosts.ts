import type { Facts } from '../answer.ts';
import type { CaseItem } from '../ledger/case-item.ts';
import type { Credential, Question } from '../provider.ts';
import type { AttemptContext } from './round.ts';

type At = Pick<AttemptContext, 'provider' | 'order' | 'pin'>;

/** The order as if its target's credential were for that environment. */
const orderIn = ({ order }: At, environment: string): At['order'] => {
  const { signer, target } = order;
  const moved = <T extends Credential>(credential: T): T => ({ ...credential, environment });
  if (target.self) return { ...order, signer: moved(signer), target: { ...target, credential: moved(signer) } };
  return { ...order, target: { ...target, credential: target.credential && moved(target.credential) } };
};

/**
 * The key's own questions at the other hosts of its realm, if the key was seen there before. A provider with several hosts may delete a key
 * at one of them sooner than at another.
 */
export const questionsElsewhere = (at: At, { sightings }: Pick<CaseItem, 'sightings'>, facts: Facts): Question[] => {
  const { provider, pin } = at;
  const here = provider.environments[pin.environment]?.host;
  return Object.entries(provider.environments)
    .filter(([, { host, realm }]) => realm === pin.realm && host !== here)
    .flatMap(([name]) => provider.plan({ ...orderIn(at, name), facts, called: true }).probes)
    .filter(({ as, questionId, host }) => as === 'self' && host !== here && sightings[questionId] !== undefined);
};
