import { describe, expect, it } from 'vitest';
import { after, type EpochMs, toIso } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import type { Described, Page } from '../../../../functions/core/ports.ts';
import { expiryRequestId } from '../../../../functions/core/request/expiry-tags.ts';
import { sweep } from '../../../../functions/core/sweep/sweep.ts';
import { tick } from '../../../../functions/core/sweep/tick.ts';
import { type Given, type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { copied } from '../scripted-system.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const AHEAD = 15 * MINUTE;

const secret = (
  name: string,
  dueInMs: number,
  tags: Readonly<Record<string, string>> = {},
  more: Partial<Described> = {},
): Described => ({
  arn: `arn:aws:secretsmanager:us-east-1:123456789012:secret:key-revoker/${name}-AbCdEf`,
  name: `key-revoker/${name}`,
  tags: {
    'key-revoker:expires-at': toIso(after(NOON, dueInMs)),
    'key-revoker:provider': 'kalshi',
    'key-revoker:operation': 'delete-key',
    ...tags,
  },
  stages: { AWSCURRENT: 'v1' },
  isReplica: false,
  ...more,
});

const withSecrets = (described: readonly Described[], more: Given = {}): Memory => memoryPorts({ described, ...more });

const requests = ({ enqueued }: Memory) => enqueued.map(({ body }) => JSON.parse(body));

/** As `revoke` leaves it. */
const claimed = (memory: Memory, requestId: string, fields: Readonly<Record<string, unknown>>): void =>
  void memory.items.set(`request#${requestId} request`, { rev: 1, nonce: 'n', requestId, attempt: 1, ...fields });

it('tells of each order that makes no request, and sends the others', async () => {
  const odd = [
    secret('no-version', -3, { 'key-revoker:version': '' }),
    secret('no-value', -2, {}, { stages: {} }),
    secret('rqsty-sk-prod', -1),
  ];
  const memory = withSecrets([...odd, secret('good', 0)]);
  expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 4, sent: 1, left: 0, unreadable: 3 });
  expect(requests(memory).map(({ secretId }) => secretId)).toEqual(['key-revoker/good']);
  expect(memory.published.map(({ code }) => code)).toEqual(Array(3).fill('tag-unreadable'));
  await sweep(memory.ports, AHEAD);
  expect(memory.published).toHaveLength(3);
});

it('sends what is due, and what will be before the next sweeps, to leave at its instant', async () => {
  const memory = withSecrets([
    secret('past', -1),
    secret('soon', 90_500),
    secret('edge', AHEAD),
    secret('later', AHEAD + 1),
  ]);
  expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 4, sent: 3, left: 0, unreadable: 0 });
  expect(requests(memory).map(({ secretId }) => secretId)).toEqual([
    'key-revoker/past',
    'key-revoker/soon',
    'key-revoker/edge',
  ]);
  expect(memory.enqueued.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 91, 900]);
  expect(requests(memory)[1]).toMatchObject({
    secretVersion: 'v1',
    target: 'self',
    reason: 'expired',
    notBefore: toIso(after(NOON, 90_500)),
  });
  expect(memory.enqueued[0]?.attributes).toEqual(copied(requests(memory)[0].requestId, 1));
});

it('looks no further ahead than a queue delays', async () => {
  const memory = withSecrets([secret('later', AHEAD + 1)]);
  expect(await sweep(memory.ports, 10 * AHEAD)).toMatchObject({ sent: 0 });
});

it('leaves replicas to the region of their original, and counts them', async () => {
  const memory = withSecrets([secret('past', -1, {}, { isReplica: true })]);
  expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 0, sent: 0, left: 0, unreadable: 0, replicas: 1 });
});

