import { type Answer, endIn, waitIn } from '../../../functions/core/answer.ts';
import { type EpochMs, epochMs } from '../../../functions/core/epoch.ts';
import { Fault } from '../../../functions/core/fault.ts';
import type {
  Call,
  Credential,
  HttpCall,
  MaybeReply,
  Order,
  OrderTarget,
  Plan,
  Question,
} from '../../../functions/core/provider.ts';
import { isRestriction } from '../../../functions/core/provider.ts';

/** The instant at which every clock of these tests stands still. */
export const NOW: EpochMs = epochMs(1_700_000_000_000);

/** A reply with a body as text, or as what its JSON holds. */
export const reply = (
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): MaybeReply => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  at: NOW,
});

/** Asks to the end: what was sent, and the answer. Throws where the replies run out before there is one. */
export const converse = (
  question: Question,
  replies: readonly MaybeReply[],
): { readonly sent: readonly HttpCall[]; readonly answer: Answer } => {
  const sent: HttpCall[] = [];
  for (let count = 0; ; count += 1) {
    const next = question.next(replies.slice(0, count), NOW);
    if ('answer' in next) return { sent, answer: next.answer };
    if (count === replies.length) throw new Error(`no reply left for ${next.send.method} ${next.send.path}`);
    if (next.send.changes) throw new Error('a question that changes something at the provider');
    sent.push(next.send);
  }
};

/** The answer to a question that every exchange of is replied to alike. */
export const answerTo = (question: Question, every: MaybeReply): Answer => {
  const replies: MaybeReply[] = [];
  for (;;) {
    const next = question.next(replies, NOW);
    if ('answer' in next) return next.answer;
    replies.push(every);
    if (replies.length > 1_000) throw new Error('a question without end');
  }
};

/** What an answer means, in one word: `retry/no-reply`, `stuck/region-refused`. */
export const meant = (answer: Answer): string | undefined => {
  const wait = waitIn(answer);
  return wait ? `retry/${wait.code}` : endIn(answer);
};

/** The instant that an answer asks to wait for. */
export const waitsUntil = (answer: Answer): EpochMs | undefined => waitIn(answer)?.notBefore;

/** An answer in one line: what was seen, what it means, and its marks. */
export const brief = (answer: Answer): string => {
  const { saw, identified: seen, blocksCall, fallbackCode } = answer;
  return [saw, meant(answer), seen && 'seen', blocksCall && 'holds', fallbackCode && `at last ${fallbackCode}`]
    .filter(Boolean)
    .join(' ');
};

/** The end and the sentence of the fault that this throws. */
export const faultOf = (action: () => unknown): readonly [outcome: string, message: string] => {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return [error.outcome, error.message];
    throw error;
  }
  throw new Error('nothing was thrown');
};

/** An order by a key for itself, with what the test changes of it. */
export const order = (
  operation: string,
  signer: Credential & { readonly keyId: string },
  more: Partial<Omit<Order, 'target'>> & { readonly aim?: Partial<OrderTarget> } = {},
): Order => {
  const { aim: target, ...rest } = more;
  return {
    operation,
    signer,
    settings: undefined,
    egressAddresses: [],
    urgent: false,
    called: false,
    facts: {},
    ...rest,
    target: { self: true, keyId: signer.keyId, locator: {}, credential: undefined, ...target },
  };
};

/** A credential of a provider that tells the identifier in it. */
export const identified = (credential: Credential): Credential & { readonly keyId: string } => {
  const { keyId } = credential;
  if (keyId === undefined) throw new Error('this credential does not tell its identifier');
  return { ...credential, keyId };
};

/** The probe of that name. */
export const probe = (plan: Plan, asked: string, as?: Question['as']): Question => {
  const found = plan.probes.find((question) => question.asked === asked && (as === undefined || question.as === as));
  if (found === undefined) throw new Error(`the plan has no probe ${asked}`);
  return found;
};

/** The call of a plan that has no settings to compare. */
export const callOf = ({ call }: Plan): Call => {
  if (isRestriction(call)) throw new Error('the call depends on settings');
  return call;
};

/** Bodies that are not what any of the providers sends. */
export const BROKEN: readonly (readonly [what: string, body: string])[] = [
  ['nothing', ''],
  ['a page', '<html><body>Request blocked</body></html>'],
  ['half a reply', '{"retCode":0,"result":{"apiKey":"AK'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '0'],
  ['a code of null', '{"retCode":null,"error":null,"id":null,"keys":null,"api_keys":null}'],
  ['a code as text', '{"retCode":"0","result":{},"error":"x"}'],
  ['a code as a fraction', '{"retCode":0.5}'],
  ['a code as a list', '{"retCode":[0],"error":["NOT_FOUND"],"keys":{},"api_keys":{}}'],
  ['no code', '{"retMsg":"OK","result":{}}'],
];
