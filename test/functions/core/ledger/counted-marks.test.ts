import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { redriveKey } from '../../../../functions/core/ledger/operator-items.ts';
import { marksIn, marksOf, REQUEST_ID } from '../../../../functions/core/request/marks.ts';
import { revoke } from '../../../../functions/core/revoke/revoke.ts';
import type { Memory } from '../memory-ports.ts';
import { answerOf, NOON } from '../rounds.ts';
import { ACCEPTED, ALIVE, delivered, GONE, SELF, system } from '../scripted-system.ts';

const HELD = answerOf('silent', { means: { end: 'stuck/ip-not-allowed' }, blocksCall: true, identified: true });
const { requestId: _id, ...BARE } = SELF;

type Attributes = Readonly<Record<string, string>>;

/** Delivers a message with these attributes until it is done with. */
const deliver = async (memory: Memory, messageId: string, body: unknown, attributes: Attributes = {}) => {
  const marks = marksIn((name) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined));
  for (let receiveCount = 1; receiveCount <= 60; receiveCount += 1) {
    const sentAt = after(NOON, 1);
    const verdict = await revoke(memory.ports, delivered(memory, body, { messageId, ...marks, sentAt, receiveCount }));
    if (verdict.done) return;
    memory.clock.forward(Math.max(1, verdict.notBefore - memory.clock.now()));
  }
  throw new Error(`Cannot deliver ${messageId} to its end`);
};

const announce = (memory: Memory, requestId: string, attempt: number): void => {
  const { pk, sk } = redriveKey(requestId);
  memory.items.set(`${pk} ${sk}`, { rev: 1, nonce: '', requestId, attempt, by: 'alex', at: NOON } as never);
};

/** Changes what the ledger holds of the request R. */
const change = (memory: Memory, changes: object): void => {
  const item = memory.items.get('request#R request');
  memory.items.set('request#R request', { ...item, ...changes } as never);
};

const endsIn = ({ published }: Memory): readonly string[] =>
  published
    .filter(({ final }) => final)
    .map(({ receiptId, outcome, code }) => `${receiptId} ${code ? `${outcome}/${code}` : outcome}`);

const living = () => system({ probe: [ALIVE, GONE], delete: [ACCEPTED] });
/** The request R has ended as stuck. */
const stuck = async () => {
  const memory = system({ probe: [HELD, ALIVE, GONE], delete: [ACCEPTED] });
  await deliver(memory, 'M1', SELF);
  expect(endsIn(memory)).toEqual(['R#1 stuck/ip-not-allowed']);
  return memory;
};

describe('the attributes of another sender', () => {
  it('two messages without an id of their own and with one trace id both run', async () => {
    const memory = living();
    for (const messageId of ['M1', 'M2']) await deliver(memory, messageId, BARE, { requestId: 'trace-1' });
    expect(endsIn(memory)).toEqual(['M1#1 revoked', 'M2#1 already-revoked']);
  });

  it('a trace id names no request, not even one that asks for the same', async () => {
    const memory = living();
    await deliver(memory, 'M1', { ...SELF, requestId: 'trace-1' });
    await deliver(memory, 'M2', BARE, { requestId: 'trace-1' });
    expect(endsIn(memory)).toEqual(['trace-1#1 revoked', 'M2#1 already-revoked']);
  });

  it('name no request that the ledger knows, where only the id agrees', async () => {
    const memory = living();
    await deliver(memory, 'M1', { ...SELF, reference: 'INC-1' });
    await deliver(memory, 'M2', BARE, { requestId: 'R', attempt: '1' });
    expect(endsIn(memory)).toEqual(['R#1 revoked', 'M2#1 already-revoked']);
  });

  it.each(['0', '2', '7', '999999999999999', '1000000000000000', 'first', ''])(
    'make no other attempt of a request that nobody has sent before: %j',
    async (attempt) => {
      const memory = living();
      await deliver(memory, 'M1', SELF, { attempt, requestId: 'trace-1' });
      expect(endsIn(memory)).toEqual(['R#1 revoked']);
    },
  );

  it.each(['0', '3', 'third'])('do not begin a request again that is at work: %j', async (attempt) => {
    const memory = system({ probe: [undefined] });
    await revoke(memory.ports, delivered(memory, SELF));
    const attributes: Attributes = { attempt };
    const marks = marksIn((name) => attributes[name]);
    expect(await revoke(memory.ports, delivered(memory, SELF, { messageId: 'M2', ...marks }))).toMatchObject({
      done: false,
    });
    expect(memory.items.get('request#R request')).toMatchObject({ attempt: 1, receivedAt: NOON });
    expect(memory.published.filter(({ final }) => final)).toEqual([]);
  });
});