it('sends nothing for a secret that is marked for deletion, and counts it', async () => {
  const memory = withSecrets([secret('past', -1, {}, { isMarkedForDeletion: true })]);
  const swept = { secrets: 0, sent: 0, left: 0, unreadable: 0, markedForDeletion: 1 };
  expect(await sweep(memory.ports, AHEAD)).toEqual(swept);
  expect(memory.lines).toContainEqual(['sweep done', swept]);
});

describe('the version that a date is meant for', () => {
  it('is the one that was current when the date was first met', async () => {
    const [early, rotated] = [
      secret('x', AHEAD + MINUTE),
      secret('x', AHEAD + MINUTE, {}, { stages: { AWSCURRENT: 'v2' } }),
    ];
    const described = [early];
    const memory = withSecrets(described);
    await sweep(memory.ports, AHEAD);
    described[0] = rotated;
    memory.clock.forward(5 * MINUTE);
    await sweep(memory.ports, AHEAD);
    expect(requests(memory)).toMatchObject([{ secretVersion: 'v1' }]);
  });

  it('is met again with another date', async () => {
    const described = [secret('x', AHEAD + MINUTE)];
    const memory = withSecrets(described);
    await sweep(memory.ports, AHEAD);
    described[0] = secret('x', MINUTE, {}, { stages: { AWSCURRENT: 'v2' } });
    await sweep(memory.ports, AHEAD);
    expect(requests(memory)).toMatchObject([{ secretVersion: 'v2' }]);
  });

  it('is the tag’s own', async () => {
    const memory = withSecrets([secret('x', -1, { 'key-revoker:version': 'v0' })]);
    await sweep(memory.ports, AHEAD);
    expect(requests(memory)).toMatchObject([{ secretVersion: 'v0' }]);
  });
});

it.each([['no version, where a secret holds none', { stages: {} }, { expiresAt: toIso(NOON), version: '' }]])(
  'notes %s',
  async (_what, more, met) => {
    const memory = withSecrets([secret('x', 0, {}, more)]);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0, unreadable: 1 });
    expect(memory.items.get(`sweep#${secret('x', 0).arn} sweep`)).toMatchObject({ ...met, firstSeenAt: NOON });
  },
);

describe('an order that was sent', () => {
  it('is not sent again by the next sweeps, until a quarter of an hour has passed without a claim', async () => {
    const memory = withSecrets([secret('x', -1)]);
    await sweep(memory.ports, AHEAD);
    memory.clock.forward(AHEAD - 1);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    memory.clock.forward(1);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1 });
    expect(new Set(requests(memory).map(({ requestId }) => requestId)).size).toBe(1);
  });

  it('is sent again after a crash between sending and noting it', async () => {
    const memory = withSecrets([secret('x', -1)]);
    memory.fail(9);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0, left: 1 });
    expect(memory.steps.slice(7, 9)).toEqual(['enqueue', 'read']);
    memory.fail();
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1 });
  });

  const sentOnce = async (): Promise<{ memory: Memory; requestId: string }> => {
    const memory = withSecrets([secret('x', -1)]);
    await sweep(memory.ports, AHEAD);
    memory.clock.forward(AHEAD);
    return { memory, requestId: requests(memory)[0].requestId };
  };

  it('is left alone while it is claimed, and when it has ended', async () => {
    const { memory, requestId } = await sentOnce();
    claimed(memory, requestId, {});
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    for (const outcome of ['revoked', 'already-revoked', 'restricted', 'refused', 'stuck']) {
      claimed(memory, requestId, { receipt: { outcome } });
      expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    }
  });

  it('goes out as one attempt more where it was withdrawn and its tags are back, once', async () => {
    const { memory, requestId } = await sentOnce();
    claimed(memory, requestId, { attempt: 3, receipt: { outcome: 'withdrawn' } });
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1 });
    expect(memory.enqueued.at(-1)?.attributes).toEqual(copied(requestId, 4));
    claimed(memory, requestId, { attempt: 4, receipt: { outcome: 'withdrawn' } });
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1 });
    expect(memory.enqueued.at(-1)?.attributes).toEqual(copied(requestId, 5));
    memory.clock.forward(5 * MINUTE);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    memory.clock.forward(10 * MINUTE);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1 });
  });

  it('is looked up among the plans while only plans are made', async () => {
    const memory = withSecrets([secret('x', -1)], { config: { mode: 'observe' } });
    await sweep(memory.ports, AHEAD);
    memory.clock.forward(AHEAD);
    memory.items.set(`request#${requests(memory)[0].requestId}#plan request`, {
      rev: 1,
      nonce: '',
      receipt: { outcome: 'planned' },
    });
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
  });
});

