import { toIso } from '../../core/epoch.ts';
import type { CaseItem } from '../../core/ledger/case-item.ts';
import { keyName } from '../../core/ledger/keys.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { pairs } from '../terminal/wrap.ts';

const STATES: Readonly<Record<CaseItem['state'], string>> = {
  'proved-case': 'proved',
  'restricted-case': 'restricted',
  'settling-case': 'settling',
  'open-case': 'open',
  'idle-case': 'idle',
  'forgotten-case': 'forgotten',
};

/** What a key's case says of it, for machines. Instants are RFC 3339 in UTC. */
export interface CaseShown {
  readonly key: string;
  readonly state: string;
  readonly firstSeenAt: string | null;
  readonly provedAt: string | null;
  readonly provedBy: string | null;
  readonly leftOpenBy: string | null;
  readonly restrictedBy: string | null;
  /** Requests that are at work on the key, as `requestId#attempt`. */
  readonly atWork: readonly string[];
  readonly forgotten: { readonly at: string; readonly by: string; readonly reason: string } | null;
}

export const caseShown = (item: CaseItem): CaseShown => {
  const {
    provider,
    realm,
    keyId,
    sightings: seen,
    proved,
    leftOpenBy,
    restrictedBy,
    attempts,
    state,
    forgotten,
  } = item;
  const first = Object.values(seen).toSorted((a, b) => a - b)[0];
  return {
    key: keyName(provider, realm, keyId),
    state: STATES[state],
    firstSeenAt: first === undefined ? null : toIso(first),
    provedAt: proved ? toIso(proved.at) : null,
    provedBy: proved?.endedBy ?? null,
    leftOpenBy: leftOpenBy ?? null,
    restrictedBy: restrictedBy ?? null,
    atWork: Object.entries(attempts).flatMap(([name, { ended }]) => (ended ? [] : [name])),
    forgotten: forgotten ? { ...forgotten, at: toIso(forgotten.at) } : null,
  };
};

/** One sentence on how a key stands. */
export const stateText = (shown: CaseShown): string => {
  const { state, provedAt, provedBy, leftOpenBy, restrictedBy, firstSeenAt, forgotten } = shown;
  if (provedAt !== null) return `proved gone at ${provedAt} by ${provedBy}`;
  if (forgotten !== null)
    return `forgotten at ${forgotten.at} by ${forgotten.by} (${forgotten.reason}); the key may be alive`;
  if (leftOpenBy !== null) return `open: ${leftOpenBy} ended without a proof of death, so treat the key as alive`;
  if (state === 'open') return 'open: a request has called the provider and has not ended';
  if (restrictedBy !== null) return `restricted by ${restrictedBy}; the key is alive`;
  return firstSeenAt === null ? 'nothing is known about the key' : 'seen alive; no request for the key has ended';
};

export const caseLines = (terminal: Terminal, item: CaseItem): readonly string[] => {
  const shown = caseShown(item);
  return [
    terminal.style('bold', `Key ${shown.key}`),
    ...pairs(terminal, [
      ['state', stateText(shown)],
      ['first seen', shown.firstSeenAt ?? undefined],
      ['at work', shown.atWork.join(', ')],
    ]),
  ];
};
