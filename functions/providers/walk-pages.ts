import type { Answer } from '../core/answer.ts';
import type { Talk } from './conversation.ts';
import { silent } from './reply-meaning.ts';

/** One page of a list, or the answer that stopped the reading. */
type Page<Row> = { readonly rows: readonly Row[]; readonly next: string } | { readonly answer: Answer };

/** All rows of a list, read once from its first page to its last page, or the answer that stopped the reading. */
export type Walk<Row> = { readonly rows: readonly Row[]; readonly pages: number } | { readonly answer: Answer };

/** More pages than any list has. */
const MOST_PAGES = 50;

/** The pages do not end. So nothing is known of the rows that were not read. */
export const endless = (code: string): Answer => ({ ...silent({ wait: 'unrecognised' }), code });

/**
 * Walks through all pages of a list once. A cursor that comes twice ends the walk, and so does a list of more than 50 pages: neither is a
 * verdict.
 *
 * @param readPage reads the page at this cursor; `''` is the first page, and as `next` it says that there is no further page
 */
export function* walkPages<Row>(readPage: (cursor: string) => Talk<Page<Row>>): Talk<Walk<Row>> {
  const rows: Row[] = [];
  const cursors = new Set<string>();
  let cursor = '';
  for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
    const page = yield* readPage(cursor);
    if ('answer' in page) return page;
    rows.push(...page.rows);
    cursor = page.next;
    if (cursor === '') return { rows, pages };
    if (cursors.has(cursor)) return { answer: endless('same cursor') };
    cursors.add(cursor);
  }
  return { answer: endless(`over ${MOST_PAGES} pages`) };
}
