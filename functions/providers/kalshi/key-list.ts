import * as z from 'zod';
import type { Answer, Facts } from '../../core/answer.ts';
import { epochMs, toIso } from '../../core/epoch.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { ControlTarget, Credential, MaybeReply, Order, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { IDENTIFIED, silent } from '../reply-meaning.ts';
import { meaning } from './meaning.ts';
import { signForKalshi } from './sign.ts';

/** The path of the keys, each under its id. */
export const API_KEYS_PATH = '/trade-api/v2/api_keys';

const Row = z.object({
  api_key_id: z.string().min(1),
  scopes: z.array(z.string()).optional().catch(undefined),
  fcm_subtrader_id: z.string().min(1).optional().catch(undefined),
});
type Row = z.output<typeof Row>;

/** Kalshi has sent `null` in place of a list, which is not an empty list. Seconds beyond the year 2100 are not a date. */
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

/** Kalshi gives this list in one page with whole ids. A further page, or a masked id, could hold any key. */
const isWhole = ({ api_keys: rows, cursor }: List): boolean =>
  !cursor && rows.every(({ api_key_id: id }) => /^[\w-]+$/.test(id));

/** What a list says of the signing key: what it may do, and until when. */
const factsOf = (list: List, askerId: string | undefined): Facts => {
  const asker = rowOf(list, askerId);
  const lapses = list.api_key_region_expiration_ts;
  return {
    ...(asker?.scopes && { scopes: asker.scopes.join(' ') }),
    ...(lapses !== undefined && { attestationUntil: toIso(epochMs(lapses * 1_000)) }),
  };
};

/** The ledger keeps the ids of so many other keys of the user. */
const MOST_OTHERS = 50;

/** The other keys of the asker's user: only they can be control keys of the asker. */
const othersIn = ({ api_keys: rows }: List, askerId: string | undefined): Facts => {
  const others = rows.map(({ api_key_id: id }) => id.toLowerCase()).filter((id) => id !== askerId);
  return others.length === 0 ? {} : { besides: others.slice(0, MOST_OTHERS).join(' ') };
};

/** A key from a clearing member's system is refused on every path of this API. */
const elsewhere = (row: Row | undefined): Partial<Answer> =>
  row?.fcm_subtrader_id === undefined ? {} : { fallbackCode: 'only-in-web-ui' };

function* ownList(target: Credential, host: string, signs: boolean): Talk<Answer> {
  const reply = yield (now) => signForKalshi(target, { method: 'GET', changes: false, host, path: API_KEYS_PATH }, now);
  const list = listIn(reply);
  if (list === undefined) return meaning(reply, 'own');
  const { keyId } = target;
  const facts = signs ? { facts: { ...factsOf(list, keyId), ...othersIn(list, keyId) } } : {};
  return { saw: 'alive', code: '200', ...IDENTIFIED, ...elsewhere(rowOf(list, keyId)), ...facts };
}

/**
 * Asks the target for the list. Any list shows that the key works.
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
  // A list without its own asker may lack other keys too.
  if ((known['namesSigner'] && !namesSigner) || !isWhole(list))
    return { ...silent({ wait: 'unrecognised' }), code: '200 not whole' };
  return { saw: 'unlisted', code: '200', facts };
}

/** The id for sightings in the list that this key gets. */
export const keyListQuestionId = (keyId: string, host: string): string => `${keyId}@${host}/api_keys`;

/** Asks a managing key whether the account has the target. */
export const managersQuestion = (order: Order, host: string): Question => ({
  asked: 'api_keys',
  as: 'managing',
  host,
  questionId: keyListQuestionId(order.signer.keyId, host),
  next: talk(() => managersList(order, host)),
});

function* controlList(control: Credential, host: string, { keyId, facts: known }: ControlTarget): Talk<Answer> {
  const reply = yield (now) =>
    signForKalshi(control, { method: 'GET', changes: false, host, path: API_KEYS_PATH }, now);
  const list = listIn(reply);
  if (list === undefined) return meaning(reply, 'managing');
  const isListed = rowOf(list, keyId) !== undefined;
  const isSame = isListed || known['besides']?.split(' ').includes(control.keyId ?? '');
  return {
    saw: isListed ? 'listed' : 'alive',
    code: '200',
    ...(isListed && IDENTIFIED),
    ...(isSame && { facts: { sameAccount: 'yes' } }),
  };
}

/** Asks a control key for the list of its user's keys. */
export const controlQuestion = (control: Credential, host: string, target: ControlTarget): Question => ({
  asked: 'api_keys',
  as: 'control',
  host,
  questionId: `control ${keyListQuestionId(control.keyId ?? '', host)}`,
  next: talk(() => controlList(control, host, target)),
});
