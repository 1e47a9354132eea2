import { describe, expect, it } from 'vitest';
import { after, type EpochMs, toIso } from '../../../../functions/core/epoch.ts';
import type { Described, Page } from '../../../../functions/core/ports.ts';
import { gauge } from '../../../../functions/core/sweep/gauges.ts';
import { sweep } from '../../../../functions/core/sweep/sweep.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const AHEAD = 15 * MINUTE;
const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';

const secret = (name: string, dueInMs: number, more: Partial<Described> = {}): Described => ({
  arn: `${ARN}key-revoker/${name}-AbCdEf`,
  name: `key-revoker/${name}`,
  tags: {
    'key-revoker:expires-at': toIso(after(NOON, dueInMs)),
    'key-revoker:provider': 'kalshi',
    'key-revoker:operation': 'delete-key',
  },
  stages: { AWSCURRENT: 'v1' },
  isReplica: false,
  ...more,
});

interface Fleet extends Memory {
  /** As they are. A test changes them. */
  readonly now: Described[];
  /** As a listing shows them. A test leaves them behind. */
  readonly listing: Described[];
  /** Pages that were read. */
  readonly pages: number[];
}

/** @param pageSize secrets in a page of the listing */
const fleet = (secrets: readonly Described[], pageSize = 100): Fleet => {
  const now = [...secrets];
  const listing = [...secrets];
  const pages: number[] = [];
  const memory = memoryPorts({ described: now });
  memory.ports.vault = {
    ...memory.ports.vault,
    tagged: async function* (_prefix, _tagKey, from = '0'): AsyncGenerator<Page> {
      for (let page = Number(from); page === 0 || page * pageSize < listing.length; page += 1) {
        pages.push(page);
        const isLast = (page + 1) * pageSize >= listing.length;
        const found = listing.slice(page * pageSize, (page + 1) * pageSize);
        yield { secrets: found, next: isLast ? undefined : String(page + 1) };
      }
    },
  };
  return Object.assign(memory, { now, listing, pages });
};

const noteOf = ({ items }: Memory, name: string) => items.get(`sweep#${ARN}key-revoker/${name}-AbCdEf sweep`);

const sentNames = ({ enqueued }: Memory) => enqueued.map(({ body }) => JSON.parse(body).secretId);

const forget = (memory: Fleet): void => {
  memory.listing.length = 0;
};

describe('an order whose time comes', () => {
  it('is noted as due at its date, and no more once it is sent', async () => {
    const memory = fleet([secret('x', HOUR)]);
    await sweep(memory.ports, AHEAD);
    const due = { state: 'due', at: after(NOON, HOUR), provider: 'kalshi' };
    expect(noteOf(memory, 'x')).toMatchObject({ ...due, version: 'v1', firstSeenAt: NOON });
    memory.clock.forward(HOUR - AHEAD);
    await sweep(memory.ports, AHEAD);
    expect(memory.enqueued.map(({ delaySeconds }) => delaySeconds)).toEqual([900]);
    expect(Object.keys(noteOf(memory, 'x') ?? {})).not.toContain('state');
    expect(noteOf(memory, 'x')).toMatchObject({ sent: { attempt: 1, at: after(NOON, HOUR - AHEAD) } });
  });

  it('is sent without the listing', async () => {
    const memory = fleet([secret('x', HOUR)]);
    await sweep(memory.ports, AHEAD);
    forget(memory);
    memory.clock.forward(HOUR - AHEAD - 1);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    memory.clock.forward(1);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ secrets: 0, sent: 1, left: 0 });
  });

  it.each<[string, Partial<Described> | undefined]>([
    ['has lost its tag', { tags: {} }],
    ['is deleted', { isMarkedForDeletion: true }],
    ['is a replica by now', { isReplica: true }],
    ['is gone', undefined],
  ])('is not sent where the secret %s, and is due no more', async (_what, change) => {
    const memory = fleet([secret('x', HOUR)]);
    await sweep(memory.ports, AHEAD);
    memory.now.splice(0, 1, ...(change ? [{ ...secret('x', HOUR), ...change }] : []));
    memory.clock.forward(HOUR);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0, left: 0 });
    expect(noteOf(memory, 'x')).not.toHaveProperty('state');
    expect(noteOf(memory, 'x')).toMatchObject({ version: 'v1', firstSeenAt: NOON });
  });

  it('is the order that the tags give then', async () => {
    const memory = fleet([secret('x', HOUR)]);
    await sweep(memory.ports, AHEAD);
    memory.now[0] = secret('x', 3 * HOUR);
    memory.clock.forward(HOUR);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 0 });
    expect(noteOf(memory, 'x')).toMatchObject({ state: 'due', at: after(NOON, 3 * HOUR) });
  });

  it('waits for a later sweep where more are due than an hour lets through, the oldest first', async () => {
    const memory = fleet([3, 1, 2].map((n) => secret(String(n), HOUR + n)));
    memory.ports.config = { ...memory.ports.config, limits: { urgent: 1, other: 2 } };
    await sweep(memory.ports, AHEAD);
    forget(memory);
    memory.clock.forward(HOUR);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 2, left: 1 });
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1, left: 0 });
    expect(sentNames(memory)).toEqual(['key-revoker/1', 'key-revoker/2', 'key-revoker/3']);
  });

  it('takes its share of the limit before what the listing finds', async () => {
    const memory = fleet([secret('noted', HOUR)]);
    memory.ports.config = { ...memory.ports.config, limits: { urgent: 1, other: 1 } };
    await sweep(memory.ports, AHEAD);
    memory.clock.forward(HOUR);
    for (const list of [memory.now, memory.listing]) list.push(secret('new', -1));
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ sent: 1, left: 1 });
    expect(sentNames(memory)).toEqual(['key-revoker/noted']);
  });
});

