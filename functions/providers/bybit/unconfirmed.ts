import type { Unconfirmed } from '../../core/provider.ts';

/** What is not confirmed about Bybit. */
export const UNCONFIRMED: readonly Unconfirmed[] = [
  {
    what: 'Whether a deleted key answers `10003`. The same code means a wrong environment.',
    weDo: 'Counts it as gone only after the key was seen alive on the same host, and as dead only after an accepted delete or an hour.',
  },
  {
    what: 'Whether a deleted key can be answered HTTP 401 without a text. A gateway may answer every key so.',
    weDo: 'Counts such an answer only while another key of the account is accepted.',
  },
  {
    what: 'Whether a deleted key can still be answered `10006` or `10010`.',
    weDo: 'Takes both for a doubt: no sign of life, and no death. After an hour of doubt a person has to look.',
  },
  {
    what: 'What a second delete, or one of an unknown sub key, is answered.',
    weDo: 'Proves by probes. An answer as for an unknown key kills nothing: the request then ends as `already-revoked`.',
  },
  {
    what: 'Whether a read-only key, or one of a third-party application, can be deleted by the API.',
    weDo: 'Calls, and reports what Bybit says.',
  },
  {
    what: 'Whether an identifier always has 18 characters and an HMAC secret 36, as in the documentation.',
    weDo: 'Asks whose key it is, before anything is written down or called, if the lengths do not tell one from the other.',
  },
  {
    what: 'Whether groups left out of an update are kept or wiped.',
    weDo: 'Sends every group that the key has, and re-reads.',
  },
];
