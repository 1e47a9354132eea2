import type { EndFinding } from '../../core/ledger/case-item.ts';
import type { EndedBrief } from '../../core/ledger/lists.ts';
import { isGone } from '../../core/outcome.ts';

/** A request that has ended, with what was found later. */
export interface HistoryEntry extends EndedBrief {
  readonly found?: Pick<EndFinding, 'outcome' | 'at'> | undefined;
}

/** From when the request was due until the key was gone, in milliseconds. Only of a request that killed the key. */
export const goneAfter = ({ outcome, goneAt, dueAt }: HistoryEntry): number | undefined =>
  outcome === 'revoked' && goneAt !== undefined ? goneAt - dueAt : undefined;

/** From when the request was due until the key was found dead, in milliseconds. Only of a request that killed the key. */
export const deadAfter = ({ outcome, found, dueAt }: HistoryEntry): number | undefined =>
  outcome === 'revoked' && found?.outcome === 'confirmed' ? found.at - dueAt : undefined;

/** How the key of a request stands, by all that this system knows. */
export type Standing = 'dead' | 'gone' | 'restricted' | 'seen again' | 'unconfirmed' | 'not killed' | 'withdrawn';

/** How the key stands, in a word; of a request that did not do what it asked for, how the request ended. */
export const standingWord = (entry: HistoryEntry): string => {
  const standing = standingOf(entry);
  return standing === 'not killed' ? entry.outcome : standing;
};

export const standingOf = ({ outcome, found, withdrawnAt }: HistoryEntry): Standing => {
  if (outcome === 'withdrawn') return 'withdrawn';
  if (!isGone(outcome) && outcome !== 'restricted') return 'not killed';
  const later = found?.outcome;
  if (withdrawnAt !== undefined || later === 'resurrected' || later === 'widened' || later === 'stuck/no-effect')
    return 'seen again';
  if (later?.startsWith('unconfirmed/')) return 'unconfirmed';
  if (outcome === 'restricted') return 'restricted';
  return later === 'confirmed' ? 'dead' : 'gone';
};
