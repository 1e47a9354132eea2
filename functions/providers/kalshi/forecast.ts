import type { Facts } from '../../core/answer.ts';

/** Each rule that the facts may run into, with the sentence for it. */
const FORECASTS: readonly (readonly [(facts: Facts) => boolean, (facts: Facts) => string])[] = [
  [
    ({ scopes }) => scopes !== undefined && !scopes.split(' ').includes('write'),
    ({ scopes }) =>
      `The signing key has the scopes ${scopes || 'none'} and not write, so Kalshi will likely refuse the call; another key of the same user can make it, or the web page`,
  ],
  [
    ({ attestationUntil }) => attestationUntil !== undefined,
    ({ attestationUntil }) =>
      `The account's location attestation lapses at ${attestationUntil}; past that Kalshi may refuse the call`,
  ],
];

/** What can be said beforehand of how Kalshi will answer. Nothing here stands in a call's way. */
export const forecast = (facts: Facts): readonly string[] =>
  FORECASTS.filter(([applies]) => applies(facts)).map(([, sentence]) => sentence(facts));

/** What becomes impossible by a call that Kalshi lets through. */
export const AFTERWARDS: readonly string[] = [
  'The key then signs for no other one of its user; if it is the last, only the web page is left to manage keys',
];
