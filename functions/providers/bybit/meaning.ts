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
  type ReplyMeaning,
  rejected,
  silent,
  statusRow,
} from '../verdict.ts';

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

const UNRECOGNISED = silent('retry/unrecognised');
const DOWN = silent('retry/provider-down');
const LIMITED = alike(silent('retry/rate-limited'), rejected('retry/rate-limited'));
const REFUSED_KEY = silent('stuck/credential-refused', BLOCKS_CALL);

/** What Bybit says. It refuses inside HTTP 200, so `retCode` decides there; elsewhere the status does. */
const TABLE: readonly (readonly [replies: readonly string[], meaning: Cells])[] = [
  [['0'], cells(UNRECOGNISED, UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED }, { saw: 'accepted' })],
  [['-1', '10002'], alike(silent('retry/clock-skew'), rejected('retry/clock-skew'))],
  [['no reply'], alike(silent('retry/no-reply'), silent('retry/no-reply'))],
  [['10000', '10016', 'HTTP 5xx'], alike(DOWN, DOWN)],
  [['429', '10006', 'HTTP 429', '10018', 'access too frequent'], LIMITED],
  [
    ['10001', 'HTTP 400'],
    alike(silent('stuck/request-rejected'), rejected(undefined, { fallbackCode: 'request-rejected' })),
  ],
  [['10003'], cells({ saw: 'unknown' }, REFUSED_KEY, rejected(), rejected('stuck/credential-refused'))],
  [
    ['10004'],
    cells(
      { ...REFUSED_KEY, ...IDENTIFIED },
      REFUSED_KEY,
      rejected('stuck/credential-refused', IDENTIFIED),
      rejected('stuck/credential-refused'),
    ),
  ],
  [['10007'], alike(REFUSED_KEY, rejected('stuck/credential-refused'))],
  [
    ['10005'],
    cells(
      { ...UNRECOGNISED, ...IDENTIFIED },
      silent('stuck/permission-missing'),
      rejected('stuck/permission-missing', IDENTIFIED),
      rejected('stuck/permission-missing'),
    ),
  ],
  [
    ['10008', '10024', '10027', '20096'],
    alike(silent('stuck/account-restricted'), rejected('stuck/account-restricted')),
  ],
  [['10009'], alike(silent('stuck/region-refused', BLOCKS_CALL), rejected('stuck/region-refused'))],
  [
    ['10010'],
    cells(
      silent('stuck/ip-not-allowed', { ...IDENTIFIED, ...BLOCKS_CALL }),
      silent('stuck/ip-not-allowed', BLOCKS_CALL),
      rejected('stuck/ip-not-allowed', IDENTIFIED),
      rejected('stuck/ip-not-allowed'),
    ),
  ],
  [
    ['10017', 'HTTP 404', '10028', '100028', '10029'],
    alike(silent('stuck/request-rejected'), rejected('stuck/request-rejected')),
  ],
  [
    ['33004', '-2015'],
    cells(
      { saw: 'expired', ends: 'stuck/expired-renewable', ...IDENTIFIED, ...BLOCKS_CALL },
      REFUSED_KEY,
      rejected('stuck/expired-renewable', IDENTIFIED),
      rejected('stuck/credential-refused'),
    ),
  ],
  [['141019', '141020', '81007'], alike(UNRECOGNISED, rejected('stuck/only-in-web-ui'))],
  [
    ['141004', '500010'],
    cells(UNRECOGNISED, { ...UNRECOGNISED, fallbackCode: 'wrong-account' }, rejected('stuck/wrong-account')),
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
export const resultOf = <T>(reply: MaybeReply, schema: z.ZodType<T>): T | undefined => {
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
const besides = ({ ends }: ReplyMeaning, row: string, reply: MaybeReply): Partial<ReplyMeaning> => {
  // Stryker disable next-line ConditionalExpression: no reply is neither a limit nor a clock
  if (reply === undefined) return {};
  if (ends === 'retry/rate-limited')
    return BANNED.has(row)
      ? { notBefore: after(reply.at, BANNED_MS), hostWide: true }
      : comeBackAt(Number(reply.headers['x-bapi-limit-reset-timestamp']), reply);
  if (ends !== 'retry/clock-skew') return {};
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
  const verdict = (MEANING.get(row) ?? ELSE)[column];
  // Stryker disable next-line OptionalChaining: a status was replied
  return { ...verdict, ...besides(verdict, row, reply), code: row === 'HTTP 5xx' ? `HTTP ${reply?.status}` : row };
};
