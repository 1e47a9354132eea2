import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import type { Credential, Order, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { silent } from '../reply-meaning.ts';
import { type Walk, walkPages } from '../walk-pages.ts';
import { BybitKey } from './credential.ts';
import { READ_SETTINGS, read, recordOf } from './key-record.ts';

/** The largest page that Bybit gives. */
const PAGE = 20;
const Row = z.object({
  apiKey: z.string().min(1),
  status: z.int().optional().catch(undefined),
  readOnly: z.boolean().optional().catch(undefined),
  ...READ_SETTINGS,
});
type Row = z.output<typeof Row>;
const Page = z.object({ result: z.array(Row), nextPageCursor: z.string() });

/** All keys of one sub account, or the answer that stopped the reading. */
export type SubKeys = Walk<Row>;

/**
 * Reads every page of a sub account's keys.
 * https://bybit-exchange.github.io/docs/v5/user/list-sub-apikeys
 */
export const subKeys = (credential: Credential, host: string, subMemberId: string): Talk<SubKeys> =>
  walkPages(function* (cursor) {
    const query = `subMemberId=${subMemberId}&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const path = '/v5/user/sub-apikeys';
    const said = yield* read({ credential, host, path, query, column: 'managing', result: Page });
    return 'answer' in said ? said : { rows: said.result.result, next: said.result.nextPageCursor };
  });

/** Bybit's `status` of a key that has expired and can be renewed. */
const EXPIRED = 2;

const NUMBER = new Map<boolean | undefined, 0 | 1>([
  [false, 0],
  [true, 1],
]);

const isReadable = ({ apiKey }: Row): boolean => BybitKey.safeParse(apiKey).success;

/** What a complete list says of one key. */
export const inList = (rows: readonly Row[], keyId: string): Answer => {
  const row = rows.find(({ apiKey }) => apiKey.toLowerCase() === keyId.toLowerCase());
  if (row === undefined)
    // A masked name may belong to any key.
    return rows.every(isReadable)
      ? { saw: 'unlisted', code: '0' }
      : { ...silent({ wait: 'unrecognised' }), code: 'masked names' };
  // A boolean here, but 0 or 1 in the key's own reply.
  const record = recordOf(NUMBER.get(row.readOnly), row);
  return { saw: row.status === EXPIRED ? 'expired' : 'listed', code: '0', identified: true, ...(record && { record }) };
};

/** What Bybit says if the parameters are wrong. The sub account is the only parameter. */
const WRONG_PARAMETER = new Set(['10001', 'HTTP 400']);

function* list({ signer, target, facts }: Order, host: string, subMemberId: string): Talk<Answer> {
  const keys = yield* subKeys(signer, host, subMemberId);
  if ('rows' in keys) {
    const found = inList(keys.rows, target.keyId);
    // Only a list that names the key proves that this is its sub account.
    const facts = { readSub: subMemberId, ...(found.identified && { subMemberId }) };
    const walked = { pages: keys.pages, keyIds: keys.rows.map(({ apiKey }) => apiKey) };
    return { ...found, facts, ...(found.saw === 'unlisted' && { walked }) };
  }
  // A sub account that was read before belongs to this master, so the request itself is wrong.
  const isForeign = WRONG_PARAMETER.has(keys.answer.code) && facts['readSub'] !== subMemberId;
  return isForeign ? { ...keys.answer, means: { end: 'stuck/wrong-account' } } : keys.answer;
}

/** The id for sightings in one sub account's list, read by this master. */
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
