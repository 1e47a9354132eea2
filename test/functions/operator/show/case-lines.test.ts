import { expect, it } from 'vitest';
import type { CaseItem } from '../../../../functions/core/ledger/case-item.ts';
import { emptyCase } from '../../../../functions/core/ledger/lease.ts';
import { caseShown, stateText } from '../../../../functions/operator/show/case-lines.ts';
import { NOON } from '../../core/rounds.ts';

const caseWith = (more: Partial<CaseItem>): CaseItem => ({
  ...emptyCase({ provider: 'bybit', realm: 'mainnet', keyId: 'K' }, NOON),
  rev: 1,
  nonce: '',
  sightings: { probe: NOON },
  ...more,
});

it.each<[string, Partial<CaseItem>, string, RegExp]>([
  ['restricted', { state: 'restricted-case', restrictedBy: 'R#1' }, 'restricted', /^restricted by R#1; .* alive$/],
  [
    'restricted, in its settle window',
    { state: 'settling-case', restrictedBy: 'R#1' },
    'settling',
    /^restricted by R#1/,
  ],
  ['open, by a later end', { state: 'open-case', restrictedBy: 'R#1', leftOpenBy: 'S#1' }, 'open', /^open: S#1 ended/],
  ['open, by a call', { state: 'open-case', restrictedBy: 'R#1' }, 'open', /^open: a request has called/],
  ['idle', {}, 'idle', /^seen alive/],
])('tells that a key is %s', (_what, more, state, text) => {
  const shown = caseShown(caseWith(more));
  expect([shown.state, shown.restrictedBy]).toEqual([state, more.restrictedBy ?? null]);
  expect(stateText(shown)).toMatch(text);
});