it('sends no more per provider than an hour’s limit, the oldest first', async () => {
  const others = [3, 1, 2].map((n) => secret(`k${n}`, -10 + n));
  const bybit = secret('b', -1, { 'key-revoker:provider': 'bybit', 'key-revoker:operation': 'delete-sub-key' });
  const memory = withSecrets([...others, bybit], { config: { limits: { urgent: 1, other: 2 } } });
  expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 4, sent: 3, left: 1, unreadable: 0 });
  expect(requests(memory).map(({ secretId }) => secretId)).toEqual([
    'key-revoker/k1',
    'key-revoker/k2',
    'key-revoker/b',
  ]);
  expect(memory.lines).toEqual([['sweep done', { secrets: 4, sent: 3, left: 1, unreadable: 0 }]]);
});

describe('tags that cannot be read', () => {
  const broken = (tags = {}) => secret('x', -1, { 'key-revoker:operation': 'delete', ...tags });

  it('are reported once, to the stuck queue first', async () => {
    const { tags, arn } = broken();
    const memory = withSecrets([broken()]);
    // An order without a version: which one was meant cannot be told from it.
    const requestId = expiryRequestId(memory.ports.digest, arn, '', tags);
    expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 1, sent: 0, left: 0, unreadable: 1 });
    expect(memory.steps.filter((step) => ['set aside', 'publish'].includes(step))).toEqual(['set aside', 'publish']);
    expect(memory.published).toMatchObject([
      {
        receiptId: `${requestId}#1`,
        outcome: 'refused',
        code: 'tag-unreadable',
        keyState: 'unknown',
        provider: 'kalshi',
        final: true,
        dryRun: false,
        calls: 0,
        request: { sender: null },
      },
    ]);
    expect(memory.published[0]?.message).toBe(
      'The expiry tags cannot be read. Cannot read operation: it must be delete-key (on the secret key-revoker/x). Correct the tags. The next sweep reads them again',
    );
    const [copy] = memory.aside;
    expect(JSON.parse(copy?.body ?? '')).toEqual({
      secretId: 'key-revoker/x',
      at: toIso(NOON),
      code: 'tag-unreadable',
      fields: Object.keys(tags),
    });
    expect(copy?.attributes).toMatchObject({ requestId, attempt: '1', outcome: 'refused', code: 'tag-unreadable' });
    await sweep(memory.ports, AHEAD);
    expect([memory.published.length, memory.aside.length]).toEqual([1, 1]);
    expect(memory.lines.filter(([event]) => event === 'request ended')).toMatchObject([
      ['request ended', { provider: 'kalshi', outcome: 'refused', code: 'tag-unreadable', urgent: false }],
    ]);
  });

  it('are reported again when they change', async () => {
    const described = [broken()];
    const memory = withSecrets(described);
    await sweep(memory.ports, AHEAD);
    described[0] = broken({ 'key-revoker:operation': 'remove' });
    await sweep(memory.ports, AHEAD);
    expect(new Set(memory.published.map(({ receiptId }) => receiptId)).size).toBe(2);
  });

  it('do not keep others from being sent, nor do they name a provider that is none', async () => {
    const memory = withSecrets([secret('y', -1, { 'key-revoker:provider': 'binance' }), secret('x', -1)]);
    expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 2, sent: 1, left: 0, unreadable: 1 });
    expect(memory.published[0]?.provider).toBeNull();
  });
});

