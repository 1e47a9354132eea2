import type { Facts } from '../../core/answer.ts';

/** Each rule that the facts may run into, with the sentence for it. */
const FORECASTS: readonly (readonly [(facts: Facts) => boolean, (facts: Facts) => string])[] = [
  [
    ({ scopes }) => scopes !== undefined && !scopes.split(' ').includes('write'),
    ({ scopes }) =>
      `The signing key has the scopes ${scopes || 'none'} and not write, so Kalshi will likely refuse the call`,
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
