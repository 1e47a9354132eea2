import type { StoredKey } from '../deployment/keys.ts';
import { caseShown } from './case-lines.ts';

export type ListedState = 'dead' | 'open' | 'forgotten' | 'alive' | 'not seen' | 'unreadable';

/** How a key stands by the ledger; `alive` is what was seen last, not what is true now. */
export const listedState = ({ problem, found }: Pick<StoredKey, 'problem' | 'found'>): ListedState => {
  if (problem !== undefined) return 'unreadable';
  if (found === undefined) return 'not seen';
  const { provedAt, state, firstSeenAt } = caseShown(found);
  if (provedAt !== null) return 'dead';
  if (state === 'open' || state === 'forgotten') return state;
  return firstSeenAt === null ? 'not seen' : 'alive';
};
