import type { Answer } from '../../../functions/core/answer.ts';
import type { Delivery } from '../../../functions/core/delivery.ts';
import { after, type EpochMs } from '../../../functions/core/epoch.ts';
import type { CaseItem } from '../../../functions/core/ledger/case-item.ts';
import { redriveKey } from '../../../functions/core/ledger/operator-items.ts';
import { type Given, type Memory, memoryPorts, openedAs } from './memory-ports.ts';
import { answerOf, NOON } from './rounds.ts';
import { askedIn, replyOf, scriptedProvider } from './scripted-provider.ts';

export const KEY = '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';
export const OTHER = '00000000-0000-0000-0000-000000000001';

export const SELF = {
  provider: 'kalshi',
  operation: 'delete-key',
  secretId: 'key-revoker/desk',
  target: 'self',
  requestId: 'R',
};
export const MANAGED = { ...SELF, target: { apiKeyId: OTHER } };
export const LEAKED = { reason: 'leaked' };

/** Answers by what is asked, in turn; the last one of a list stays. */
export type Script = Readonly<Record<string, readonly (Answer | undefined | ((now: EpochMs) => Answer | undefined))[]>>;

/** The ports in memory, with a provider that answers by script; `sent` names what it was asked. */
export const system = (script: Script, given: Given = {}): Memory & { sent: string[] } => {
  const sent: string[] = [];
  const memory = memoryPorts({
    provider: scriptedProvider(),
    secrets: {
      'key-revoker/desk': openedAs(JSON.stringify({ keyId: KEY })),
      [openedAs('').arn]: openedAs(JSON.stringify({ keyId: KEY })),
    },
    reply: (call, now) => {
      const { asked } = askedIn(call);
      const answers = script[asked] ?? [];
      const next = answers[Math.min(sent.filter((one) => one === asked).length, answers.length - 1)];
      sent.push(asked);
      const answer = typeof next === 'function' ? next(now) : next;
      return answer && replyOf(answer);
    },
    ...given,
  });
  return Object.assign(memory, { sent });
};

/** @param rest with `attempt`: that of a redrive, which an operator has announced */
export const delivered = (
  memory: Memory,
  body: unknown,
  { attempt, ...rest }: Partial<Delivery> & { readonly attempt?: number } = {},
): Delivery => {
  const { requestId = '' } = Object(body) as { readonly requestId?: string };
  const { pk, sk } = redriveKey(requestId);
  if (attempt !== undefined)
    memory.items.set(`${pk} ${sk}`, { rev: 1, nonce: '', requestId, attempt, by: 'alex', at: NOON } as never);
  return {
    messageId: 'M',
    body: JSON.stringify(body),
    sender: 'AROA',
    sentAt: NOON,
    receiveCount: 1,
    deadline: after(memory.clock.now(), 25_000),
    ...(attempt === undefined ? {} : { mark: { attempt } }),
    ...rest,
  };
};

/** The attributes of each copy of a request. */
export const copied = (requestId: string, attempt: number) => ({
  'key-revoker-request-id': requestId,
  'key-revoker-attempt': String(attempt),
  requestId,
  attempt: String(attempt),
});

export const caseOf = ({ items }: Memory, keyId = KEY): CaseItem =>
  items.get(`case#kalshi/prod/${keyId} case`) as unknown as CaseItem;

export const ALIVE = answerOf('alive', { identified: true });
export const GONE = answerOf('unknown', { code: 'NOT_FOUND' });
export const ACCEPTED = answerOf('accepted', { code: '204', identified: true });
