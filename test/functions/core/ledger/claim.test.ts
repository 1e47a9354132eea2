import { describe, expect, it } from 'vitest';
import { after, epochMs } from '../../../../functions/core/epoch.ts';
import { claim } from '../../../../functions/core/ledger/claim.ts';
import { inheritPin } from '../../../../functions/core/ledger/lease.ts';
import type { Pin, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { canonical } from '../../../../functions/core/request/canonical.ts';
import { parseRequest } from '../../../../functions/core/request/parse-request.ts';
import type { RevocationRequest } from '../../../../functions/core/request/revocation-request.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { delivered, OTHER, SELF } from '../scripted-system.ts';

type Finish = Parameters<typeof claim>[3];

const claimed = (
  memory: Memory,
  body: unknown = SELF,
  rest: Parameters<typeof delivered>[2] = {},
  finish: Finish = async () => undefined,
) => {
  const delivery = delivered(memory, body, rest);
  return claim(memory.ports, delivery, parseRequest(memory.ports.providers, delivery.body), finish);
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

  /** A request as a release stored it whose schema lacked these fields, under the digest that it had there. */
  const storedWithout = async (...lacking: readonly string[]) => {
    const memory = memoryPorts();
    const { request } = await claimed(memory);
    const older = Object.fromEntries(Object.entries(request ?? {}).filter(([field]) => !lacking.includes(field)));
    const { requestId: _, ...fields } = older;
    const digest = memory.ports.digest(canonical(fields));
    change(memory, { request: older as unknown as RevocationRequest, digest });
    return memory;
  };

  it('is the same one where its schema has got a default since', async () => {
    const memory = await storedWithout('dryRun', 'reason');
    const item = await claimed(memory, SELF, { messageId: 'M2' });
    expect(item).toMatchObject({
      requestId: 'R',
      rev: 1,
      request: { requestId: 'R', dryRun: false, reason: 'manual' },
    });
    expect(await claimed(memory, SELF, { attempt: 2 })).toMatchObject({ requestId: 'R', attempt: 2 });
  });

  it('stays as a later release has stored it under the same digest', async () => {
    const memory = memoryPorts();
    const { request } = await claimed(memory);
    const later = { ...request, confirm: true } as unknown as RevocationRequest;
    change(memory, { request: later });
    expect((await claimed(memory)).request).toEqual(later);
  });

  it('is another one where such a field says something else than the default', async () => {
    const memory = await storedWithout('reason');
    const other = await claimed(memory, { ...SELF, reason: 'leaked' }, { messageId: 'M2' });
    expect(other).toMatchObject({ requestId: 'M2', ended: { outcome: 'refused/request-id-reused' } });
  });

  it('is another one where its id is that of a message that was not a valid request', async () => {
    const memory = memoryPorts();
    await claimed(memory, { what: 'is this' }, { messageId: 'R' });
    const item = await claimed(memory, SELF, { messageId: 'M2' });
    expect(item).toMatchObject({ requestId: 'M2', ended: { outcome: 'refused/request-id-reused' } });
  });

  /** As a release stored it whose secret scan let this text pass. */
  const storedWithText = async (text: string, ended?: RequestItem['ended'], field = 'expectedEnvironment') => {
    const memory = memoryPorts();
    const { request } = await claimed(memory);
    change(memory, {
      digest: 'of another release',
      request: { ...request, [field]: text } as RevocationRequest,
      ended,
    });
    return memory;
  };
  const SECRET = 'a'.repeat(40);
  const LEAKED = 'refused/secret-in-message';

  it('is the same one where the secret scan has got stricter since', async () => {
    const memory = await storedWithText(SECRET, undefined, 'reference');
    const body = { ...SELF, reference: SECRET };
    const item = await claimed(memory, body, { messageId: 'M2' });
    expect(item).toMatchObject({ requestId: 'R', request: { reference: '[removed]' }, ended: undefined });
    expect(await claimed(memory, body, { attempt: 2 })).toMatchObject({ requestId: 'R', attempt: 2 });
    expect(memory.items.has('request#M2 request')).toBe(false);
  });

  it.each<[string, object, string, RequestItem['ended']]>([
    ['says something else', { reason: 'leaked' }, SECRET, undefined],
    ['has another text in that place', {}, 'INC-1', undefined],
    ['was refused for that before', {}, SECRET, { outcome: LEAKED, why: '', at: NOON, evidence: [] }],
  ])(
    'with a secret in it is refused where the one that is stored under its id %s',
    async (_what, more, text, ended) => {
      const memory = await storedWithText(text, ended);
      const item = await claimed(memory, { ...SELF, expectedEnvironment: SECRET, ...more }, { messageId: 'M2' });
      expect(item).toMatchObject({ requestId: 'M2', ended: { outcome: LEAKED } });
    },
  );

  it('is stored once more by its message where what was stored cannot be read', async () => {
    const memory = memoryPorts();
    const { digest } = await claimed(memory);
    change(memory, { digest: '', request: undefined });
    const item = await claimed(memory, SELF, { messageId: 'M2' });
    expect(item).toMatchObject({
      requestId: 'R',
      rev: 2,
      digest,
      request: { requestId: 'R', secretId: SELF.secretId },
    });
    expect(await claimed(memory, SELF)).toEqual(item);
  });

  it('is another one where today’s schema cannot read what is stored', async () => {
    const memory = await storedWithout('operation');
    expect(await claimed(memory, SELF, { messageId: 'M2' })).toMatchObject({ requestId: 'M2' });
  });
});