describe('while the system is paused', () => {
  const pause = ({ items }: Memory, pausedAt?: number): void =>
    void items.set('control pause', { rev: 1, nonce: 'n', ...(pausedAt ? { pausedAt } : {}), by: 'me', reason: 'x' });

  it('sends nothing, still reports, and sends once it is resumed', async () => {
    const memory = withSecrets([secret('x', -1), secret('y', -1, { 'key-revoker:operation': 'delete' })]);
    pause(memory, NOON);
    expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 2, sent: 0, left: 1, unreadable: 1 });
    expect([memory.enqueued, memory.published.length]).toEqual([[], 1]);
    expect(memory.lines.map(([event]) => event)).toContain('sweep done');
    pause(memory);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1, left: 0 });
  });

  it('still notes which version a date is meant for', async () => {
    const described = [secret('x', AHEAD + MINUTE)];
    const memory = withSecrets(described);
    pause(memory, NOON);
    await sweep(memory.ports, AHEAD);
    pause(memory);
    described[0] = secret('x', AHEAD + MINUTE, {}, { stages: { AWSCURRENT: 'v2' } });
    memory.clock.forward(2 * MINUTE);
    await sweep(memory.ports, AHEAD);
    expect(requests(memory)).toMatchObject([{ secretVersion: 'v1' }]);
  });
});

/** Due each, the last one the longest. */
const due = (count: number): readonly Described[] => Array.from({ length: count }, (_, n) => secret(String(n), -n - 1));

interface Listed extends Memory {
  /** Which pages were read, in order. */
  readonly read: number[];
}

/** Secrets in pages of ten; each takes some time to be listed. */
const listed = (secrets: readonly Described[], msPerPage: number, given: Given = {}): Listed => {
  const memory = memoryPorts({ described: secrets, ...given });
  const read: number[] = [];
  memory.ports.vault = {
    ...memory.ports.vault,
    tagged: async function* (_prefix, _tagKey, from = '0'): AsyncGenerator<Page> {
      for (let page = Number(from); page * 10 < secrets.length; page += 1) {
        read.push(page);
        memory.clock.forward(msPerPage);
        const isLast = (page + 1) * 10 >= secrets.length;
        yield { secrets: secrets.slice(page * 10, page * 10 + 10), next: isLast ? undefined : String(page + 1) };
      }
    },
  };
  return { ...memory, read };
};

const until = (memory: Memory, ms: number): EpochMs => after(memory.clock.now(), ms);

const sentNames = ({ enqueued }: Memory) => enqueued.map(({ body }) => JSON.parse(body).secretId);

