import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../../functions/core/delivery.ts';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { claim } from '../../../../functions/core/ledger/claim.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { parseRequest } from '../../../../functions/core/request/parse-request.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { delivered, SELF } from '../scripted-system.ts';

const claimed = (memory: Memory, body: unknown = SELF, rest: Partial<Delivery> = {}, isFinished = true) => {
  const delivery = delivered(memory, body, rest);
  return claim(memory.ports, delivery, parseRequest(delivery.body), { isFinished });
};
const change = (memory: Memory, fields: Partial<RequestItem>) => {
  const item = memory.items.get('request#R request');
  memory.items.set('request#R request', { ...item, ...fields } as never);
};

const event = (time: string) => ({ 'detail-type': 'Key Revocation Requested', id: 'R', time, detail: SELF });

describe('a request', () => {
  it('is kept as it came, open', async () => {
    const memory = memoryPorts();
    memory.clock.forward(9);
    const item = await claimed(memory);
    expect(item).toStrictEqual({
      rev: 1,
      nonce: 'id-1',
      requestId: 'R',
      planOnly: false,
      attempt: 1,
      provider: 'kalshi',
      request: expect.objectContaining({ requestId: 'R', operation: 'delete-key' }),
      sender: 'AROA',
      dueAt: NOON,
      receivedAt: NOON + 9,
      published: false,
      interim: { count: 0, at: undefined },
      state: 'open-request',
      at: NOON + 9,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it.each([
    ['its own date before all', { ...SELF, notBefore: '2026-11-21T14:00:00+02:00' }, NOON],
    ['when it was sent', SELF, epochMs(NOON - 60_000)],
    ['its event’s time', event('2026-11-21T11:58:00Z'), epochMs(NOON - 120_000)],
    ['when it was sent, whatever its event says of later', event('2036-11-21T12:00:00Z'), epochMs(NOON - 60_000)],
  ])('is due at %s', async (_what, body, dueAt) => {
    const memory = memoryPorts();
    expect((await claimed(memory, body, { sentAt: epochMs(NOON - 60_000) })).dueAt).toBe(dueAt);
  });

  it('is the same one again', async () => {
    const memory = memoryPorts();
    const first = await claimed(memory);
    expect(await claimed(memory, SELF, { messageId: 'M2', sender: 'AIDA' })).toMatchObject({ rev: 1, sender: 'AROA' });
    expect(await claimed(memory)).toMatchObject({ digest: first.digest });
  });
});

describe('a redrive', () => {
  const PIN = { keyId: 'K' } as RequestItem['pin'];

  it('starts the request anew, and remembers its key', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { pin: PIN, published: true, interim: { count: 3, at: NOON }, state: undefined });
    memory.clock.forward(9);
    expect(await claimed(memory, SELF, { attempt: 2, sender: 'AIDA' })).toStrictEqual({
      ...(await claimed(memory)),
      rev: 2,
      nonce: 'id-2',
      attempt: 2,
      sender: 'AIDA',
      receivedAt: after(NOON, 9),
      former: PIN,
      pin: undefined,
      ended: undefined,
      receipt: undefined,
      published: false,
      interim: { count: 0, at: undefined },
      state: 'open-request',
      at: after(NOON, 9),
    });
  });

  it('remembers the key of an attempt that came before one without a pin', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { pin: PIN });
    await claimed(memory, SELF, { attempt: 2 });
    expect(await claimed(memory, SELF, { attempt: 3 })).toMatchObject({ attempt: 3, former: PIN });
  });

  it.each([
    ['one that is open takes its place', undefined, 2],
    ['one that has ended waits until all of that is done', { outcome: 'stuck/limit' as const }, 1],
  ])('of %s', async (_what, ended, attempt) => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { ended: ended && { ...ended, why: '', at: NOON, evidence: [] } });
    expect(await claimed(memory, SELF, { attempt: 2 }, false)).toMatchObject({ attempt });
  });

  it('of another request under the same id is that one’s end, and leaves this one alone', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const other = { ...SELF, reason: 'leaked' };
    expect(await claimed(memory, other, { attempt: 2, messageId: 'M2' })).toMatchObject({
      requestId: 'M2',
      request: { requestId: 'M2', reason: 'leaked' },
      ended: { outcome: 'refused/request-id-reused', why: '', at: NOON, evidence: [] },
    });
    expect(memory.items.get('request#R request')).toMatchObject({ rev: 1, attempt: 1, request: { reason: 'manual' } });
  });
});

it('keeps of a message that is no request what cannot be secret', async () => {
  const memory = memoryPorts();
  const item = await claimed(memory, { what: 'is this' });
  expect(item).toMatchObject({
    requestId: 'M',
    request: undefined,
    ended: { outcome: 'refused/malformed', evidence: [] },
  });
  expect(JSON.parse(item.stub ?? '')).toEqual({
    messageId: 'M',
    sender: 'AROA',
    at: '2026-11-21T12:00:00.000Z',
    code: 'malformed',
    digest: `sha256:${memory.ports.digest('{"what":"is this"}')}`,
    length: 18,
    fields: ['what'],
  });
});
