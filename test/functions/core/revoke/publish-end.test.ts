import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import type { Ended, Pin, Pinned, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { publishEnd } from '../../../../functions/core/revoke/conclude.ts';
import { Crash, type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { copied } from '../scripted-system.ts';

const PINNED: Pinned = {
  arn: 'arn:signer',
  secretId: 'key-revoker/s',
  versionId: 'v1',
  environment: 'prod',
  keyId: 'KEY',
};
const SELF = {
  signer: PINNED,
  self: true,
  keyId: 'KEY',
  environment: 'prod',
  realm: 'prod',
  keyName: 'k',
  signerName: 'k',
} as Pin;
const MANAGED: Pin = { ...SELF, self: false, target: { ...PINNED, arn: 'arn:target' } };

const ITEM = {
  rev: 1,
  nonce: 'n',
  requestId: 'R',
  planOnly: false,
  digest: 'd',
  attempt: 1,
  provider: 'kalshi',
  request: { provider: 'kalshi', operation: 'delete-key', requestId: 'R' },
  sender: 'AROA',
  dueAt: NOON,
  receivedAt: NOON,
  pin: SELF,
  published: false,
  interim: { count: 0 },
  state: 'open-request',
  at: NOON,
} as unknown as RequestItem;

const end = (outcome: Ended['outcome'], at = NOON): Ended => ({ outcome, why: '', at, evidence: [] });

const kept = (item: RequestItem = ITEM): Memory => {
  const memory = memoryPorts();
  memory.items.set(`request#${item.requestId}${item.planOnly ? '#plan' : ''} request`, item as unknown as never);
  return memory;
};

const stored = ({ items }: Memory) => items.get('request#R request');

it('notes the id that the sender gave before it marks the end as published, and once', async () => {
  const refused = { ...ITEM, pin: undefined, askedId: 'ASKED' };
  const memory = kept(refused);
  await publishEnd(memory.ports, refused, end('refused/malformed'));
  expect(memory.steps.slice(3)).toEqual(['publish', 'read', 'write asked', 'read', 'write request']);
  expect(memory.items.get('asked#ASKED asked')).toMatchObject({ messageIds: ['R'] });
});

it('writes the receipt, publishes it, marks it and tags the secret, in that order', async () => {
  const memory = kept();
  expect(await publishEnd(memory.ports, ITEM, end('revoked'))).toBeUndefined();
  expect(memory.steps).toEqual(['read', 'write request', 'publish', 'read', 'write request', 'tag']);
  expect(memory.published).toEqual([stored(memory)?.['receipt']]);
  expect(stored(memory)).toMatchObject({
    published: true,
    ended: { outcome: 'revoked' },
    receipt: { receiptId: 'R#1', final: true },
  });
  expect(stored(memory)).not.toHaveProperty('state');
  expect(memory.tags).toEqual([['arn:signer', { 'key-revoker:status': 'revoked' }]]);
  expect(memory.lines).toEqual([
    [
      'request ended',
      {
        requestId: 'R',
        attempt: 1,
        provider: 'kalshi',
        outcome: 'revoked',
        code: '',
        calls: 0,
        dryRun: false,
        urgent: false,
        keyDigest: memory.published[0]?.key?.digest,
      },
    ],
  ]);
  expect(memory.published[0]?.key?.digest).toMatch(/^sha256:/);
});

it('ends no request that another delivery has pinned since: it may have called', async () => {
  const memory = kept();
  const unpinned = { ...ITEM, pin: undefined };
  const wait = await publishEnd(memory.ports, unpinned, end('stuck/credential-missing'));
  expect(wait).toMatchObject({ hasEnded: false, code: 'in-progress' });
  expect(stored(memory)).toEqual(ITEM);
  expect([memory.published, memory.aside]).toEqual([[], []]);
});

describe('the copy for the stuck queue', () => {
  it('goes out before the receipt, ready to be sent again', async () => {
    const memory = kept();
    await publishEnd(memory.ports, ITEM, end('stuck/unproven'));
    expect(memory.steps.slice(2, 4)).toEqual(['set aside', 'publish']);
    expect(memory.aside).toEqual([
      {
        body: JSON.stringify(ITEM.request),
        attributes: {
          ...copied('R', 1),
          outcome: 'stuck',
          code: 'unproven',
          message: memory.published[0]?.message,
        },
      },
    ]);
  });

  it('is the stub of a body that was not a valid request', async () => {
    const item = { ...ITEM, request: undefined, pin: undefined, stub: '{"code":"malformed"}' };
    const memory = kept(item);
    await publishEnd(memory.ports, item, end('refused/malformed'));
    expect(memory.aside[0]?.body).toBe('{"code":"malformed"}');
    expect(memory.tags).toEqual([]);
  });

  it.each(['revoked', 'already-revoked', 'restricted', 'planned', 'withdrawn'] as const)(
    'is not made of %s',
    async (outcome) => {
      const memory = kept();
      await publishEnd(memory.ports, ITEM, end(outcome));
      expect(memory.aside).toEqual([]);
      expect(memory.published).toMatchObject([{ outcome }]);
    },
  );
});

describe('the tags', () => {
  it('are on the secret that holds the key', async () => {
    const memory = kept({ ...ITEM, pin: MANAGED });
    await publishEnd(memory.ports, { ...ITEM, pin: MANAGED }, end('stuck/unproven'));
    expect(memory.tags).toEqual([['arn:target', { 'key-revoker:status': 'stuck/unproven' }]]);
  });

  it('are on none where no secret holds it, or nothing but a plan was made', async () => {
    const { target: _, ...bare } = MANAGED;
    for (const item of [
      { ...ITEM, pin: bare },
      { ...ITEM, planOnly: true },
    ]) {
      const memory = kept(item);
      await publishEnd(memory.ports, item, end('planned'));
      expect(memory.published).toHaveLength(1);
      expect(memory.tags).toEqual([]);
    }
  });

  it('change nothing where they cannot be written', async () => {
    const memory = kept();
    memory.fail(6, 'before', new Unavailable('Cannot tag'));
    await publishEnd(memory.ports, ITEM, end('revoked'));
    expect(memory.lines.at(-1)).toEqual(['secret not tagged', { requestId: 'R', outcome: 'revoked' }]);
    expect(stored(memory)).toMatchObject({ published: true });
  });
});

describe('an end that was written already', () => {
  it('says nothing more once it is published', async () => {
    const memory = kept();
    await publishEnd(memory.ports, ITEM, end('stuck/unproven'));
    await publishEnd(memory.ports, ITEM, end('revoked'));
    expect([memory.published.length, memory.aside.length]).toEqual([1, 1]);
    expect(stored(memory)).toMatchObject({ receipt: { outcome: 'stuck' } });
  });

  it('stays as it is, whatever a later delivery found', async () => {
    const memory = kept();
    memory.fail(3);
    await expect(publishEnd(memory.ports, ITEM, end('stuck/unproven'))).rejects.toBeInstanceOf(Crash);
    memory.fail();
    await publishEnd(memory.ports, ITEM, end('revoked', NOON));
    expect(memory.published).toMatchObject([{ outcome: 'stuck', code: 'unproven' }]);
    expect(memory.aside).toHaveLength(1);
    expect([memory.tags.map(([, tags]) => tags), memory.enqueued]).toEqual([
      [{ 'key-revoker:status': 'stuck/unproven' }],
      [],
    ]);
  });

  it('is marked once, where two deliveries publish it at a time', async () => {
    const memory = kept();
    const { outbox } = memory.ports;
    let others: Promise<unknown> | undefined;
    const publish: typeof outbox.publish = async (receipt) => {
      others ??= publishEnd({ ...memory.ports, outbox }, ITEM, end('revoked'));
      await others;
      await outbox.publish(receipt);
    };
    await publishEnd({ ...memory.ports, outbox: { ...outbox, publish } }, ITEM, end('revoked'));
    expect(memory.published.map(({ receiptId }) => receiptId)).toEqual(['R#1', 'R#1']);
    expect(stored(memory)).toMatchObject({ published: true, rev: 3 });
  });

  it.each([
    ['a redrive has begun since', { ...ITEM, attempt: 2, rev: 3 }],
    ['a redrive has ended since', { ...ITEM, attempt: 2, rev: 4, receipt: { receiptId: 'R#2' } }],
    ['nothing is kept any more', undefined],
  ])('is not marked as published where %s', async (_what, now) => {
    const memory = kept();
    const { outbox } = memory.ports;
    const publish: typeof outbox.publish = async () => {
      if (now) memory.items.set('request#R request', now as never);
      else memory.items.delete('request#R request');
    };
    await publishEnd({ ...memory.ports, outbox: { ...outbox, publish } }, ITEM, end('revoked'));
    expect(stored(memory)).toEqual(now);
  });

  it('is published for no request that the ledger does not know', async () => {
    const memory = memoryPorts();
    await publishEnd(memory.ports, ITEM, end('revoked'));
    expect([memory.published, [...memory.items]]).toEqual([[], []]);
  });

  it('is another attempt’s matter', async () => {
    const memory = kept({ ...ITEM, attempt: 2 });
    await publishEnd(memory.ports, ITEM, end('revoked'));
    expect(memory.published).toEqual([]);
    expect(stored(memory)).not.toHaveProperty('receipt');
  });
});

// read, write, set aside, publish, read, write, tag
describe.each([1, 2, 3, 4, 5, 6, 7])('a crash at step %i', (step) => {
  it.each(['before', 'after'] as const)(
    '%s it was done is continued by the next delivery with the same receipt',
    async (when) => {
      const memory = kept();
      memory.fail(step, when);
      await publishEnd(memory.ports, ITEM, end('stuck/unproven')).catch(() => undefined);
      memory.fail();
      await publishEnd(memory.ports, ITEM, end('stuck/unproven'));
      expect(stored(memory)).toMatchObject({ published: true });
      expect(new Set(memory.published.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
      expect(new Set(memory.aside.map((copy) => JSON.stringify(copy))).size).toBe(1);
      expect(memory.aside.length).toBeGreaterThanOrEqual(memory.published.length);
    },
  );
});
