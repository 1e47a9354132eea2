import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../functions/core/answer.ts';
import type { Delivery } from '../../../functions/core/delivery.ts';
import { after, type EpochMs, epochMs } from '../../../functions/core/epoch.ts';
import { Unavailable } from '../../../functions/core/fault.ts';
import type { CaseItem } from '../../../functions/core/ledger-items.ts';
import { revoke } from '../../../functions/core/revoke.ts';
import { type Given, type Memory, memoryPorts, openedAs } from './memory-ports.ts';
import { answerOf, NOON } from './rounds.ts';
import { askedIn, replyOf, scriptedProvider } from './scripted-provider.ts';

const KEY = '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';
const OTHER = '00000000-0000-0000-0000-000000000001';

const SELF = {
  provider: 'kalshi',
  operation: 'delete-key',
  secretId: 'key-revoker/desk',
  target: 'self',
  requestId: 'R',
};
const MANAGED = { ...SELF, target: { apiKeyId: OTHER } };
const LEAKED = { reason: 'leaked' };

/** Answers by what is asked, in turn; the last one of a list stays. */
type Script = Readonly<Record<string, readonly (Answer | undefined | ((now: EpochMs) => Answer | undefined))[]>>;

const system = (script: Script, given: Given = {}): Memory & { sent: string[] } => {
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

const delivered = (memory: Memory, body: unknown, rest: Partial<Delivery> = {}): Delivery => ({
  messageId: 'M',
  body: JSON.stringify(body),
  sender: 'AROA',
  sentAt: NOON,
  receiveCount: 1,
  attempt: 1,
  deadline: after(memory.clock.now(), 25_000),
  ...rest,
});

const caseOf = ({ items }: Memory, keyId = KEY): CaseItem =>
  items.get(`case#kalshi/prod/${keyId} case`) as unknown as CaseItem;

const ALIVE = answerOf('alive', { seen: true });
const GONE = answerOf('unknown', { code: 'NOT_FOUND' });
const ACCEPTED = answerOf('accepted', { code: '204', seen: true });

it('probes, calls and proves', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
  expect(memory.sent).toEqual(['probe', 'delete', 'probe', 'probe']);
  expect(memory.published).toMatchObject([
    { receiptId: 'R#1', outcome: 'revoked', keyState: 'dead', calls: 1, timeToRevokeMs: 0 },
  ]);
  expect(memory.published[0]?.times.provedAt).toBe('2026-11-21T12:00:02.000Z');
  expect(memory.aside).toEqual([]);
  expect(caseOf(memory)).toMatchObject({ state: 'proved-case', works: {}, proved: { endedBy: 'R#1' } });
  expect(caseOf(memory)).not.toHaveProperty('lease');
});

it('answers the same request again without a word', async () => {
  const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
  await revoke(memory.ports, delivered(memory, SELF));
  await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2' }));
  expect([memory.sent.length, memory.published.length]).toEqual([4, 1]);
});

describe('between deliveries', () => {
  it('backs off while a proof is awaited', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [undefined] });
    const verdict = await revoke(memory.ports, delivered(memory, SELF, { receiveCount: 7 }));
    expect(verdict).toEqual({ done: false, code: 'no-reply', notBefore: after(memory.clock.now(), 96_000) });
  });

  it('comes back when the provider says', async () => {
    const reset = after(NOON, 120_000);
    const memory = system({ probe: [answerOf('silent', { ends: 'retry/rate-limited', notBefore: reset })] });
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({
      done: false,
      code: 'rate-limited',
      notBefore: after(reset, 1_000),
    });
  });
});

describe('a call that could not leave', () => {
  const slow = (memory: () => Memory, answer: Answer | undefined) => () => {
    memory().clock.forward(4_000);
    return answer;
  };

  it('is not counted where too little is left of the lease', async () => {
    const script: Script = {
      probe: [slow(() => memory, undefined), slow(() => memory, undefined), slow(() => memory, undefined)],
      delete: [ACCEPTED],
    };
    const memory = system(script);
    const late = { ...delivered(memory, { ...SELF, ...LEAKED }), deadline: after(NOON, 17_000) };
    expect(await revoke(memory.ports, late)).toMatchObject({ done: false });
    expect(memory.sent).not.toContain('delete');
    expect(caseOf(memory).works['R#1']).toMatchObject({ calls: 0 });
  });

  it('goes out in the next delivery', async () => {
    const script: Script = { probe: [slow(() => memory, undefined)], delete: [ACCEPTED] };
    const memory = system(script);
    await revoke(memory.ports, { ...delivered(memory, { ...SELF, ...LEAKED }), deadline: after(NOON, 17_000) });
    await revoke(memory.ports, delivered(memory, { ...SELF, ...LEAKED }));
    expect(memory.sent).toContain('delete');
  });
});

describe('a call that was not executed', () => {
  it('is made again for a key that nobody had seen', async () => {
    const limited = answerOf('rejected', { ends: 'retry/rate-limited' });
    const memory = system({ probe: [answerOf('unlisted')], delete: [limited, ACCEPTED] });
    expect(await revoke(memory.ports, delivered(memory, MANAGED))).toMatchObject({ done: false, code: 'rate-limited' });
    await revoke(memory.ports, delivered(memory, MANAGED));
    expect(memory.sent.filter((asked) => asked === 'delete')).toHaveLength(2);
    expect(memory.published.at(-1)).toMatchObject({ outcome: 'revoked', calls: 2 });
  });

  it('is made again by the provider’s clock, within the delivery', async () => {
    const off = answerOf('rejected', { ends: 'retry/clock-skew', serverTime: epochMs(NOON + 90_000) });
    const memory = system({ probe: [ALIVE, ALIVE, GONE], delete: [off, ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    expect(memory.sent.slice(0, 3)).toEqual(['probe', 'delete', 'delete']);
  });
});

describe('a copy in the stuck queue', () => {
  it('of a message with a secret in it is carried out when it is redriven', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, { ...SELF, reference: 'rqsty-sk-canary' }));
    const [copy] = memory.aside;
    expect(memory.published[0]).toMatchObject({ receiptId: 'M#1', code: 'secret-in-message' });
    await revoke(memory.ports, delivered(memory, JSON.parse(copy?.body ?? ''), { messageId: 'M2', attempt: 2 }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'M#2', outcome: 'revoked' });
  });

  it('of a request under another’s id is carried out when it is redriven', async () => {
    const memory = system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    await revoke(memory.ports, delivered(memory, { ...SELF, reference: 'INC-2' }, { messageId: 'M2' }));
    expect(memory.published[1]).toMatchObject({ receiptId: 'M2#1', code: 'request-id-reused' });
    const copy = JSON.parse(memory.aside[0]?.body ?? '');
    await revoke(memory.ports, delivered(memory, copy, { messageId: 'M3', attempt: 2 }));
    expect(memory.published[2]).toMatchObject({ receiptId: 'M2#2', outcome: 'already-revoked' });
  });
});

describe('a request whose time is up', () => {
  it('says what it did, although its credential cannot be read any more', async () => {
    const memory = system({ probe: [ALIVE, undefined], delete: [ACCEPTED] });
    await revoke(memory.ports, delivered(memory, SELF));
    memory.clock.forward(86_400_000);
    memory.ports.vault.open = async () => {
      throw new Unavailable('Cannot open a secret');
    };
    expect(await revoke(memory.ports, delivered(memory, SELF))).toEqual({ done: true });
    expect(memory.published[0]).toMatchObject({ outcome: 'stuck', code: 'unproven', calls: 1 });
    expect(memory.published[0]?.evidence.map(({ step }) => step)).toContain('call');
  });
});
