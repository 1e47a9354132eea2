import * as z from 'zod';
import type { Answer, Facts } from '../../core/answer.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { Order, Question } from '../../core/provider.ts';
import { type Send, type Talk, talk } from '../conversation.ts';
import { endless } from '../walk-pages.ts';
import { read } from './key-record.ts';
import { inList, type SubKeys, subKeys, subKeysQuestionId } from './sub-keys.ts';

const Members = z.object({
  subMembers: z.array(z.object({ uid: z.string().regex(/^\d+$/) })),
  // The ledger keeps it.
  nextCursor: z.string().max(100),
});

/** After this many reads the search stops at the next sub account. It continues when it is asked again. */
const READS = 20;

/** The progress of a search: a page of sub accounts, how many of that page are read, and the totals. */
interface Place {
  readonly cursor: string;
  /** The cursors of the pages before this one. */
  readonly past: readonly string[];
  readonly skip: number;
  readonly accounts: number;
  readonly keys: number;
  /** Sub accounts that Bybit did not show. */
  readonly hidden: number;
}

const Stored = z.object({
  cursor: z.string(),
  // Absent in items of release 0.1.0.
  past: z.array(z.string()).default([]),
  skip: z.int(),
  accounts: z.int(),
  keys: z.int(),
  hidden: z.int(),
});
const START: Place = { cursor: '', past: [], skip: 0, accounts: 0, keys: 0, hidden: 0 };

/** More pages than any master has: 10,000 sub accounts. */
const MOST_PAGES = 100;

const placeOf = (facts: Facts): Place => Stored.safeParse(jsonOrUndefined(facts['searchCursor'] ?? '')).data ?? START;

const stopped = (place: Place): Answer => ({
  saw: 'silent',
  means: { wait: 'not-yet-proved' },
  code: `${place.accounts} sub accounts`,
  more: true,
  facts: { searchCursor: JSON.stringify(place) },
});

const exhausted = ({ accounts, keys, hidden }: Place): Answer => ({
  saw: 'unlisted',
  code: '0',
  facts: { searched: `${accounts} sub accounts with ${keys} keys${hidden > 0 ? `, ${hidden} not readable` : ''}` },
});

/** What Bybit says for a sub account that is closed or gone. The search skips it. A search proves nothing, so nothing is lost. */
const HIDDEN = new Set(['10001', '141004', '500010']);

const pastAccount = (place: Place, keys: SubKeys): Place => ({
  ...place,
  skip: place.skip + 1,
  accounts: place.accounts + 1,
  ...('rows' in keys ? { keys: place.keys + keys.rows.length } : { hidden: place.hidden + 1 }),
});

/** Bybit's cursor after the last page. */
const isLast = (cursor: string): boolean => cursor === '0' || cursor === '';

/** Counts the reads of one turn. */
function* counted<T>(inner: Talk<T>, count: () => void): Talk<T> {
  let step = inner.next();
  while (!step.done) {
    count();
    const send: Send = step.value;
    step = inner.next(yield send);
  }
  return step.value;
}

interface Ground {
  readonly order: Order;
  readonly host: string;
  readonly userID: string;
}

function* search({ order, host, userID }: Ground): Talk<Answer> {
  const { signer, target } = order;
  let place = placeOf(order.facts);
  let reads = 0;
  const count = () => {
    reads += 1;
  };
  for (;;) {
    const query = `pageSize=100${place.cursor && `&nextCursor=${encodeURIComponent(place.cursor)}`}`;
    const path = '/v5/user/submembers';
    const page = yield* counted(
      read({ credential: signer, host, path, query, column: 'managing', result: Members }),
      count,
    );
    if ('answer' in page) return page.answer;
    for (const { uid } of page.result.subMembers.slice(place.skip)) {
      if (reads >= READS) return stopped(place);
      const keys = yield* counted(subKeys(signer, host, uid), count);
      const isHidden = 'answer' in keys && HIDDEN.has(keys.answer.code);
      if ('answer' in keys && !isHidden) return { ...keys.answer, facts: stopped(place).facts ?? {} };
      const found = 'rows' in keys ? inList(keys.rows, target.keyId) : undefined;
      if (found?.identified)
        return { ...found, questionId: subKeysQuestionId(order, host, userID, uid), facts: { subMemberId: uid } };
      place = pastAccount(place, keys);
    }
    const { nextCursor } = page.result;
    if (isLast(nextCursor)) return exhausted(place);
    const past = [...place.past, place.cursor];
    if (past.includes(nextCursor)) return endless('same cursor');
    if (past.length === MOST_PAGES) return endless(`over ${MOST_PAGES} pages`);
    place = { ...place, cursor: nextCursor, past, skip: 0 };
    if (reads >= READS) return stopped(place);
  }
}

/**
 * Looks for the target in all sub accounts of a master, about twenty reads at a time. If it finds the key, it answers as that account's
 * list
 * would, with the fact `subMemberId`. If it finds the key nowhere, the fact `searched` says what was read.
 * https://bybit-exchange.github.io/docs/v5/user/page-subuid
 */
export const searching = (order: Order, host: string, userID: string): Question => ({
  asked: 'search',
  as: 'managing',
  host,
  questionId: `${order.signer.keyId}@${host}/search/${userID}`,
  next: talk(() => search({ order, host, userID })),
});
