import type { Facts } from '../../core/answer.ts';

const OTHERS = 'Another key of the same user can make the call. The provider’s web console can delete the key too';

/** Each rule of Kalshi that may refuse the call, with its sentence. */
const FORECASTS: readonly (readonly [(facts: Facts) => boolean, (facts: Facts) => string])[] = [
  [
    ({ scopes }) => scopes !== undefined && !scopes.split(' ').includes('write'),
    ({ scopes }) =>
      `The signing key does not have the scope write (it has ${scopes || 'none'}), so Kalshi will likely refuse the call. ${OTHERS}`,
  ],
  [
    ({ attestationUntil }) => attestationUntil !== undefined,
    ({ attestationUntil }) =>
      `The account’s location attestation lapses at ${attestationUntil}. After that Kalshi may refuse the call`,
  ],
];

/** How Kalshi will probably answer. Nothing here stops a call. */
export const forecast = (facts: Facts): readonly string[] =>
  FORECASTS.filter(([applies]) => applies(facts)).map(([, sentence]) => sentence(facts));

/** What becomes impossible if Kalshi accepts the call. */
export const AFTERWARDS: readonly string[] = [
  'Afterwards this key can no longer sign for other keys of its user. If it is the last key, keys can only be managed in the provider’s web console',
];