describe('a sweep whose time runs out', () => {
  it('sends what it has found, and the next one reads on where it stopped', async () => {
    const memory = listed(due(50), SECOND);
    const first = await sweep(memory.ports, AHEAD, until(memory, 2 * SECOND));
    expect(first).toEqual({ secrets: 20, sent: 20, left: 0, unreadable: 0, goesOn: true });
    expect(memory.items.get('sweep#progress sweep')).toMatchObject({ next: '2', at: after(NOON, 2 * SECOND) });
    expect(await sweep(memory.ports, AHEAD, until(memory, 60 * SECOND))).toEqual({
      ...{ secrets: 30, sent: 30, left: 0, unreadable: 0 },
    });
    expect(memory.read).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(sentNames(memory)).size).toBe(50);
  });

  it('begins all over once the end was reached', async () => {
    const memory = listed(due(30), SECOND);
    for (const ms of [SECOND, 60 * SECOND, 60 * SECOND]) await sweep(memory.ports, AHEAD, until(memory, ms));
    expect(memory.read).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('notes when it came to the end, and how many pages there were', async () => {
    const memory = listed(due(30), SECOND);
    await sweep(memory.ports, AHEAD, until(memory, 60 * SECOND));
    const wholeAt = after(NOON, 3 * SECOND);
    expect(memory.items.get('sweep#progress sweep')).toMatchObject({ wholeAt, wholePages: 3, wholeUnreadable: 0 });
    expect(memory.items.get('sweep#progress sweep')).not.toHaveProperty('next');
  });

  it('reads a page at least, so that it comes to the end at last', async () => {
    const memory = listed(due(30), SECOND);
    for (let n = 0; n < 3; n += 1) await sweep(memory.ports, AHEAD, until(memory, -SECOND));
    expect(memory.read).toEqual([0, 1, 2]);
  });

  it('begins again where it began when AWS does not answer', async () => {
    const memory = listed(due(20), SECOND);
    const { outbox } = memory.ports;
    memory.ports.outbox = { ...outbox, enqueue: () => Promise.reject(new Unavailable('down')) };
    await expect(sweep(memory.ports, AHEAD, until(memory, SECOND))).rejects.toBeInstanceOf(Unavailable);
    memory.ports.outbox = outbox;
    await sweep(memory.ports, AHEAD, until(memory, 60 * SECOND));
    expect(memory.read).toEqual([0, 0, 1]);
  });

  it('leaves to a later one what there is no time to send', async () => {
    const memory = listed(due(30), SECOND);
    const { outbox } = memory.ports;
    const slow: typeof outbox.enqueue = async (...message) => {
      memory.clock.forward(4 * SECOND);
      await outbox.enqueue(...message);
    };
    memory.ports.outbox = { ...outbox, enqueue: slow };
    // Ten go together, and after the first ten more than half a minute has gone by.
    expect(await sweep(memory.ports, AHEAD, until(memory, 3 * SECOND))).toMatchObject({ sent: 10, left: 20 });
  });

  it('sends no more from the very instant on that its sending is to be over by', async () => {
    const memory = listed(due(10), 30 * SECOND);
    expect(await sweep(memory.ports, AHEAD, until(memory, 0))).toMatchObject({ sent: 0, left: 10 });
  });

  it('leaves the daily look after the cases to a tick that has the time', async () => {
    const memory = listed(due(20), SECOND);
    expect(await tick(memory.ports, AHEAD, until(memory, SECOND))).toMatchObject({
      lookedAfter: undefined,
      controls: undefined,
    });
    expect(await tick(memory.ports, AHEAD, until(memory, 60 * SECOND))).toMatchObject({
      lookedAfter: { looks: 0 },
      controls: 0,
    });
  });
});

it('keeps in mind no more orders than may be sent at once: the oldest of all pages', async () => {
  const limits = { urgent: 1_000, other: 3 };
  const memory = listed(due(50), 0, { config: { limits } });
  expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 50, sent: 3, left: 47, unreadable: 0 });
  expect(sentNames(memory)).toEqual(['key-revoker/49', 'key-revoker/48', 'key-revoker/47']);
});

