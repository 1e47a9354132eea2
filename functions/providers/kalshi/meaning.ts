import * as z from 'zod';
import { isObject, jsonOrUndefined } from '../../core/json.ts';
import type { Reply } from '../../core/provider.ts';
import {
  BLOCKS_CALL,
  IDENTIFIED,
  isWait,
  type ReplyMeaning,
  rejected,
  silent,
  UNRECOGNISED,
} from '../reply-meaning.ts';
import { alike, cells, type ReplyTable, replyReader } from '../reply-table.ts';
import { clockOf } from '../stated-time.ts';

const REFUSED_KEY = silent({ end: 'stuck/credential-refused' }, BLOCKS_CALL);
const UNKNOWN_KEY: ReplyMeaning = { saw: 'unknown' };

/** What Kalshi says: https://docs.kalshi.com/api-reference/api-keys/delete-api-key and recorded bodies. */
const ROWS: ReplyTable['rows'] = [
  [['HTTP 204'], alike(UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED })],
  [['HTTP 400'], alike(UNRECOGNISED, rejected({ end: 'stuck/request-rejected' }))],
  [['NOT_FOUND'], cells(UNKNOWN_KEY, REFUSED_KEY, rejected(), rejected({ end: 'stuck/credential-refused' }))],
  [
    ['INCORRECT_API_KEY_SIGNATURE'],
    cells(
      { ...REFUSED_KEY, ...IDENTIFIED },
      REFUSED_KEY,
      rejected({ end: 'stuck/credential-refused' }, IDENTIFIED),
      rejected({ end: 'stuck/credential-refused' }),
    ),
  ],
  [['header_timestamp_expired'], alike(silent({ wait: 'clock-skew' }), rejected({ wait: 'clock-skew' }))],
  [
    ['signature_is_missing_from_headers'],
    alike(
      { ...UNRECOGNISED, fallbackCode: 'request-rejected' },
      rejected({ wait: 'unrecognised' }, { fallbackCode: 'request-rejected' }),
    ),
  ],
  [
    ['Your_location_attestation'],
    alike(silent({ end: 'stuck/attestation-lapsed' }), rejected({ end: 'stuck/attestation-lapsed' })),
  ],
  [
    ['HTTP 401'],
    alike({ ...UNRECOGNISED, fallbackCode: 'permission-missing' }, rejected({ end: 'stuck/permission-missing' })),
  ],
  [
    ['HTTP 403'],
    alike({ ...UNRECOGNISED, fallbackCode: 'permission-missing' }, rejected({ end: 'stuck/permission-missing' })),
  ],
  // The list's path has no target, so a 404 there says nothing of the target.
  [['HTTP 404'], alike(UNRECOGNISED, { saw: 'unlisted' })],
  [
    ['HTTP 404 without JSON'],
    alike(silent({ end: 'stuck/request-rejected' }), rejected({ end: 'stuck/request-rejected' })),
  ],
];

const Said = z.object({ code: z.string(), details: z.string().optional().catch(undefined) });
/** Nested in most replies, flat in some. */
const Body = z.union([z.object({ error: Said }).transform(({ error }) => error), Said]);

/** Only Kalshi's own text counts: no other reply can prove a death. */
const isUnknownKey = (body: string): boolean => {
  const said = Body.safeParse(jsonOrUndefined(body)).data;
  return said?.details === 'NOT_FOUND' && said.code.startsWith('authentication_error');
};

const isOwn = ({ body }: Pick<Reply, 'body'>): boolean => isObject(jsonOrUndefined(body));

/** A mark may be anywhere in a refusal: codes come inside other services' sentences, and with account ids. */
const MARKS: readonly (readonly [status: 401 | 403, mark: string])[] = [
  [401, 'INCORRECT_API_KEY_SIGNATURE'],
  [401, 'header_timestamp_expired'],
  [401, 'signature_is_missing_from_headers'],
  [403, 'Your_location_attestation'],
];

/** With a status that is not the mark's, only a mark in Kalshi's own form counts. */
const markIn = (reply: Reply): string | undefined =>
  MARKS.find(
    ([at, mark]) => (reply.status === at || (reply.status >= 400 && isOwn(reply))) && reply.body.includes(mark),
  )?.[1];

/** What a reply means for its asker. A list with status 200 gets here only if it cannot be read. */
export const meaning = replyReader({
  rows: ROWS,
  code: (reply) => markIn(reply) ?? (isUnknownKey(reply.body) ? 'NOT_FOUND' : undefined),
  isOwn,
  statusText: ({ status }) => (status === 200 ? '200 unreadable' : String(status)),
  besides: ({ headers }, cell) => (isWait(cell, 'clock-skew') ? clockOf(headers) : {}),
});