describe('a redrive', () => {
  const PIN = { keyId: 'K' } as RequestItem['pin'];

  it('starts the request again, and remembers its key', async () => {
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
      refused: undefined,
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

  const END: RequestItem['ended'] = { outcome: 'stuck/limit', why: '', at: NOON, evidence: [] };

  it.each([
    ['one that is open takes its place at once', undefined, []],
    ['one that has ended waits until all of that is done, and then takes its place', END, [[1, 1]]],
  ])('of %s', async (_what, ended, expected) => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { ended });
    const finished: unknown[] = [];
    const finish: Finish = async ({ attempt }) =>
      finished.push([attempt, memory.items.get('request#R request')?.['attempt']]);
    expect(await claimed(memory, SELF, { attempt: 2 }, finish)).toMatchObject({ attempt: 2, ended: undefined });
    expect(finished).toEqual(expected);
  });

  it('of one that has ended leaves it alone where what is left to do of it fails', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { ended: END });
    const failed = claimed(memory, SELF, { attempt: 2 }, () => Promise.reject(new Error('down')));
    await expect(failed).rejects.toThrow('down');
    expect(memory.items.get('request#R request')).toMatchObject({ attempt: 1, ended: END });
  });

  it.each([1, 2])('is none where the attempt that has ended is its own, or a later one: %i', async (attempt) => {
    const memory = memoryPorts();
    await claimed(memory, SELF, { attempt: 2 });
    change(memory, { ended: END });
    expect(await claimed(memory, SELF, { attempt }, async () => expect.fail('finished it'))).toMatchObject({
      attempt: 2,
      ended: END,
    });
  });

  it.each([
    ['sent after its end was withdrawn', 1, 2],
    ['sent at that instant', 0, 1],
  ])('is a request that is sent again only where it was %s', async (_what, laterMs, attempt) => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { ended: END, withdrawnAt: NOON });
    expect(await claimed(memory, SELF, { sentAt: after(NOON, laterMs) })).toMatchObject({ attempt });
  });

  it('that today’s schema refuses leaves the open request of its message alone', async () => {
    const memory = memoryPorts();
    const { requestId: _, ...unnamed } = SELF;
    const open = await claimed(memory, unnamed);
    const fail: Finish = async () => expect.fail('finished it');
    expect(await claimed(memory, { what: 'is this' }, { attempt: 2 }, fail)).toEqual(open);
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

describe('a request whose id another one has', () => {
  const NAMED = { ...SELF, target: { apiKeyId: OTHER } };
  const PIN = { keyName: 'kalshi/prod/K' } as Pin;

  it('is carried out under its message’s id where it names its key', async () => {
    const memory = memoryPorts();
    const first = await claimed(memory, { ...SELF, notBefore: '2026-11-25T00:00:00Z' });
    const sent = epochMs(NOON - 60_000);
    memory.clock.forward(9);
    const item = await claimed(memory, NAMED, { messageId: 'M2', sender: 'AIDA', sentAt: sent });
    expect(item).toStrictEqual({
      ...first,
      nonce: expect.any(String),
      requestId: 'M2',
      askedId: 'R',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      sender: 'AIDA',
      request: expect.objectContaining({ requestId: 'M2', target: { apiKeyId: OTHER } }),
      dueAt: sent,
      receivedAt: NOON + 9,
      at: NOON + 9,
    });
    expect(memory.items.get('request#R request')).toEqual(first);
    expect(memory.lines).toContainEqual(['request id taken', { requestId: 'M2', askedId: 'R' }]);
  });

  it('is bound to the key of the other one where a label names it', async () => {
    const memory = memoryPorts();
    await claimed(memory, { ...SELF, reference: 'INC-1' });
    change(memory, { pin: PIN });
    const item = await claimed(memory, SELF, { messageId: 'M2' });
    expect(item).toMatchObject({ requestId: 'M2', askedId: 'R', onlyKey: 'kalshi/prod/K', state: 'open-request' });
  });

  it('is one request however often its message is delivered', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const item = await claimed(memory, NAMED, { messageId: 'M2' });
    memory.clock.forward(9);
    for (const receiveCount of [1, 2])
      expect(await claimed(memory, NAMED, { messageId: 'M2', receiveCount })).toEqual(item);
    expect(memory.lines.filter(([event]) => event === 'request id taken')).toHaveLength(1);
    expect(await claimed(memory, NAMED, { messageId: 'M3' })).toMatchObject({ requestId: 'M3', askedId: 'R' });
  });

  it('that was refused stays refused where the other one has pinned a key since', async () => {
    const memory = memoryPorts();
    await claimed(memory, { ...SELF, reference: 'INC-1' });
    const refused = await claimed(memory, SELF, { messageId: 'M2' });
    expect(refused).toMatchObject({ askedId: 'R', ended: { outcome: 'refused/request-id-reused' } });
    change(memory, { pin: PIN });
    for (const receiveCount of [1, 2])
      expect(await claimed(memory, SELF, { messageId: 'M2', receiveCount })).toEqual(refused);
  });

  it('stays what it is where what is stored of the other one cannot be read any more', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const item = await claimed(memory, NAMED, { messageId: 'M2' });
    change(memory, { digest: '', request: undefined, salvagedAt: NOON });
    expect(await claimed(memory, NAMED, { messageId: 'M2', receiveCount: 2 })).toEqual(item);
    expect(memory.items.get('request#R request')?.['request']).toBeUndefined();
  });

  it('is stored once more by its message where what was stored cannot be read', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const { digest } = await claimed(memory, NAMED, { messageId: 'M2' });
    const stored = memory.items.get('request#M2 request');
    memory.items.set('request#M2 request', { ...stored, digest: '', request: undefined, salvagedAt: NOON } as never);
    const item = await claimed(memory, NAMED, { messageId: 'M2', receiveCount: 2 });
    expect(item).toMatchObject({ rev: 2, digest, askedId: 'R', request: { requestId: 'M2' } });
  });

  it('keeps its own id through a redrive', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { pin: PIN });
    const { request } = await claimed(memory, { ...SELF, reason: 'leaked' }, { messageId: 'M2' });
    const again = await claimed(memory, request, { messageId: 'M3', attempt: 2 });
    expect(again).toMatchObject({ requestId: 'M2', attempt: 2, askedId: 'R', onlyKey: 'kalshi/prod/K' });
  });

  it.each<[string, object, Partial<Memory['ports']['config']>]>([
    ['a dry run', { dryRun: true }, {}],
    ['only planned', {}, { mode: 'observe' }],
  ])('is refused where it is %s', async (_what, fields, config) => {
    const memory = memoryPorts({ config });
    await claimed(memory, { ...NAMED, ...fields, reference: 'INC-1' });
    const item = await claimed(memory, { ...NAMED, ...fields }, { messageId: 'M2' });
    expect(item).toMatchObject({ requestId: 'M2', askedId: 'R', ended: { outcome: 'refused/request-id-reused' } });
  });

  const EXPIRY = `expiry-${'0a'.repeat(32)}`;
  const OWN = { sender: 'AROAOWNROLE:sweep' };

  it('of the sweep’s is refused to a sender that would be the first', async () => {
    const memory = memoryPorts();
    const order = { ...NAMED, requestId: EXPIRY };
    const item = await claimed(memory, order, { messageId: 'M2' });
    expect(item).toMatchObject({ requestId: 'M2', askedId: EXPIRY, ended: { outcome: 'refused/malformed' } });
    expect(item.ended?.why).toMatch(/^Cannot accept a requestId of an expiry order from this sender: /);
    expect(memory.items.has(`request#${EXPIRY} request`)).toBe(false);
    expect(await claimed(memory, order, { messageId: 'M3', ...OWN })).toMatchObject({ requestId: EXPIRY });
    // Once it is the sweep's, it is the same request for anybody, and no other one.
    expect(await claimed(memory, order, { messageId: 'M4' })).toMatchObject({ rev: 1, requestId: EXPIRY });
    const other = await claimed(memory, { ...order, reason: 'leaked' }, { messageId: 'M5' });
    expect(other).toMatchObject({ requestId: 'M5', ended: { outcome: 'refused/request-id-reused' } });
  });
});