describe('a listing that is five minutes old', () => {
  it('puts back nothing that was taken away', async () => {
    const memory = fleet([secret('x', HOUR)]);
    await sweep(memory.ports, AHEAD);
    memory.now[0] = secret('x', HOUR, { tags: {} });
    memory.clock.forward(HOUR);
    await sweep(memory.ports, AHEAD);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ secrets: 1, sent: 0 });
    expect(noteOf(memory, 'x')).not.toHaveProperty('state');
  });

  it('takes nothing away that was put', async () => {
    const memory = fleet([secret('x', HOUR)]);
    await sweep(memory.ports, AHEAD);
    memory.now[0] = secret('x', 2 * HOUR);
    memory.listing[0] = secret('x', HOUR);
    memory.items.set(`sweep#${secret('x', 0).arn} sweep`, {
      ...{ rev: 2, nonce: 'n', expiresAt: toIso(after(NOON, 2 * HOUR)), version: 'v2', firstSeenAt: NOON },
      ...{ state: 'due', at: after(NOON, 2 * HOUR), provider: 'kalshi' },
    });
    await sweep(memory.ports, AHEAD);
    expect(noteOf(memory, 'x')).toMatchObject({ rev: 2, version: 'v2', state: 'due', at: after(NOON, 2 * HOUR) });
    forget(memory);
    await sweep(memory.ports, AHEAD);
    expect(noteOf(memory, 'x')).toMatchObject({ rev: 2, state: 'due' });
  });

  it('asks about no secret that is as noted', async () => {
    const memory = fleet([secret('x', HOUR), secret('y', HOUR)]);
    await sweep(memory.ports, AHEAD);
    memory.fail(); // begins a new count of steps
    await sweep(memory.ports, AHEAD);
    expect(memory.steps.filter((step) => step === 'describe')).toEqual([]);
    expect(memory.steps.filter((step) => step === 'read many')).toHaveLength(1);
  });

  it('finds what an older release has noted without its time', async () => {
    const memory = fleet([secret('x', HOUR)]);
    memory.items.set(`sweep#${secret('x', 0).arn} sweep`, {
      ...{ rev: 1, nonce: 'n', expiresAt: toIso(after(NOON, HOUR)), version: 'v0', firstSeenAt: after(NOON, -HOUR) },
    });
    await sweep(memory.ports, AHEAD);
    expect(noteOf(memory, 'x')).toMatchObject({ rev: 2, version: 'v0', state: 'due', at: after(NOON, HOUR) });
  });
});

