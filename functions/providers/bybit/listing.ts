import type { Answer } from '../../core/answer.ts';
import type { Order, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { inList, subKeys } from './sub-keys.ts';

/** What Bybit says where the parameters are wrong; the sub account is the only one. */
const WRONG_PARAMETER = new Set(['10001', 'HTTP 400']);

function* list({ signer, target, facts }: Order, host: string, subMemberId: string): Talk<Answer> {
  const keys = yield* subKeys(signer, host, subMemberId);
  if ('rows' in keys) {
    const found = inList(keys.rows, target.keyId);
    // Only where the key was found is this its sub account; any other list was merely read.
    return { ...found, facts: { readSub: subMemberId, ...(found.identified && { subMemberId }) } };
  }
  // A sub account that was read before is one of this master's, so there the request itself is at fault.
  const isForeign = WRONG_PARAMETER.has(keys.answer.code) && facts['readSub'] !== subMemberId;
  return isForeign ? { ...keys.answer, ends: 'stuck/wrong-account' } : keys.answer;
}

/** What `identified` is kept under for one sub account's list, read by this master. */
export const subKeysQuestionId = ({ signer }: Order, host: string, userID: string, subMemberId: string): string =>
  `${signer.keyId}@${host}/sub-apikeys/${userID}/${subMemberId}`;

/** Asks a master whether a sub account has the target. */
export const subKeysQuestion = (order: Order, host: string, userID: string, subMemberId: string): Question => ({
  asked: 'sub-apikeys',
  as: 'managing',
  host,
  questionId: subKeysQuestionId(order, host, userID, subMemberId),
  next: talk(() => list(order, host, subMemberId)),
});
