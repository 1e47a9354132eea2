import * as z from 'zod';
import type { Answer, Facts } from '../../core/answer.ts';
import { epochMs, toIso } from '../../core/epoch.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { Credential, MaybeReply, Order, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { IDENTIFIED, silent } from '../reply-meaning.ts';
import { meaning } from './meaning.ts';
import { signForKalshi } from './sign.ts';

/** Where the keys stand, each under its id. */
export const API_KEYS_PATH = '/trade-api/v2/api_keys';

const Row = z.object({
  api_key_id: z.string().min(1),
  scopes: z.array(z.string()).optional().catch(undefined),
  fcm_subtrader_id: z.string().min(1).optional().catch(undefined),
});
type Row = z.output<typeof Row>;

/** `null` for a list has been met, and is not an empty one. Seconds beyond the year 2100 are no date. */
const List = z.object({
  api_keys: z.array(Row),
  cursor: z.unknown().optional(),
  api_key_region_expiration_ts: z.int().min(1).max(4_102_444_800).optional().catch(undefined),
});
type List = z.output<typeof List>;

const listIn = (reply: MaybeReply): List | undefined =>
  reply?.status === 200 ? List.safeParse(jsonOrUndefined(reply.body)).data : undefined;

const rowOf = ({ api_keys: rows }: List, keyId: string | undefined): Row | undefined =>
  rows.find(({ api_key_id: id }) => id.toLowerCase() === keyId);

/** Kalshi gives this list at once and its ids as they are: a further page, or a masked id, may be anybody's. */
const isWhole = ({ api_keys: rows, cursor }: List): boolean =>
  !cursor && rows.every(({ api_key_id: id }) => /^[\w-]+$/.test(id));

/** What a list says of the key that signs: what it may do, and until when. */
const factsOf = (list: List, askerId: string | undefined): Facts => {
  const asker = rowOf(list, askerId);
  const lapses = list.api_key_region_expiration_ts;
  return {
    ...(asker?.scopes && { scopes: asker.scopes.join(' ') }),
    ...(lapses !== undefined && { attestationUntil: toIso(epochMs(lapses * 1_000)) }),
  };
};

/** A key that a clearing member's system made is refused on every path of this one. */
const elsewhere = (row: Row | undefined): Partial<Answer> =>
  row?.fcm_subtrader_id === undefined ? {} : { fallbackCode: 'only-in-web-ui' };

function* ownList(target: Credential, host: string, signs: boolean): Talk<Answer> {
  const reply = yield (now) => signForKalshi(target, { method: 'GET', changes: false, host, path: API_KEYS_PATH }, now);
  const list = listIn(reply);
  if (list === undefined) return meaning(reply, 'own');
  const { keyId } = target;
  const facts = signs ? { facts: factsOf(list, keyId) } : {};
  return { saw: 'alive', code: '200', ...IDENTIFIED, ...elsewhere(rowOf(list, keyId)), ...facts };
}

/**
 * Asks the target for the list, whatever that names: an answer at all shows that the key works.
 *
 * @param signs whether the target signs the call as well
 */
export const ownListQuestion = (target: Credential, host: string, signs: boolean): Question => ({
  asked: 'api_keys',
  as: 'self',
  host,
  questionId: `self@${host}`,
  next: talk(() => ownList(target, host, signs)),
});

function* managersList({ signer, target, facts: known }: Order, host: string): Talk<Answer> {
  const reply = yield (now) => signForKalshi(signer, { method: 'GET', changes: false, host, path: API_KEYS_PATH }, now);
  const list = listIn(reply);
  if (list === undefined) return meaning(reply, 'managing');
  const namesSigner = rowOf(list, signer.keyId) !== undefined;
  const keysNamed = String(list.api_keys.length);
  const facts = { ...factsOf(list, signer.keyId), keysNamed, ...(namesSigner && { namesSigner: 'yes' }) };
  const row = rowOf(list, target.keyId);
  if (row) return { saw: 'listed', code: '200', ...IDENTIFIED, ...elsewhere(row), facts };
  // A list that has lost its own asker has lost others too.
  if ((known['namesSigner'] && !namesSigner) || !isWhole(list))
    return { ...silent({ wait: 'unrecognised' }), code: '200 not whole' };
  return { saw: 'unlisted', code: '200', facts };
}

/** What `identified` is kept under for the list that this key gets. */
export const keyListQuestionId = (keyId: string, host: string): string => `${keyId}@${host}/api_keys`;

/** Asks a managing key whether the account has the target. */
export const managersQuestion = (order: Order, host: string): Question => ({
  asked: 'api_keys',
  as: 'managing',
  host,
  questionId: keyListQuestionId(order.signer.keyId, host),
  next: talk(() => managersList(order, host)),
});
