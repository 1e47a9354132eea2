import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import { after, epochMs } from '../../core/epoch.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { MaybeReply } from '../../core/provider.ts';
import {
  BLOCKS_CALL,
  clockOf,
  comeBackAt,
  IDENTIFIED,
  isWait,
  limitedUntil,
  type ReplyMeaning,
  rejected,
  silent,
  statusRow,
} from '../reply-meaning.ts';

/** Who got the reply, to what: the target to its own probe, a master to a read, and the call signed by either. */
export type Column = 'own' | 'managing' | 'own-call' | 'managed-call';

type Cells = Readonly<Record<Column, ReplyMeaning>>;

const cells = (own: ReplyMeaning, managing: ReplyMeaning, ownCall: ReplyMeaning, managedCall = ownCall): Cells => ({
  own,
  managing,
  'own-call': ownCall,
  'managed-call': managedCall,
});
/** The same for whoever asks. */
const alike = (probe: ReplyMeaning, call: ReplyMeaning): Cells => cells(probe, probe, call);

const UNRECOGNISED = silent({ wait: 'unrecognised' });
const DOWN = silent({ wait: 'provider-down' });
const LIMITED = alike(silent({ wait: 'rate-limited' }), rejected({ wait: 'rate-limited' }));
const REFUSED_KEY = silent({ end: 'stuck/credential-refused' }, BLOCKS_CALL);

/** What Bybit says. It refuses inside HTTP 200, so `retCode` decides there; elsewhere the status does. */
const TABLE: readonly (readonly [replies: readonly string[], meaning: Cells])[] = [
  [['0'], cells(UNRECOGNISED, UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED }, { saw: 'accepted' })],
  [['-1', '10002'], alike(silent({ wait: 'clock-skew' }), rejected({ wait: 'clock-skew' }))],
  [['no reply'], alike(silent({ wait: 'no-reply' }), silent({ wait: 'no-reply' }))],
  [['10000', '10016', 'HTTP 5xx'], alike(DOWN, DOWN)],
  [['429', '10006', 'HTTP 429', '10018', 'access too frequent'], LIMITED],
  [
    ['10001', 'HTTP 400'],
    alike(silent({ end: 'stuck/request-rejected' }), rejected(undefined, { fallbackCode: 'request-rejected' })),
  ],
  [['10003'], cells({ saw: 'unknown' }, REFUSED_KEY, rejected(), rejected({ end: 'stuck/credential-refused' }))],
  [
    ['10004'],
    cells(
      { ...REFUSED_KEY, ...IDENTIFIED },
      REFUSED_KEY,
      rejected({ end: 'stuck/credential-refused' }, IDENTIFIED),
      rejected({ end: 'stuck/credential-refused' }),
    ),
  ],
  [['10007'], alike(REFUSED_KEY, rejected({ end: 'stuck/credential-refused' }))],
  [
    ['10005'],
    cells(
      { ...UNRECOGNISED, ...IDENTIFIED },
      silent({ end: 'stuck/permission-missing' }),
      rejected({ end: 'stuck/permission-missing' }, IDENTIFIED),
      rejected({ end: 'stuck/permission-missing' }),
    ),
  ],
  [
    ['10008', '10024', '10027', '20096'],
    alike(silent({ end: 'stuck/account-restricted' }), rejected({ end: 'stuck/account-restricted' })),
  ],
  [['10009'], alike(silent({ end: 'stuck/region-refused' }, BLOCKS_CALL), rejected({ end: 'stuck/region-refused' }))],
  [
    ['10010'],
    cells(
      silent({ end: 'stuck/ip-not-allowed' }, { ...IDENTIFIED, ...BLOCKS_CALL }),
      silent({ end: 'stuck/ip-not-allowed' }, BLOCKS_CALL),
      rejected({ end: 'stuck/ip-not-allowed' }, IDENTIFIED),
      rejected({ end: 'stuck/ip-not-allowed' }),
    ),
  ],
  [
    ['10017', 'HTTP 404', '10028', '100028', '10029'],
    alike(silent({ end: 'stuck/request-rejected' }), rejected({ end: 'stuck/request-rejected' })),
  ],
  [
    ['33004', '-2015'],
    cells(
      { saw: 'expired', means: { end: 'stuck/expired-renewable' }, ...IDENTIFIED, ...BLOCKS_CALL },
      REFUSED_KEY,
      rejected({ end: 'stuck/expired-renewable' }, IDENTIFIED),
      rejected({ end: 'stuck/credential-refused' }),
    ),
  ],
  [['141019', '141020', '81007'], alike(UNRECOGNISED, rejected({ end: 'stuck/only-in-web-ui' }))],
  [
    ['141004', '500010'],
    cells(UNRECOGNISED, { ...UNRECOGNISED, fallbackCode: 'wrong-account' }, rejected({ end: 'stuck/wrong-account' })),
  ],
];

