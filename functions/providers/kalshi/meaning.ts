import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { MaybeReply, Reply } from '../../core/provider.ts';
import {
  BLOCKS_CALL,
  clockOf,
  IDENTIFIED,
  isWait,
  type ReplyMeaning,
  rejected,
  silent,
  statusRow,
} from '../reply-meaning.ts';

/** Who got the reply, to what: the target or a managing key to the list, and the delete signed by either. */
export type Column = 'own' | 'managing' | 'own-delete' | 'managed-delete';

type Cells = Readonly<Record<Column, ReplyMeaning>>;

const cells = (
  own: ReplyMeaning,
  managing: ReplyMeaning,
  ownDelete: ReplyMeaning,
  managedDelete = ownDelete,
): Cells => ({
  own,
  managing,
  'own-delete': ownDelete,
  'managed-delete': managedDelete,
});
const alike = (probe: ReplyMeaning, call: ReplyMeaning): Cells => cells(probe, probe, call);

const UNRECOGNISED = silent({ wait: 'unrecognised' });
const DOWN = silent({ wait: 'provider-down' });
const NO_REPLY = silent({ wait: 'no-reply' });
const REFUSED_KEY = silent({ end: 'stuck/credential-refused' }, BLOCKS_CALL);
const UNKNOWN_KEY: ReplyMeaning = { saw: 'unknown' };

/** What Kalshi says. https://docs.kalshi.com/api-reference/api-keys/delete-api-key and the bodies that were recorded of it. */
const TABLE = new Map<string, Cells>([
  ['HTTP 204', alike(UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED })],
  ['HTTP 400', alike(UNRECOGNISED, rejected({ end: 'stuck/request-rejected' }))],
  ['NOT_FOUND', cells(UNKNOWN_KEY, REFUSED_KEY, rejected(), rejected({ end: 'stuck/credential-refused' }))],
  [
    'INCORRECT_API_KEY_SIGNATURE',
    cells(
      { ...REFUSED_KEY, ...IDENTIFIED },
      REFUSED_KEY,
      rejected({ end: 'stuck/credential-refused' }, IDENTIFIED),
      rejected({ end: 'stuck/credential-refused' }),
    ),
  ],
  ['header_timestamp_expired', alike(silent({ wait: 'clock-skew' }), rejected({ wait: 'clock-skew' }))],
  [
    'signature_is_missing_from_headers',
    alike(
      { ...UNRECOGNISED, fallbackCode: 'request-rejected' },
      rejected({ wait: 'unrecognised' }, { fallbackCode: 'request-rejected' }),
    ),
  ],
  [
    'Your_location_attestation',
    alike(silent({ end: 'stuck/attestation-lapsed' }), rejected({ end: 'stuck/attestation-lapsed' })),
  ],
  [
    'HTTP 401',
    alike({ ...UNRECOGNISED, fallbackCode: 'permission-missing' }, rejected({ end: 'stuck/permission-missing' })),
  ],
  [
    'HTTP 403',
    alike({ ...UNRECOGNISED, fallbackCode: 'permission-missing' }, rejected({ end: 'stuck/permission-missing' })),
  ],
  // The list's own path has no target in it, so there a 404 says nothing of one.
  ['HTTP 404', alike(UNRECOGNISED, { saw: 'unlisted' })],
  [
    'HTTP 404 without JSON',
    alike(silent({ end: 'stuck/request-rejected' }), rejected({ end: 'stuck/request-rejected' })),
  ],
  ['HTTP 429', alike(silent({ wait: 'rate-limited' }), rejected({ wait: 'rate-limited' }))],
  ['HTTP 5xx', alike(DOWN, DOWN)],
  ['no reply', alike(NO_REPLY, NO_REPLY)],
]);
const ELSE = alike(UNRECOGNISED, UNRECOGNISED);

const Said = z.object({ code: z.string(), details: z.string().optional().catch(undefined) });
/** Nested in most replies, flat in some. */
const Body = z.union([z.object({ error: Said }).transform(({ error }) => error), Said]);

/** Only Kalshi's own word for it: this is the one reply that can prove a death. */
const isUnknownKey = (body: string): boolean => {
  const said = Body.safeParse(jsonOrUndefined(body)).data;
  return said?.details === 'NOT_FOUND' && said.code.startsWith('authentication_error');
};

/** 401 and 403 only: 429 and 5xx are read by their status, whatever their text. Marks that stand anywhere in a refusal: codes come wrapped in other services' sentences and with account ids in them. */
const MARKS: readonly (readonly [status: 401 | 403, mark: string])[] = [
  [401, 'INCORRECT_API_KEY_SIGNATURE'],
  [401, 'header_timestamp_expired'],
  [401, 'signature_is_missing_from_headers'],
  [403, 'Your_location_attestation'],
];

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const refusalIn = ({ status, body }: Reply): string | undefined => {
  const marked = MARKS.find(([at, mark]) => at === status && body.includes(mark));
  if (marked) return marked[1];
  if (status === 401 && isUnknownKey(body)) return 'NOT_FOUND';
  if (isObject(jsonOrUndefined(body))) return undefined;
  // A page of something before Kalshi settles nothing: after a call the probes decide, and a probe is asked again.
  if (status === 401 || status === 403) return `HTTP ${status} without JSON`;
  return status === 404 ? 'HTTP 404 without JSON' : undefined;
};

/** What a reply means to whom it came; for a list that came with 200, that it cannot be read. */
export const meaning = (reply: MaybeReply, column: Column): Answer => {
  const refusal = reply && refusalIn(reply);
  const row = refusal ?? statusRow(reply);
  const cell = (TABLE.get(row) ?? ELSE)[column];
  const clock = reply && isWait(cell, 'clock-skew') ? clockOf(reply.headers) : {};
  return { ...cell, ...clock, code: codeOf(reply, refusal) };
};

const codeOf = (reply: MaybeReply, refusal: string | undefined): string => {
  if (reply === undefined) return 'no reply';
  return refusal ?? (reply.status === 200 ? '200 unreadable' : String(reply.status));
};