describe('an order whose key is dead', () => {
  it('costs no read any more', async () => {
    const memory = fleet([secret('x', -1)]);
    await sweep(memory.ports, AHEAD);
    const { requestId } = JSON.parse(memory.enqueued[0]?.body ?? '');
    const readsOfIt = async (): Promise<number> => {
      memory.fail();
      await sweep(memory.ports, AHEAD);
      return memory.steps.filter((step) => ['read', 'describe'].includes(step)).length;
    };
    memory.items.set(`request#${requestId} request`, { rev: 1, nonce: 'n', requestId, attempt: 1 });
    const running = await readsOfIt();
    expect(noteOf(memory, 'x')).not.toHaveProperty('sent.isOver');
    const ended = { rev: 1, nonce: 'n', requestId, attempt: 1, receipt: { outcome: 'revoked' } };
    memory.items.set(`request#${requestId} request`, ended);
    await readsOfIt();
    expect(noteOf(memory, 'x')).toMatchObject({ sent: { requestId, isOver: true } });
    expect(await readsOfIt()).toBe(running - 1);
  });
});

describe('the listing of a large fleet', () => {
  const LARGE = Array.from({ length: 60 }, (_, n) => secret(String(n), 100 * HOUR));
  const ticks = async (memory: Fleet, count: number): Promise<readonly number[]> => {
    const read: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const before = memory.pages.length;
      await sweep(memory.ports, AHEAD);
      read.push(memory.pages.length - before);
      memory.clock.forward(5 * MINUTE);
    }
    return read;
  };

  it('is whole at first, and then spread over an hour', async () => {
    const memory = fleet(LARGE, 1);
    const [first, ...later] = await ticks(memory, 12);
    expect(first).toBe(60);
    // Ten at least, so that fewer than a thousand secrets are listed by each tick.
    expect(later.slice(0, 6)).toEqual([10, 10, 10, 10, 10, 10]);
    expect(memory.pages.slice(60, 120)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('reads more at each tick the more there are', async () => {
    const memory = fleet([], 1);
    const wholePages = 600;
    memory.listing.push(...Array.from({ length: wholePages }, (_, n) => secret(`r${n}`, 0, { isReplica: true })));
    memory.items.set('sweep#progress sweep', { rev: 1, nonce: 'n', at: NOON, wholeAt: NOON, wholePages });
    const read = await ticks(memory, 11);
    expect(read).toEqual([10, 50, 60, 60, 60, 60, 60, 60, 60, 60, 60]);
    expect(memory.items.get('sweep#progress sweep')).toMatchObject({ wholeAt: after(NOON, 50 * MINUTE), wholePages });
  });

  it('tells how old the last whole one is', async () => {
    const memory = fleet(LARGE, 1);
    const age = async (): Promise<number> => (await gauge(memory.ports)).reconciliationAgeSeconds;
    expect(await age()).toBe(0);
    await sweep(memory.ports, AHEAD, memory.clock.now());
    memory.clock.forward(MINUTE);
    expect(await age()).toBe(60);
    await sweep(memory.ports, AHEAD);
    memory.clock.forward(2 * MINUTE);
    expect(await age()).toBe(120);
    await sweep(memory.ports, AHEAD);
    expect(await age()).toBe(120);
  });

  it('tells how many tags cannot be read in all of it', async () => {
    const bad = (n: number): Described => secret(`bad${n}`, 0, { tags: { 'key-revoker:expires-at': 'soon' } });
    const memory = fleet([bad(0), ...LARGE, bad(1)], 1);
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ unreadable: 2 });
    expect(await sweep(memory.ports, AHEAD)).toMatchObject({ secrets: 10, unreadable: 2 });
    expect(memory.published).toHaveLength(2);
  });
});

it('reads what it has noted about a hundred secrets at once', async () => {
  const memory = fleet(Array.from({ length: 250 }, (_, n) => secret(String(n), HOUR)));
  await sweep(memory.ports, AHEAD);
  memory.fail();
  const until: EpochMs = after(memory.clock.now(), HOUR);
  expect(await sweep(memory.ports, AHEAD, until)).toMatchObject({ secrets: 250 });
  expect(memory.steps.filter((step) => step === 'read many')).toHaveLength(3);
});
