import * as z from 'zod';
import { after, epochMs } from '../../core/epoch.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { MaybeReply, Reply } from '../../core/provider.ts';
import { BLOCKS_CALL, DOWN, IDENTIFIED, isWait, rejected, silent, UNRECOGNISED } from '../reply-meaning.ts';
import { alike, cells, type ReplyTable, replyReader } from '../reply-table.ts';
import { clockOf, comeBackAt, limitedUntil } from '../stated-time.ts';

const LIMITED = alike(silent({ wait: 'rate-limited' }), rejected({ wait: 'rate-limited' }));
const BARE_401 = 'HTTP 401 without a text';
const REFUSED_KEY = silent({ end: 'stuck/credential-refused' }, BLOCKS_CALL);

/**
 * What Bybit says. It documents refusals inside HTTP 200, where `retCode` decides. With any other status the code decides as well, if there
 * is one.
 */
const ROWS: ReplyTable['rows'] = [
  [['0'], cells(UNRECOGNISED, UNRECOGNISED, { saw: 'accepted', ...IDENTIFIED }, { saw: 'accepted' })],
  [['-1', '10002'], alike(silent({ wait: 'clock-skew' }), rejected({ wait: 'clock-skew' }))],
  [['10000', '10016'], alike(DOWN, DOWN)],
  [['429', '10018', 'access too frequent'], LIMITED],
  // Counted by the key's account, so only a known key should get it.
  [['10006'], cells({ saw: 'doubt', means: { wait: 'rate-limited' } }, LIMITED.managing, LIMITED['own-call'])],
  [
    ['10001', 'HTTP 400'],
    alike(silent({ end: 'stuck/request-rejected' }), rejected(undefined, { fallbackCode: 'request-rejected' })),
  ],
  // Documented for a wrong key, and for headers that were lost on the way.
  [
    [BARE_401],
    cells(
      { saw: 'refused' },
      { ...UNRECOGNISED, ...BLOCKS_CALL, fallbackCode: 'credential-refused' },
      rejected(),
      rejected(undefined, { fallbackCode: 'credential-refused' }),
    ),
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
      { saw: 'doubt', means: { end: 'stuck/ip-not-allowed' }, ...BLOCKS_CALL },
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

/** The code of a refusal, as a number or in digits. */
const Refusal = z.union([
  z.int().refine((code) => code !== 0),
  z
    .string()
    .regex(/^-?[1-9]\d{0,8}$/)
    .transform(Number),
]);

/** Older replies spell the code in snake case. Two spellings that differ are no code. Only the number 0, as documented, can be a yes. */
const Envelope = z
  .object({
    retCode: z.union([z.literal(0), Refusal]).optional(),
    ret_code: Refusal.optional(),
    time: z.int().positive().optional().catch(undefined),
    result: z.unknown().optional(),
  })
  .transform(({ retCode, ret_code: older, ...rest }) => {
    const code = retCode ?? older;
    return { ...rest, code: (older ?? code) === code ? code : undefined };
  });

const envelopeOf = (reply: MaybeReply) => reply && Envelope.safeParse(jsonOrUndefined(reply.body)).data;

/** The code of a reply, wherever it stands. Code 0 counts only with status 200: with any other status the reply is no yes. */
const codeIn = (reply: Reply): number | undefined => {
  const code = envelopeOf(reply)?.code;
  return code === 0 && reply.status !== 200 ? undefined : code;
};

/** The result of a reply with code 0, by its schema; `undefined` for any other reply. */
export const resultIn = <T>(reply: MaybeReply, schema: z.ZodType<T>): T | undefined => {
  if (reply === undefined || codeIn(reply) !== 0) return undefined;
  return schema.safeParse(envelopeOf(reply)?.result).data;
};

/** Bybit's text for too many requests from our address. */
export const isTooFrequent = (reply: MaybeReply): boolean =>
  reply?.status === 403 && /access too frequent/i.test(reply.body);

/** A 403 without a reason: an address in a refused country, or a page of the network in front of Bybit. */
export const isForbidden = (reply: MaybeReply): boolean =>
  reply?.status === 403 && !isTooFrequent(reply) && codeIn(reply) === undefined;

const BANNED_MS = 600_000;
const BANNED = new Set(['10018', 'access too frequent']);

/** When to come back, and the clock of that instant. */
const besides: ReplyTable['besides'] = (reply, cell, row) => {
  if (isWait(cell, 'rate-limited')) {
    if (BANNED.has(row)) return { ...limitedUntil({ notBefore: after(reply.at, BANNED_MS) }), hostWide: true };
    return limitedUntil(comeBackAt(Number(reply.headers['x-bapi-limit-reset-timestamp']), reply));
  }
  if (!isWait(cell, 'clock-skew')) return {};
  const time = envelopeOf(reply)?.time;
  return time === undefined ? clockOf(reply.headers) : { serverTime: epochMs(time) };
};

/**
 * What a reply means for its asker. A read with code 0 gets here only if its result cannot be read.
 * https://bybit-exchange.github.io/docs/v5/error
 */
export const meaning = replyReader({
  rows: ROWS,
  code: (reply) => {
    if (isTooFrequent(reply)) return 'access too frequent';
    if (reply.status === 401 && reply.body.trim() === '') return BARE_401;
    const code = codeIn(reply);
    return code === undefined && reply.status !== 200 ? undefined : String(code ?? 'unreadable');
  },
  // Outside HTTP 200 Bybit's replies have no form of their own.
  isOwn: () => true,
  statusText: ({ status }) => `HTTP ${status}`,
  besides,
});
