import * as z from 'zod';
import type { Answer, Facts } from '../../core/answer.ts';
import type { Order, Question } from '../../core/provider.ts';
import { type Send, type Talk, talk } from '../conversation.ts';
import { jsonOrUndefined } from '../json.ts';
import { silent } from '../verdict.ts';
import { listSeenBy } from './listing.ts';
import { read } from './read.ts';
import { inList, subKeys } from './sub-keys.ts';

const Members = z.object({
  subMembers: z.array(z.object({ uid: z.string().regex(/^\d+$/) })),
  nextCursor: z.string(),
});

/** After as many reads the search stops at the next sub account, and goes on when it is asked again. */
const READS = 20;

/** How far a search has come: a page of sub accounts, how many of it are read, and what has been read in all. */
interface Place {
  readonly cursor: string;
  readonly skip: number;
  readonly accounts: number;
  readonly keys: number;
}

const Stored = z.tuple([z.string(), z.int(), z.int(), z.int()]);

const placeOf = (facts: Facts): Place => {
  const stored = Stored.safeParse(jsonOrUndefined(facts['searchCursor'] ?? '')).data ?? ['', 0, 0, 0];
  const [cursor, skip, accounts, keys] = stored;
  return { cursor, skip, accounts, keys };
};

const stopped = ({ cursor, skip, accounts, keys }: Place): Answer => ({
  saw: 'silent',
  ends: 'retry/not-yet-proved',
  code: `${accounts} sub accounts`,
  more: true,
  facts: { searchCursor: JSON.stringify([cursor, skip, accounts, keys]) },
});

const exhausted = ({ accounts, keys }: Place): Answer => ({
  saw: 'unlisted',
  code: '0',
  facts: { searched: `${accounts} sub accounts with ${keys} keys` },
});

/** Bybit's cursor after the last page. */
const isLast = (cursor: string): boolean => cursor === '0' || cursor === '';

/** Counts the reads of one turn as they pass by. */
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
  const { signer, aim } = order;
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
      if ('answer' in keys) return { ...keys.answer, facts: stopped(place).facts ?? {} };
      const found = inList(keys.rows, aim.keyId);
      const seenBy = listSeenBy(order, host, userID, uid);
      if (found.saw !== 'unlisted') return { ...found, seenBy, facts: { subMemberId: uid } };
      const { accounts, keys: known } = place;
      place = { ...place, skip: place.skip + 1, accounts: accounts + 1, keys: known + keys.rows.length };
    }
    const { nextCursor } = page.result;
    if (isLast(nextCursor)) return exhausted(place);
    if (nextCursor === place.cursor) return { ...silent('retry/unrecognised'), code: 'same cursor' };
    place = { ...place, cursor: nextCursor, skip: 0 };
    if (reads >= READS) return stopped(place);
  }
}

/**
 * Looks for the target through all sub accounts of a master, some twenty reads at a time. Found, it answers as that account's list
 * would and gives the fact `subMemberId`; not found anywhere, the fact `searched` says what was read.
 * https://bybit-exchange.github.io/docs/v5/user/page-subuid
 */
export const searching = (order: Order, host: string, userID: string): Question => ({
  asked: 'search',
  as: 'managing',
  host,
  seenBy: `${order.signer.keyId}@${host}/search/${userID}`,
  next: talk(() => search({ order, host, userID })),
});