it('keeps of a message that is not a valid request what cannot be secret', async () => {
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

describe('the id that a refused message was sent with', () => {
  const TOKEN = `ghp_${'a1'.repeat(18)}`;
  const WRONG = { ...SELF, operation: 'x' };
  const SECRET = { expectedEnvironment: 'rqsty-sk-canary' };

  it.each<[what: string, body: unknown, requestId: string | undefined]>([
    ['of a request', WRONG, 'R'],
    ['of an event', { ...event('noon'), id: 'E', detail: { ...WRONG, requestId: undefined } }, 'E'],
    ['of a request that only its secret spoils', { ...SELF, ...SECRET }, 'R'],
    [
      'that looks like a secret, as a digest',
      { ...WRONG, requestId: TOKEN },
      `sha256:${memoryPorts().ports.digest(TOKEN)}`,
    ],
    ['of a message that names none', { what: 'is this' }, undefined],
  ])('is kept beside the message’s: %s', async (_what, body, requestId) => {
    const memory = memoryPorts();
    const item = await claimed(memory, body);
    expect(item).toMatchObject({ requestId: 'M' });
    expect(item.askedId).toBe(requestId);
    if (item.stub !== undefined) expect(JSON.parse(item.stub).requestId).toBe(requestId);
    expect(JSON.stringify([...memory.items])).not.toContain(TOKEN);
    expect([...memory.items.keys()]).toEqual(['request#M request']);
  });

  it('is kept where it names another request, and when the copy is sent again', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const other = { ...SELF, reason: 'leaked' };
    expect(await claimed(memory, other, { messageId: 'M2' })).toMatchObject({ requestId: 'M2', askedId: 'R' });
    const again = { ...other, requestId: 'M2' };
    expect(await claimed(memory, again, { messageId: 'M3', attempt: 2 })).toMatchObject({
      ...{ requestId: 'M2', askedId: 'R', attempt: 2, ended: undefined },
    });
    expect(memory.items.get('request#R request')).not.toHaveProperty('askedId');
  });
});

describe('the pin that a redrive inherits', () => {
  const FORMER = { keyName: 'kalshi/prod/K' } as Pin;
  const OTHER = { keyName: 'kalshi/prod/L' } as Pin;
  const ITEM = { requestId: 'R', planOnly: false, attempt: 2, former: FORMER, rev: 1, nonce: '' } as RequestItem;

  /** The pin that the delivery continues with, what the ledger holds at last, and how often it was asked. */
  const inheriting = async (item: Partial<RequestItem>, held: Partial<RequestItem> | undefined = item) => {
    const memory = memoryPorts();
    if (held) memory.items.set('request#R request', { ...ITEM, ...held } as never);
    const { pin } = await inheritPin(memory.ports, { ...ITEM, ...item });
    return [pin, memory.items.get('request#R request')?.['pin'], memory.steps.length] as const;
  };

  it('takes over the pin of an earlier attempt, and keeps it', async () =>
    expect((await inheriting({})).slice(0, 2)).toEqual([FORMER, FORMER]));

  it.each<[string, Partial<RequestItem>, Pin | undefined]>([
    ['has a key of its own', { pin: OTHER }, OTHER],
    ['follows no attempt with a key', { former: undefined }, undefined],
    ['only plans', { planOnly: true }, undefined],
  ])('leaves a request alone that %s', async (_what, item, pin) =>
    expect(await inheriting(item)).toEqual([pin, item.pin, 0]),
  );

  it.each<[string, Partial<RequestItem>, Pin | undefined]>([
    ['has gone on to another attempt', { attempt: 3 }, undefined],
    ['has ended it', { receipt: {} as RequestItem['receipt'] }, undefined],
    ['has pinned another key', { pin: OTHER }, OTHER],
  ])('keeps nothing where another delivery %s', async (_what, held, kept) =>
    expect((await inheriting({}, held)).slice(0, 2)).toEqual([FORMER, kept]),
  );

  it('makes no request that there is not', async () => {
    const memory = memoryPorts();
    expect(await inheritPin(memory.ports, ITEM)).toMatchObject({ pin: FORMER });
    expect(memory.items.size).toBe(0);
  });
});

describe('the end of a message that is not a valid request', () => {
  const ended = async (fields: Partial<RequestItem>) => {
    const memory = memoryPorts();
    await claimed(memory, { what: 'is this' });
    const item = memory.items.get('request#M request');
    memory.items.set('request#M request', { ...item, ...fields } as never);
    return claimed(memory, { what: 'is this' });
  };

  it('is found again', async () => expect(await ended({ stub: 'kept' })).toMatchObject({ rev: 1, stub: 'kept' }));

  it('is written again where it cannot be read', async () =>
    expect(await ended({ ended: undefined, salvagedAt: NOON })).toMatchObject({
      rev: 2,
      ended: { outcome: 'refused/malformed' },
    }));

  it('leaves a redrive of its copy alone', async () =>
    expect(await ended({ ended: undefined, salvagedAt: NOON, attempt: 2 })).toMatchObject({ rev: 1, attempt: 2 }));
});

describe('a first delivery', () => {
  it('costs one write', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    expect(memory.steps).toEqual(['write request']);
  });

  it('of another request with the id is no redrive of it, whatever attempt it names', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const other = { ...SELF, target: { apiKeyId: OTHER } };
    const item = await claimed(memory, other, { messageId: 'M2', mark: { attempt: 9 } });
    expect(item).toMatchObject({ requestId: 'M2', askedId: 'R', attempt: 1, request: { target: { apiKeyId: OTHER } } });
    expect(item.ended).toBeUndefined();
  });

  it('leaves what an older release has made of its message', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const refused = { rev: 1, nonce: 'n', requestId: 'M2', stub: '{}', ended: { outcome: 'refused/malformed' } };
    memory.items.set('request#M2 request', refused as never);
    const item = await claimed(memory, { ...SELF, target: { apiKeyId: OTHER } }, { messageId: 'M2' });
    expect(item).toEqual(refused);
  });
});

