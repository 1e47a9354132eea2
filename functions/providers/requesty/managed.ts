import * as z from 'zod';
import type { Answer } from '../../core/answer.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { ControlTarget, Credential, MaybeReply, Order, Question } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { IDENTIFIED, silent } from '../reply-meaning.ts';
import { isSuccess, meaning } from './meaning.ts';
import { bearerOf, MANAGE_KEY_PATH, withBearer } from './request.ts';
import { askSelf, keyIn } from './self.ts';

function* lookUp({ signer, target }: Order, host: string, path: string): Talk<Answer> {
  const reply = yield () => withBearer(bearerOf(signer), { method: 'GET', changes: false, host, path });
  const key = keyIn(reply);
  if (key === undefined) return meaning(reply, 'lookup');
  return key.id === target.keyId
    ? { saw: 'listed', code: key.code, ...IDENTIFIED }
    : { ...silent({ wait: 'unrecognised' }), code: 'another key' };
}

/** Asks a managing key for the target under its id. `path` ends in that id. */
export const lookup = (order: Order, host: string, path: string): Question => ({
  asked: 'apikey',
  as: 'managing',
  host,
  questionId: `${order.signer.keyId}@${host}/apikey`,
  next: talk(() => lookUp(order, host, path)),
});

/** `null`, or no list, is not an empty list. */
const List = z.object({ keys: z.array(z.object({ id: z.string().min(1) })) });

const listIn = (reply: MaybeReply): { readonly ids: readonly string[]; readonly code: string } | undefined => {
  if (!isSuccess(reply)) return undefined;
  const list = List.safeParse(jsonOrUndefined(reply.body)).data;
  return list && { ids: list.keys.map(({ id }) => id.toLowerCase()), code: String(reply.status) };
};

function* list({ signer, target, facts: known }: Order, host: string): Talk<Answer> {
  const reply = yield () =>
    withBearer(bearerOf(signer), { method: 'GET', changes: false, host, path: MANAGE_KEY_PATH });
  const said = listIn(reply);
  if (said === undefined) return meaning(reply, 'managing');
  const { ids, code } = said;
  const namesSigner = ids.includes(signer.keyId);
  const facts = { keysNamed: String(ids.length), ...(namesSigner && { namesSigner: 'yes' }) };
  if (ids.includes(target.keyId)) return { saw: 'listed', code, ...IDENTIFIED, facts };
  // A list without its own asker may lack other keys too.
  if (known['namesSigner'] && !namesSigner) return { ...silent({ wait: 'unrecognised' }), code: `${code} not whole` };
  return { saw: 'unlisted', code, facts };
}

/** Asks a managing key for all keys of its organisation. */
export const keyListQuestion = (order: Order, host: string): Question => ({
  asked: 'apikeys',
  as: 'managing',
  host,
  questionId: `${order.signer.keyId}@${host}/apikeys`,
  next: talk(() => list(order, host)),
});

function* controlling(control: Credential, host: string, { keyId }: ControlTarget): Talk<Answer> {
  const reply = yield () => askSelf(bearerOf(control), host);
  const own = keyIn(reply);
  if (own === undefined) return meaning(reply, 'managing');
  // Only with the permission `manage: read` does this list come.
  const said = listIn(
    yield () => withBearer(bearerOf(control), { method: 'GET', changes: false, host, path: MANAGE_KEY_PATH }),
  );
  const isListed = said?.ids.includes(keyId) ?? false;
  return {
    saw: isListed ? 'listed' : 'alive',
    code: own.code,
    ...(isListed && IDENTIFIED),
    facts: { keyId: own.id, ...(isListed && { sameAccount: 'yes' }) },
  };
}

/** Asks a control key about itself, and for the keys of its organisation. */
export const controlQuestion = (control: Credential, host: string, target: ControlTarget): Question => ({
  asked: 'self',
  as: 'control',
  host,
  questionId: `control@${host}/self`,
  next: talk(() => controlling(control, host, target)),
});
