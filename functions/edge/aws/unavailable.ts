import { Unavailable } from '../../core/fault.ts';
import { classOf, errorWords } from './error-class.ts';

/** What a refusal asks of the operator. */
const WANTED = new Map([
  ['AccessDeniedException', 'wanted a role that may do this'],
  ['AccessDenied', 'wanted a role that may do this'],
  ['AuthorizationErrorException', 'wanted a role that may do this'],
  ['DecryptionFailure', 'wanted a role that may decrypt with the KMS key'],
  ['KMSAccessDeniedException', 'wanted a role that may use the KMS key'],
]);

/**
 * Turns an error of the SDK into ours. Neither its text nor the error itself is kept, since both may hold what was sent or read.
 *
 * @param what completes "Cannot …": `read the ledger`
 */
export const unavailable = (what: string, error: unknown): Unavailable => {
  const wanted = WANTED.get(classOf(error));
  return new Unavailable(`Cannot ${what}: ${errorWords(error).join(' ') || 'Error'}${wanted ? `, ${wanted}` : ''}`);
};

/** Awaits one exchange with AWS. @throws Unavailable in place of whatever it rejects with */
export const orUnavailable = async <T>(what: string, exchange: Promise<T>): Promise<T> => {
  try {
    return await exchange;
  } catch (error) {
    throw unavailable(what, error);
  }
};