describe('a redelivery', () => {
  it('says the request once more where it is kept under the message’s id and cannot be read', async () => {
    const memory = memoryPorts();
    const nameless = { ...SELF, requestId: undefined };
    await claimed(memory, nameless);
    const stored = memory.items.get('request#M request');
    memory.items.set('request#M request', { ...stored, request: undefined, digest: '', salvagedAt: NOON } as never);
    expect(await claimed(memory, nameless, { receiveCount: 2 })).toMatchObject({ rev: 2, request: { requestId: 'M' } });
  });

  it('is the next attempt of a request under the message’s id whose word was withdrawn before', async () => {
    const memory = memoryPorts();
    const nameless = { ...SELF, requestId: undefined };
    await claimed(memory, nameless);
    const stored = memory.items.get('request#M request');
    memory.items.set('request#M request', { ...stored, withdrawnAt: epochMs(NOON - 1) } as never);
    expect(await claimed(memory, nameless, { receiveCount: 2 })).toMatchObject({ requestId: 'M', attempt: 2 });
  });

  it('is the request with the id where neither can be read', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const other = { ...SELF, target: { apiKeyId: OTHER } };
    await claimed(memory, other, { messageId: 'M2' });
    for (const id of ['R', 'M2']) {
      const stored = memory.items.get(`request#${id} request`);
      memory.items.set(`request#${id} request`, {
        ...stored,
        request: undefined,
        digest: '',
        salvagedAt: NOON,
      } as never);
    }
    const item = await claimed(memory, other, { messageId: 'M2', receiveCount: 2 });
    expect(item).toMatchObject({ requestId: 'R', request: { target: { apiKeyId: OTHER } } });
  });

  it('costs one read where the request is there already', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    const before = memory.steps.length;
    await claimed(memory, SELF, { receiveCount: 2 });
    expect(memory.steps.slice(before)).toEqual(['read']);
  });

  it('claims what the first delivery did not come to', async () => {
    const memory = memoryPorts();
    expect(await claimed(memory, SELF, { receiveCount: 2 })).toMatchObject({ rev: 1, requestId: 'R' });
  });

  it('of a redrive is the redrive, if the first delivery did not come to it', async () => {
    const memory = memoryPorts();
    await claimed(memory);
    change(memory, { ended: { outcome: 'stuck/limit', why: '', at: NOON, evidence: [] } });
    const item = await claimed(memory, SELF, { messageId: 'M2', receiveCount: 2, attempt: 2 });
    expect(item).toMatchObject({ requestId: 'R', attempt: 2, ended: undefined });
  });
});