describe('a date whose note cannot be read', () => {
  const NOTE = `sweep#${secret('x', 0).arn} sweep`;
  const noted = async (fields: object, tags = {}) => {
    const memory = withSecrets([secret('x', -1, tags, { stages: { AWSCURRENT: 'v2' } })]);
    const date = { expiresAt: toIso(after(NOON, -1)), version: '', firstSeenAt: 0, salvagedAt: NOON, refused: 'Q' };
    memory.items.set(NOTE, { rev: 1, nonce: 'n', ...date, ...fields });
    return { memory, swept: await sweep(memory.ports, AHEAD) };
  };

  it.each([
    ['may have been meant for an earlier version', {}],
    ['may have been the same date', { expiresAt: '' }],
  ])('is reported, since it %s', async (_what, fields) => {
    const { memory, swept } = await noted(fields);
    expect(swept).toMatchObject({ sent: 0, unreadable: 1 });
    expect(memory.published.map(({ code, message }) => [code, message])).toEqual([
      ['tag-unreadable', expect.stringContaining('Cannot tell which version the date is meant for')],
    ]);
    expect(memory.items.get(NOTE)).toMatchObject({ expiresAt: toIso(after(NOON, -1)), version: '', salvagedAt: NOON });
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    expect(memory.published).toHaveLength(1);
  });

  it('is of no matter where the tags name the version', async () => {
    const { memory, swept } = await noted({ expiresAt: '' }, { 'key-revoker:version': 'v0' });
    expect(swept).toMatchObject({ sent: 1 });
    expect(requests(memory)).toMatchObject([{ secretVersion: 'v0' }]);
  });

  it.each([
    ['another date takes its place', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['a first date takes the place of none', { expiresAt: '', salvagedAt: undefined }],
  ])('is over where %s', async (_what, fields) => {
    const { memory, swept } = await noted(fields);
    expect(swept).toMatchObject({ sent: 1 });
    expect(memory.items.get(NOTE)).toMatchObject({ version: 'v2', firstSeenAt: NOON });
    expect(memory.items.get(NOTE)).not.toHaveProperty('refused');
  });
});

it.each([
  ['receipt', { receipt: { outcome: 'withdrawn' } }, 1],
  ['end, where its receipt cannot be read', { ended: { outcome: 'withdrawn' } }, 1],
  ['end, where it is another one', { ended: { outcome: 'revoked' } }, 0],
  ['end, where it has none yet', {}, 0],
])('sends a withdrawn order again by its %s', async (_what, fields, sent) => {
  const one = secret('x', -1);
  const memory = withSecrets([one]);
  claimed(memory, expiryRequestId(memory.ports.digest, one.arn, 'v1', one.tags), fields);
  expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent });
  expect(memory.lines.map(([event]) => event)).toEqual(['sweep done']);
});

describe('a secret that cannot be served', () => {
  const failing = (names: readonly string[], error: Error) => {
    const memory = withSecrets(['a', 'b', 'c'].map((name) => secret(name, -1)));
    const { outbox } = memory.ports;
    memory.ports.outbox = {
      ...outbox,
      enqueue: (body, ...rest) =>
        names.some((name) => body.includes(`key-revoker/${name}`))
          ? Promise.reject(error)
          : outbox.enqueue(body, ...rest),
    };
    return memory;
  };

  it.each([new Unavailable('too long'), new TypeError('a defect')])('does not stop the others: %s', async (error) => {
    const memory = failing(['b'], error);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 2, left: 1 });
    expect(memory.lines.filter(([event]) => event === 'ledger item failed')).toMatchObject([
      ['ledger item failed', { what: 'sweep', name: 'key-revoker/b' }],
    ]);
    expect(requests(memory).map(({ secretId }) => secretId)).toEqual(['key-revoker/a', 'key-revoker/c']);
  });

  it('does not stop them where its note fails', async () => {
    const memory = withSecrets(['a', 'b'].map((name) => secret(name, -1)));
    const { ledger } = memory.ports;
    memory.ports.ledger = {
      ...ledger,
      read: (key) => (key.pk.includes('/a-') ? Promise.reject(new TypeError('a defect')) : ledger.read(key)),
    };
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ secrets: 2, sent: 1 });
  });

  it('ends the sweep where a service is down for each', async () => {
    const memory = withSecrets([secret('a', -1)]);
    memory.ports.ledger.read = () => Promise.reject(new Unavailable('down'));
    await expect(sweep(memory.ports, AHEAD)).rejects.toBeInstanceOf(Unavailable);
    const { ledger } = withSecrets([]).ports;
    memory.ports.ledger = {
      ...ledger,
      read: (key) => (key.pk.endsWith('-AbCdEf') ? Promise.reject(new Unavailable('down')) : ledger.read(key)),
    };
    await expect(sweep(memory.ports, AHEAD)).rejects.toBeInstanceOf(Unavailable);
  });
});