describe('a copy of release 0.1.0', () => {
  it('is the next attempt of its request, which nobody has announced', async () => {
    const memory = await stuck();
    await deliver(memory, 'M2', SELF, { requestId: 'R', attempt: '2' });
    expect(endsIn(memory)[1]).toBe('R#2 revoked');
  });

  it('that the console moves back says once more what has ended, and begins nothing', async () => {
    const memory = await stuck();
    await deliver(memory, 'M2', SELF, { requestId: 'R', attempt: '1' });
    expect([endsIn(memory).length, memory.sent]).toEqual([1, ['probe']]);
  });

  it('is the next attempt of an expiry order that was withdrawn', async () => {
    const memory = living();
    await deliver(memory, 'M1', SELF);
    change(memory, { ended: { outcome: 'withdrawn', why: '', at: NOON, evidence: [] } });
    await deliver(memory, 'M2', SELF, { requestId: 'R', attempt: '2' });
    expect(endsIn(memory)[1]).toMatch(/^R#2 /);
  });

  it.each(['7', 'seventh'])('has nothing to say about the attempt that follows a broken word: %j', async (attempt) => {
    const memory = living();
    await deliver(memory, 'M1', SELF);
    change(memory, { withdrawnAt: NOON });
    await deliver(memory, 'M2', SELF, { requestId: 'R', attempt });
    expect(endsIn(memory)[1]).toMatch(/^R#2 /);
  });

  it('is recognised by its attributes where the message had no id', async () => {
    const memory = system({ probe: [HELD, ALIVE, GONE], delete: [ACCEPTED] });
    await deliver(memory, 'M1', BARE);
    await deliver(memory, 'M2', BARE, { requestId: 'M1', attempt: '2' });
    expect(endsIn(memory)).toEqual(['M1#1 stuck/ip-not-allowed', 'M1#2 revoked']);
  });

  it('stays with the id of its message once it was claimed under that', async () => {
    const memory = system({ probe: [undefined, ALIVE, GONE], delete: [ACCEPTED] });
    const marks = { formerMark: { requestId: 'OLD', attempt: 2 } };
    await revoke(memory.ports, delivered(memory, BARE, { messageId: 'M2', ...marks }));
    memory.items.set('request#OLD request', { ...memory.items.get('request#M2 request'), requestId: 'OLD' } as never);
    memory.clock.forward(60_000);
    await deliver(memory, 'M2', BARE, { requestId: 'OLD', attempt: '2' });
    expect(endsIn(memory)).toEqual(['M2#1 revoked']);
  });

  it('is also what the console moves back: with the attempt that has ended it begins nothing', async () => {
    const memory = await stuck();
    const [copy] = memory.aside;
    await deliver(memory, 'M2', JSON.parse(copy?.body ?? ''), copy?.attributes);
    expect([endsIn(memory).length, memory.sent]).toEqual([1, ['probe']]);
  });
});

describe('an attempt', () => {
  it.each([
    ['the first', 1, 0],
    ['a later', 2, 1],
  ])('that is %s one is looked up only if it has to be announced', async (_what, attempt, expected) => {
    const memory = await stuck();
    const { ledger } = memory.ports;
    const read: string[] = [];
    memory.ports.ledger = {
      ...ledger,
      read: (key) => {
        read.push(key.pk);
        return ledger.read(key);
      },
    };
    await deliver(memory, 'M2', SELF, marksOf({ requestId: 'R', attempt }));
    expect(new Set(read.filter((pk) => pk === redriveKey('R').pk)).size).toBe(expected);
  });

  it('that an operator has announced is a redrive', async () => {
    const memory = await stuck();
    announce(memory, 'R', 2);
    await deliver(memory, 'M2', SELF, marksOf({ requestId: 'R', attempt: 2 }));
    expect(endsIn(memory)[1]).toBe('R#2 revoked');
  });

  it('that was announced before a later one still counts', async () => {
    const memory = await stuck();
    announce(memory, 'R', 3);
    await deliver(memory, 'M2', SELF, marksOf({ requestId: 'R', attempt: 2 }));
    expect(endsIn(memory)[1]).toBe('R#2 revoked');
  });

  it('of an expiry order that was withdrawn is due by what the ledger holds', async () => {
    const memory = living();
    await deliver(memory, 'M1', SELF);
    change(memory, { ended: { outcome: 'withdrawn', why: '', at: NOON, evidence: [] } });
    await deliver(memory, 'M2', SELF, marksOf({ requestId: 'R', attempt: 2 }));
    expect(endsIn(memory)[1]).toMatch(/^R#2 /);
    await deliver(memory, 'M3', SELF, marksOf({ requestId: 'R', attempt: 4 }));
    expect(endsIn(memory)[2]).toBe('M3#1 refused/malformed');
  });

  it('that follows a broken word may have been sent in the same instant as the word was taken back', async () => {
    const memory = living();
    await deliver(memory, 'M1', SELF);
    change(memory, { withdrawnAt: after(NOON, 1) });
    await deliver(memory, 'M2', SELF, marksOf({ requestId: 'R', attempt: 2 }));
    expect(endsIn(memory)[1]).toMatch(/^R#2 /);
  });

  it('of an item whose own attempt cannot be read is what its message says', async () => {
    const memory = await stuck();
    change(memory, { attempt: 0, salvagedAt: NOON });
    await deliver(memory, 'M2', SELF, marksOf({ requestId: 'R', attempt: 4 }));
    expect(memory.items.get('request#R request')).toMatchObject({ attempt: 4 });
  });

  it.each([
    [
      'that nobody has announced',
      '2',
      /^The message is not a valid request\. Cannot count attempt 2 of R: no operator/,
    ],
    ['far above all others', '999999999999999', /Cannot count attempt 999999999999999 of R/],
    ['that cannot be read', '1000000000000000', /Cannot read the attempt .* must be a whole number from 1/],
    ['that is no number', 'second', /Cannot read the attempt/],
    ['that is empty', '', /Cannot read the attempt/],
  ])('%s is refused, with a receipt and a copy that can be redriven', async (_what, attempt, message) => {
    const memory = await stuck();
    const before = memory.items.get('request#R request');
    await deliver(memory, 'M2', SELF, { 'key-revoker-request-id': 'R', 'key-revoker-attempt': attempt });
    expect(endsIn(memory)[1]).toBe('M2#1 refused/malformed');
    expect(memory.published.at(-1)?.message).toMatch(message);
    expect(memory.items.get('request#R request')).toEqual(before);
    const copy = memory.aside.at(-1);
    expect(copy?.attributes).toMatchObject({ 'key-revoker-request-id': 'M2', 'key-revoker-attempt': '1' });
    announce(memory, 'M2', 2);
    await deliver(memory, 'M3', JSON.parse(copy?.body ?? ''), marksOf({ requestId: 'M2', attempt: 2 }));
    expect(endsIn(memory)[2]).toBe('M2#2 revoked');
  });

  it.each(['2', 'second'])('of a request that the ledger does not know is refused: %j', async (attempt) => {
    const memory = living();
    await deliver(memory, 'M1', SELF, { 'key-revoker-attempt': attempt });
    expect(endsIn(memory)).toEqual(['M1#1 refused/malformed']);
    expect(memory.items.has('request#R request')).toBe(false);
    expect(memory.aside).toHaveLength(1);
  });

  it.each(['3', '0', '1000000000000000'])(
    'by the name of release 0.1.0 that is not the next one of a request that has ended is refused: %j',
    async (attempt) => {
      const memory = await stuck();
      await deliver(memory, 'M2', SELF, { requestId: 'R', attempt });
      expect(endsIn(memory)[1]).toBe('M2#1 refused/malformed');
      expect(memory.aside).toHaveLength(2);
    },
  );
});

describe('whatever the attributes', () => {
  const value = fc.oneof(
    fc.constantFrom(
      'R',
      'other',
      'trace-1',
      'M1',
      '',
      '0',
      '1',
      '2',
      '3',
      '999999999999999',
      '1000000000000000',
      'two',
    ),
    fc.string(),
    fc.nat().map(String),
  );
  const attributes = fc.dictionary(
    fc.constantFrom('key-revoker-request-id', 'key-revoker-attempt', 'requestId', 'attempt', 'outcome'),
    value,
  );
  const message = fc.record({
    body: fc.constantFrom<unknown>(SELF, BARE, { ...SELF, requestId: 'other' }, { ...SELF, reference: 'INC-2' }),
    attributes,
  });

  it('no message vanishes without a receipt or a copy, and none changes what another request does', () =>
    fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), async (messages) => {
        const memory = system({ probe: [HELD, HELD, ALIVE, GONE], delete: [ACCEPTED] });
        for (const [index, one] of messages.entries()) {
          const before = structuredClone(memory.items);
          const said = memory.published.length;
          await deliver(memory, `message-${index}`, one.body, one.attributes);
          const changed = [...memory.items].filter(
            ([name, item]) => name.startsWith('request#') && (before.get(name)?.rev ?? 0) !== item.rev,
          );
          expect(changed.length).toBeLessThanOrEqual(1);
          const [[, item] = []] = changed;
          const { requestId: bodyId } = one.body as { readonly requestId?: string };
          const {
            'key-revoker-request-id': markedId = '',
            'key-revoker-attempt': marked,
            requestId,
            attempt,
          } = one.attributes;
          const ownId = `message-${index}`;
          const ids = [bodyId ?? (REQUEST_ID.test(markedId) ? markedId : ownId), ownId];
          // A trace id by itself names no request.
          if (bodyId === undefined && attempt !== undefined) ids.push(requestId ?? '');
          const known = before.get(`request#${ids[0]} request`);
          const { reference } = one.body as { readonly reference?: string };
          const isOther = known !== undefined && Object(known['request']).reference !== reference;
          const highest = Number(known?.['attempt'] ?? 1);
          const isHeld = marked !== undefined && !(/^[1-9]\d{0,14}$/.test(marked) && Number(marked) <= highest);
          if (item === undefined) {
            // It says once more what was answered before.
            const answered = ids.map((id) => memory.items.get(`request#${id} request`));
            expect(answered.some((found) => found?.['published'] === true)).toBe(true);
            expect(isHeld).toBe(false);
            continue;
          }
          expect(isHeld ? [ownId] : ids).toContain(item['requestId']);
          expect(item).toMatchObject({ published: true, attempt: expect.any(Number) });
          expect(memory.published.length).toBe(said + 1);
          const { outcome, code } = memory.published.at(-1) ?? {};
          if (isHeld && !isOther) expect([outcome, code]).toEqual(['refused', 'malformed']);
          if (outcome === 'refused' || outcome === 'stuck')
            expect(memory.aside.at(-1)?.attributes).toMatchObject({ 'key-revoker-request-id': item['requestId'] });
          // Nobody has announced anything: no attempt is more than one above another.
          const former = before.get(`request#${item['requestId']} request`)?.['attempt'] ?? 0;
          expect(Number(item['attempt'])).toBeLessThanOrEqual(Number(former) + 1);
        }
      }),
      { numRuns: 150 },
    ));
});
