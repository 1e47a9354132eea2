import { Unavailable } from '../../core/fault.ts';
import { deniedAction, errorKindOf, errorWords, isOfKms } from './error-class.ts';

/** What an operator needs to do about a denial. */
const needed = (error: unknown): string => {
  if (isOfKms(error)) return 'the role must be allowed to use the KMS key, and the key must be enabled';
  return `the role must be allowed ${deniedAction(error) ?? 'to do this'}`;
};

/**
 * Turns an error of the SDK into ours. Neither its text nor the error itself is kept, since both may hold what was sent or read. A denial
 * of what the functions own also ends up here: the request waits, and an alarm asks for the grant.
 *
 * @param what completes "Cannot …": `read the ledger`
 */
export const unavailable = (what: string, error: unknown): Unavailable => {
  const isDenied = errorKindOf(error) === 'denied';
  const words = errorWords(error).join(' ') || 'Error';
  return new Unavailable(`Cannot ${what}: ${words}${isDenied ? `; ${needed(error)}` : ''}`, { isDenied });
};

/** Awaits one exchange with AWS. @throws Unavailable in place of whatever it rejects with */
export const orUnavailable = async <T>(what: string, exchange: Promise<T>): Promise<T> => {
  try {
    return await exchange;
  } catch (error) {
    throw unavailable(what, error);
  }
};
