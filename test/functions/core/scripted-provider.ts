import * as z from 'zod';
import type { Answer } from '../../../functions/core/answer.ts';
import { Fault } from '../../../functions/core/fault.ts';
import type {
  Call,
  HttpCall,
  MaybeReply,
  Order,
  Plan,
  Provider,
  Question,
  Questioner,
} from '../../../functions/core/provider.ts';
import { Secret } from '../../../functions/core/secret.ts';
import { kalshi } from '../../../functions/providers/index.ts';
import { NOON } from './rounds.ts';

const HOST = 'api.example.com';

const callTo = (asked: string, now: number): HttpCall => ({
  method: asked === 'delete' ? 'DELETE' : 'GET',
  changes: asked === 'delete',
  provider: 'kalshi',
  host: HOST,
  path: `/${asked}`,
  headers: new Secret({ at: String(now) }),
});

/** What a question or a call was asked, and when it was signed. */
export const askedIn = ({ path, headers }: HttpCall): { asked: string; signedAt: number } => ({
  asked: path.slice(1),
  signedAt: Number(headers.reveal()['at']),
});

/** A reply that the scripted provider reads as this answer. */
export const replyOf = (answer: Answer): MaybeReply => ({
  status: 200,
  headers: {},
  body: JSON.stringify(answer),
  at: NOON,
});

const read = (reply: MaybeReply): Answer =>
  reply === undefined ? { saw: 'silent', code: 'no reply', means: { wait: 'no-reply' } } : JSON.parse(reply.body);

export const questionOf = (asked: string, as: Questioner = 'self', questionId: string = asked): Question => ({
  asked,
  as,
  host: HOST,
  questionId,
  next: (replies, now) => (replies.length > 0 ? { answer: read(replies[0]) } : { send: callTo(asked, now) }),
});

/** A rate whose slots others always take first, in the ledger in memory. */
const TAKEN = 'taken';

/** A question for which there is never a slot of the provider's rate. */
export const withoutSlot = (...of: Parameters<typeof questionOf>): Question => ({
  ...questionOf(...of),
  next: (_, now) => ({ send: { ...callTo(of[0], now), rate: { of: TAKEN, most: 1, perMs: 1_000 } } }),
});

export const deleteCall = (order: Pick<Order, 'target'>): Call => ({
  asked: 'delete',
  as: order.target.self ? 'self' : 'managing',
  host: HOST,
  questionId: 'probe',
  send: (now) => callTo('delete', now),
  read,
});

/** A provider whose one question is `probe` and whose one call is `delete`; replies are the answers themselves, as JSON. */
export const scriptedProvider = (change: (order: Order) => Partial<Plan> = () => ({})): Provider => ({
  ...kalshi,
  locators: { subMemberId: z.string() },
  environments: { prod: { host: HOST, realm: 'prod' }, demo: { host: 'demo.example.com', realm: 'demo' } },
  operations: { 'delete-key': { kind: 'delete', signers: ['self', 'managing'], needs: {} } },
  credential: (value) => {
    const {
      keyId,
      claimed,
      environment = 'prod',
    } = value as {
      keyId?: unknown;
      claimed?: string;
      environment?: string;
    };
    if (typeof keyId !== 'string')
      throw new Fault('refused/credential-unreadable', 'Cannot read keyId: it must be a string');
    return {
      environment,
      keyId: keyId === '' ? undefined : keyId,
      ...(claimed === undefined ? {} : { claimedId: new Secret(claimed) }),
      parts: new Secret({}),
    };
  },
  identify: () => questionOf('identify'),
  plan: (order) => ({
    probes: [questionOf('probe', order.target.self ? 'self' : 'managing')],
    needsAll: false,
    siblings: [],
    provable: true,
    call: deleteCall(order),
    proofGapMs: 2_000,
    landsWithinMs: 6_000,
    forecast: () => [],
    afterwards: () => [],
    ...change(order),
  }),
});
