import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import type { Credential, Order, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { silent } from '../reply-meaning.ts';
import { BybitKey } from './credential.ts';
import { READ_SETTINGS, read, recordOf } from './key-record.ts';

/** The most that Bybit gives at once. */
const PAGE = 20;
/** More pages than any sub account has; an endless cursor ends here. */
const MOST_PAGES = 50;

const Row = z.object({
  apiKey: z.string().min(1),
  status: z.int().optional().catch(undefined),
  readOnly: z.boolean().optional().catch(undefined),
  ...READ_SETTINGS,
});
type Row = z.output<typeof Row>;
const Page = z.object({ result: z.array(Row), nextPageCursor: z.string() });

/** One sub account's keys, read to the end, or the answer that stood in the way. */
export type SubKeys = { readonly rows: readonly Row[] } | { readonly answer: Answer };

/**
 * Reads every page of a sub account's keys.
 * https://bybit-exchange.github.io/docs/v5/user/list-sub-apikeys
 */
export function* subKeys(credential: Credential, host: string, subMemberId: string): Talk<SubKeys> {
  const rows: Row[] = [];
  let cursor = '';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = `subMemberId=${subMemberId}&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const said = yield* read({
      credential,
      host,
      path: '/v5/user/sub-apikeys',
      query,
      column: 'managing',
      result: Page,
    });
    if ('answer' in said) return said;
    rows.push(...said.result.result);
    cursor = said.result.nextPageCursor;
    if (cursor === '') return { rows };
  }
  return { answer: { ...silent({ wait: 'unrecognised' }), code: `over ${MOST_PAGES} pages` } };
}

/** Bybit's `status` of a key that is past its date and can be renewed. */
const EXPIRED = 2;

const NUMBER = new Map<boolean | undefined, 0 | 1>([
  [false, 0],
  [true, 1],
]);

const isReadable = ({ apiKey }: Row): boolean => BybitKey.safeParse(apiKey).success;

/** What a whole list says of one key. */
export const inList = (rows: readonly Row[], keyId: string): Answer => {
  const row = rows.find(({ apiKey }) => apiKey.toLowerCase() === keyId.toLowerCase());
  if (row === undefined)
    // A masked name may be anybody's.
    return rows.every(isReadable)
      ? { saw: 'unlisted', code: '0' }
      : { ...silent({ wait: 'unrecognised' }), code: 'masked names' };
  // Here it is a truth value, where the key itself says 0 or 1.
  const record = recordOf(NUMBER.get(row.readOnly), row);
  return { saw: row.status === EXPIRED ? 'expired' : 'listed', code: '0', identified: true, ...(record && { record }) };
};

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
  return isForeign ? { ...keys.answer, means: { end: 'stuck/wrong-account' } } : keys.answer;
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
