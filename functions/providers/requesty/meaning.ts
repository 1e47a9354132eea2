import * as z from 'zod';
import { jsonOrUndefined } from '../../core/json.ts';
import type { MaybeReply, Reply } from '../../core/provider.ts';
import { BLOCKS_CALL, IDENTIFIED, isWait, rejected, silent, UNRECOGNISED } from '../reply-meaning.ts';
import { alike, cells, type ReplyTable, replyReader } from '../reply-table.ts';
import { comeBackAt, comeBackIn, limitedUntil, type Stated } from '../stated-time.ts';

const RESTRICTED = alike(
  { ...UNRECOGNISED, fallbackCode: 'account-restricted' },
  rejected(undefined, { fallbackCode: 'account-restricted' }),
);
const BAD_REQUEST = alike(silent({ end: 'stuck/request-rejected' }), rejected({ end: 'stuck/request-rejected' }));
const NO_SUCH_PATH = silent({ end: 'stuck/request-rejected' });
const REFUSED_KEY = rejected({ end: 'stuck/credential-refused' });

/** The one documented message for an expired or deleted bearer. */
const INVALID_TOKEN = 'Invalid authorization token';
const PERMISSION = 'permission required';
const ERROR_INSIDE = 'an error inside a success';

/** What Requesty says: https://docs.requesty.ai/features/error-codes (of the router; the management host is assumed to say the same). */
const ROWS: ReplyTable['rows'] = [
  // A success with words of an error is no yes.
  [[ERROR_INSIDE], alike(UNRECOGNISED, UNRECOGNISED)],
  [['HTTP 2xx'], cells(UNRECOGNISED, UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED }, { saw: 'accepted' })],
  // A control probe decides for the target's own question.
  [['HTTP 401'], cells(UNRECOGNISED, silent({ end: 'stuck/credential-refused' }), rejected(), REFUSED_KEY)],
  [
    [INVALID_TOKEN],
    cells({ saw: 'unknown' }, silent({ end: 'stuck/credential-refused' }, BLOCKS_CALL), rejected(), REFUSED_KEY),
  ],
  [
    [PERMISSION],
    cells(
      { saw: 'alive', ...IDENTIFIED },
      { ...UNRECOGNISED, fallbackCode: 'permission-missing' },
      rejected({ end: 'stuck/permission-missing' }, IDENTIFIED),
      rejected({ end: 'stuck/permission-missing' }),
    ),
  ],
  [['HTTP 402', 'HTTP 403', 'HTTP 412'], RESTRICTED],
  [['HTTP 400'], BAD_REQUEST],
  [['HTTP 404'], cells(NO_SUCH_PATH, NO_SUCH_PATH, { saw: 'unlisted' }, { saw: 'unlisted' }, { saw: 'unlisted' })],
  [['HTTP 404 without JSON'], alike(NO_SUCH_PATH, { saw: 'unlisted' })],
];

const Body = z.object({ error: z.object({ message: z.string() }) });

/** What Requesty wrote about a refusal, in the shape of its own errors. */
export const messageIn = (reply: MaybeReply): string | undefined =>
  reply && Body.safeParse(jsonOrUndefined(reply.body)).data?.error.message.trim();

/** Only Requesty's own text for a dead bearer: it can prove a death. */
const isInvalidToken = (message: string): boolean => /^invalid authorization token\.?$/i.test(message);

export const isSuccess = (reply: MaybeReply): reply is Reply =>
  reply !== undefined && reply.status >= 200 && reply.status <= 299;

/** `Retry-After` in seconds or as a date. */
const retryAt = (reply: Reply): Stated => {
  const stated = reply.headers['retry-after'] ?? '';
  const isSeconds = /^\d{1,6}$/.test(stated);
  return isSeconds ? comeBackIn(Number(stated) * 1_000, reply) : comeBackAt(Date.parse(stated), reply);
};

/** What a reply means for its asker. A read with status 2xx gets here only if it cannot be read. */
export const meaning = replyReader({
  rows: ROWS,
  code: (reply) => {
    const message = messageIn(reply);
    if (message === undefined) return undefined;
    if (isInvalidToken(message)) return INVALID_TOKEN;
    if (message.toLowerCase().includes(PERMISSION)) return PERMISSION;
    return isSuccess(reply) ? ERROR_INSIDE : undefined;
  },
  isOwn: (reply) => messageIn(reply) !== undefined,
  statusText: (reply, column) =>
    isSuccess(reply) && !column.endsWith('call') ? `${reply.status} unreadable` : String(reply.status),
  besides: (reply, cell) => (isWait(cell, 'rate-limited') ? limitedUntil(retryAt(reply)) : {}),
});
