import * as z from 'zod';
import type { Answer, Facts } from '../../core/answer.ts';
import { jsonOrUndefined } from '../../core/json.ts';
import type { Credential, HttpCall, MaybeReply, Order, Question, Reply } from '../../core/provider.ts';
import { type Talk, talk } from '../conversation.ts';
import { KeyUuid } from '../key-uuid.ts';
import { IDENTIFIED, silent } from '../reply-meaning.ts';
import { isSuccess, meaning, messageIn } from './meaning.ts';
import { bearerOf, MANAGE_KEY_PATH, withBearer } from './request.ts';

const Self = z.object({
  id: KeyUuid,
  permissions: z.object({ manage: z.string() }).optional().catch(undefined),
});

/** One key as Requesty shows it, under `self` or its id, with the status of the reply. */
export const keyIn = (reply: MaybeReply): (z.output<typeof Self> & { readonly code: string }) | undefined => {
  if (!isSuccess(reply)) return undefined;
  const key = Self.safeParse(jsonOrUndefined(reply.body)).data;
  return key && { ...key, code: String(reply.status) };
};

/** One read of the asking key's own record. */
export const askSelf = (bearer: string, host: string): HttpCall =>
  withBearer(bearer, { method: 'GET', changes: false, host, path: `${MANAGE_KEY_PATH}/self` });

/** A bearer of the right form that was never issued. A deleted bearer may get the same reply. */
const NEVER_ISSUED = 'rqsty-sk-never-issued';

/** Whether both are the same refusal from Requesty itself, and not a page of a gateway in front of it. */
const isSameRefusal = (reply: Reply, control: MaybeReply): boolean => {
  const message = messageIn(reply);
  return message !== undefined && control?.status === reply.status && messageIn(control) === message;
};

interface Self {
  readonly credential: Credential;
  readonly host: string;
  /** `undefined` if the question asks for the id. */
  readonly keyId: string | undefined;
}

const SOMEONE_ELSE: Answer = { ...silent({ wait: 'unrecognised' }), code: 'another key' };

function* own({ credential, host, keyId }: Self): Talk<Answer> {
  const reply = yield () => askSelf(bearerOf(credential), host);
  const key = keyIn(reply);
  if (key) {
    if (keyId !== undefined && key.id !== keyId) return SOMEONE_ELSE;
    const { manage } = key.permissions ?? {};
    const facts: Facts = { keyId: key.id, ...(manage !== undefined && { manage }) };
    return { saw: 'alive', code: key.code, ...IDENTIFIED, facts };
  }
  const said = meaning(reply, 'own');
  // Without words of its own that decide, only a bearer that was never issued tells what a 401 is about.
  if (reply?.status !== 401 || said.saw !== 'silent') return said;
  const control = yield () => askSelf(NEVER_ISSUED, host);
  return isSameRefusal(reply, control) ? { saw: 'unknown', code: '401' } : said;
}

/**
 * Asks a bearer for its own key. No permission is needed.
 * https://docs.requesty.ai/api-reference/endpoint/manage-api-key-get
 */
export const selfQuestion = (self: Self): Question => ({
  asked: 'self',
  as: 'self',
  host: self.host,
  questionId: `self@${self.host}`,
  next: talk(() => own(self)),
});

function* manager({ signer }: Order, host: string): Talk<Answer> {
  const reply = yield () => askSelf(bearerOf(signer), host);
  const key = keyIn(reply);
  if (key === undefined) return meaning(reply, 'managing');
  if (key.id !== signer.keyId) return SOMEONE_ELSE;
  const { manage } = key.permissions ?? {};
  return {
    saw: 'alive',
    code: key.code,
    ...(manage !== undefined && { facts: { signerManage: manage } }),
  };
}

/** Asks the managing key about itself. The reply says nothing of the target. */
export const managerCheck = (order: Order, host: string): Question => ({
  asked: 'self',
  as: 'managing',
  host,
  questionId: `${order.signer.keyId}@${host}/self`,
  next: talk(() => manager(order, host)),
});