const MEANING = new Map(TABLE.flatMap(([replies, meaning]) => replies.map((reply) => [reply, meaning] as const)));
const ELSE = alike(UNRECOGNISED, UNRECOGNISED);

const Envelope = z.object({
  retCode: z.int(),
  time: z.int().positive().optional().catch(undefined),
  result: z.unknown().optional(),
});

const envelopeOf = (reply: MaybeReply) =>
  reply?.status === 200 ? Envelope.safeParse(jsonOrUndefined(reply.body)).data : undefined;

/** The result of a reply that says 0, by its schema; `undefined` for any other. */
export const resultIn = <T>(reply: MaybeReply, schema: z.ZodType<T>): T | undefined => {
  const envelope = envelopeOf(reply);
  return envelope?.retCode === 0 ? schema.safeParse(envelope.result).data : undefined;
};

/** Bybit's word for it that our address sent too much. */
export const isTooFrequent = (reply: MaybeReply): boolean =>
  reply?.status === 403 && /access too frequent/i.test(reply.body);

/** A 403 that does not say why: an address of a refused country, or a page of the network before Bybit. */
export const isForbidden = (reply: MaybeReply): boolean => reply?.status === 403 && !isTooFrequent(reply);

const rowOf = (reply: MaybeReply): string => {
  if (reply === undefined) return 'no reply';
  if (isTooFrequent(reply)) return 'access too frequent';
  if (reply.status !== 200) return statusRow(reply);
  return String(envelopeOf(reply)?.retCode ?? 'unreadable');
};

const BANNED_MS = 600_000;
const BANNED = new Set(['10018', 'access too frequent']);

/** When to come back, and by whose clock: what the reply says beside its code. */
const besides = (cell: ReplyMeaning, row: string, reply: MaybeReply): Partial<ReplyMeaning> => {
  // Stryker disable next-line ConditionalExpression: no reply is neither a limit nor a clock
  if (reply === undefined) return {};
  if (isWait(cell, 'rate-limited')) {
    if (BANNED.has(row)) return { ...limitedUntil({ notBefore: after(reply.at, BANNED_MS) }), hostWide: true };
    return limitedUntil(comeBackAt(Number(reply.headers['x-bapi-limit-reset-timestamp']), reply));
  }
  if (!isWait(cell, 'clock-skew')) return {};
  // Stryker disable next-line OptionalChaining: only a code in an envelope tells of a clock
  const time = envelopeOf(reply)?.time;
  return time === undefined ? clockOf(reply.headers) : { serverTime: epochMs(time) };
};

/**
 * What a reply means to whom it came; for a read that says 0, that its result cannot be read.
 * https://bybit-exchange.github.io/docs/v5/error
 */
export const meaning = (reply: MaybeReply, column: Column): Answer => {
  const row = rowOf(reply);
  const cell = (MEANING.get(row) ?? ELSE)[column];
  // Stryker disable next-line OptionalChaining: a status was replied
  return { ...cell, ...besides(cell, row, reply), code: row === 'HTTP 5xx' ? `HTTP ${reply?.status}` : row };
};
