import { Unavailable } from '../../core/fault.ts';
import { classOf, errorWords } from './error-class.ts';

/** What an operator needs to do about a refusal. */
const NEEDS = new Map([
  ['AccessDeniedException', 'the role must be allowed to do this'],
  ['AccessDenied', 'the role must be allowed to do this'],
  ['AuthorizationErrorException', 'the role must be allowed to do this'],
  ['DecryptionFailure', 'the role must be allowed to decrypt with the KMS key'],
  ['KMSAccessDeniedException', 'the role must be allowed to use the KMS key'],
]);

/**
 * Turns an error of the SDK into ours. Neither its text nor the error itself is kept, since both may hold what was sent or read.
 *
 * @param what completes "Cannot …": `read the ledger`
 */
export const unavailable = (what: string, error: unknown): Unavailable => {
  const needed = NEEDS.get(classOf(error));
  return new Unavailable(`Cannot ${what}: ${errorWords(error).join(' ') || 'Error'}${needed ? `; ${needed}` : ''}`);
};

/** Awaits one exchange with AWS. @throws Unavailable in place of whatever it rejects with */
export const orUnavailable = async <T>(what: string, exchange: Promise<T>): Promise<T> => {
  try {
    return await exchange;
  } catch (error) {
    throw unavailable(what, error);
  }
};
