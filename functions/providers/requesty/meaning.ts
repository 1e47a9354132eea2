import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { MaybeReply, Reply } from '../../core/provider.ts';
import {
  BLOCKS_CALL,
  comeBackAt,
  comeBackIn,
  IDENTIFIED,
  isWait,
  limitedUntil,
  type ReplyMeaning,
  rejected,
  type Stated,
  silent,
  statusRow,
} from '../reply-meaning.ts';

/**
 * Who got the reply, to what: the target to `self`, a managing key to `self` and the list, a managing key to the target's own path,
 * and the delete signed by either.
 */
export type Column = 'own' | 'managing' | 'lookup' | 'own-delete' | 'managed-delete';

type Cells = Readonly<Record<Column, ReplyMeaning>>;

const cells = (
  own: ReplyMeaning,
  managing: ReplyMeaning,
  ownDelete: ReplyMeaning,
  managedDelete = ownDelete,
): Cells => ({
  own,
  managing,
  lookup: managing,
  'own-delete': ownDelete,
  'managed-delete': managedDelete,
});
const alike = (probe: ReplyMeaning, call: ReplyMeaning): Cells => cells(probe, probe, call);

const UNRECOGNISED = silent({ wait: 'unrecognised' });
const DOWN = silent({ wait: 'provider-down' });
const NO_REPLY = silent({ wait: 'no-reply' });
const RESTRICTED = alike(
  { ...UNRECOGNISED, fallbackCode: 'account-restricted' },
  rejected(undefined, { fallbackCode: 'account-restricted' }),
);
const BAD_REQUEST = alike(silent({ end: 'stuck/request-rejected' }), rejected({ end: 'stuck/request-rejected' }));
const REFUSED_KEY = rejected({ end: 'stuck/credential-refused' });

/** The status of an expired or deleted bearer, and its one documented message. */
export const INVALID_TOKEN = 'Invalid authorization token';
const PERMISSION = 'permission required';

/** What Requesty says. https://docs.requesty.ai/features/error-codes (of the router; the management host is taken to say the same). */
const TABLE = new Map<string, Cells>([
  ['HTTP 2xx', cells(UNRECOGNISED, UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED }, { saw: 'accepted' })],
  // For the target's own question a control probe decides.
  ['HTTP 401', cells(UNRECOGNISED, silent({ end: 'stuck/credential-refused' }), rejected(), REFUSED_KEY)],
  [
    INVALID_TOKEN,
    cells({ saw: 'unknown' }, silent({ end: 'stuck/credential-refused' }, BLOCKS_CALL), rejected(), REFUSED_KEY),
  ],
  [
    PERMISSION,
    cells(
      { saw: 'alive', ...IDENTIFIED },
      { ...UNRECOGNISED, fallbackCode: 'permission-missing' },
      rejected({ end: 'stuck/permission-missing' }, IDENTIFIED),
      rejected({ end: 'stuck/permission-missing' }),
    ),
  ],
  ['HTTP 402', RESTRICTED],
  ['HTTP 403', RESTRICTED],
  ['HTTP 412', RESTRICTED],
  ['HTTP 400', BAD_REQUEST],
  [
    'HTTP 404',
    { ...alike(silent({ end: 'stuck/request-rejected' }), { saw: 'unlisted' }), lookup: { saw: 'unlisted' } },
  ],
  ['HTTP 404 without JSON', alike(silent({ end: 'stuck/request-rejected' }), { saw: 'unlisted' })],
  ['HTTP 429', alike(silent({ wait: 'rate-limited' }), rejected({ wait: 'rate-limited' }))],
  ['HTTP 5xx', alike(DOWN, DOWN)],
  ['no reply', alike(NO_REPLY, NO_REPLY)],
]);
const ELSE = alike(UNRECOGNISED, UNRECOGNISED);

const Body = z.object({ error: z.object({ message: z.string() }) });

/** What Requesty wrote about a refusal, in the shape of its own errors. */
export const messageIn = (reply: MaybeReply): string | undefined =>
  reply && Body.safeParse(jsonOrUndefined(reply.body)).data?.error.message.trim();

/** Only Requesty's own word for a dead bearer: with it a death can be proved. */
const isInvalidToken = (message: string): boolean => /^invalid authorization token\.?$/i.test(message);

const refusalIn = (reply: Reply): string | undefined => {
  const message = messageIn(reply);
  if (reply.status === 404) return message === undefined ? 'HTTP 404 without JSON' : undefined;
  // A page of something before Requesty settles nothing: after a call the probes decide, and a probe is asked again.
  if (message === undefined) return [401, 403].includes(reply.status) ? `HTTP ${reply.status} without JSON` : undefined;
  if (reply.status !== 403) return undefined;
  if (isInvalidToken(message)) return INVALID_TOKEN;
  return message.toLowerCase().includes(PERMISSION) ? PERMISSION : undefined;
};

export const isSuccess = (reply: MaybeReply): reply is Reply =>
  reply !== undefined && reply.status >= 200 && reply.status <= 299;

/** `Retry-After` in seconds or as a date. */
const retryAt = (reply: Reply): Stated => {
  // Stryker disable next-line StringLiteral: no text stands for an instant that was not stated
  const stated = reply.headers['retry-after'] ?? '';
  const isSeconds = /^\d{1,6}$/.test(stated);
  return isSeconds ? comeBackIn(Number(stated) * 1_000, reply) : comeBackAt(Date.parse(stated), reply);
};

/** What a reply means to whom it came; for a read that came with 2xx, that it cannot be read. */
export const meaning = (reply: MaybeReply, column: Column): Answer => {
  const refusal = reply && refusalIn(reply);
  const row = refusal ?? (isSuccess(reply) ? 'HTTP 2xx' : statusRow(reply));
  const cell = (TABLE.get(row) ?? ELSE)[column];
  const later = reply && isWait(cell, 'rate-limited') ? limitedUntil(retryAt(reply)) : {};
  return { ...cell, ...later, code: codeOf(reply, refusal, column) };
};

const codeOf = (reply: MaybeReply, refusal: string | undefined, column: Column): string => {
  if (reply === undefined) return 'no reply';
  const isRead = !column.endsWith('delete');
  return refusal ?? (isRead && isSuccess(reply) ? `${reply.status} unreadable` : String(reply.status));
};
