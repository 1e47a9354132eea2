import type { Fault } from '../../../infra/local/sandbox/faults.ts';

/** The name of the fault in the sandbox's record. */
export const OUTAGE = 'outage';

const json = (status: number, body: unknown): Fault => ({
  kind: 'reply',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** What each provider answers to a key that it does not know; in an outage it answers so to every key. */
const UNKNOWN_KEY: Readonly<Record<string, Fault>> = {
  bybit: json(200, { retCode: 10003, retMsg: 'API key is invalid.', result: {}, retExtInfo: {} }),
  kalshi: json(401, {
    error: { code: 'authentication_error', message: 'authentication error', details: 'NOT_FOUND', service: 'users' },
  }),
  requesty: json(403, { error: { origin: 'router', message: 'Invalid authorization token' } }),
};

/** @throws where it is not written down how that provider answers */
export const unknownKeyAt = (stage: string): Fault => {
  const fault = UNKNOWN_KEY[stage];
  if (fault === undefined) throw new Error(`Cannot play an outage of ${stage}, wanted its answer to an unknown key`);
  return fault;
};
