import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import type { Credential } from '../../core/provider.ts';
import { BybitKey } from '../../core/request/parse-request.ts';
import type { Talk } from '../conversation.ts';
import { silent } from '../verdict.ts';
import { recordOf, SETTINGS } from './key-record.ts';
import { read } from './read.ts';

/** The most that Bybit gives at once. */
const PAGE = 20;
/** More pages than any sub account has; an endless cursor ends here. */
const MOST_PAGES = 50;

const Row = z.object({
  apiKey: z.string().min(1),
  status: z.int().optional().catch(undefined),
  readOnly: z.boolean().optional().catch(undefined),
  ...SETTINGS,
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
  return { answer: { ...silent('retry/unrecognised'), code: `over ${MOST_PAGES} pages` } };
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
      : { ...silent('retry/unrecognised'), code: 'masked names' };
  // Here it is a truth value, where the key itself says 0 or 1.
  const record = recordOf(NUMBER.get(row.readOnly), row);
  return { saw: row.status === EXPIRED ? 'expired' : 'listed', code: '0', identified: true, ...(record && { record }) };
};
