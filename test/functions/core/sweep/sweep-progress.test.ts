import { describe, expect, it } from 'vitest';
import { after, type EpochMs, toIso } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import type { Described, Page } from '../../../../functions/core/ports.ts';
import { sweep } from '../../../../functions/core/sweep/sweep.ts';
import { tick } from '../../../../functions/core/sweep/tick.ts';
import { type Given, type Memory, memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';

const AHEAD = 900_000;
const SECOND = 1_000;

const secret = (n: number, dueInMs: number): Described => ({
  arn: `arn:aws:secretsmanager:us-east-1:123456789012:secret:key-revoker/${n}-AbCdEf`,
  name: `key-revoker/${n}`,
  tags: {
    'key-revoker:expires-at': toIso(after(NOON, dueInMs)),
    'key-revoker:provider': 'kalshi',
    'key-revoker:operation': 'delete-key',
  },
  stages: { AWSCURRENT: 'v1' },
  isReplica: false,
});

/** Due each, the last one the longest. */
const due = (count: number): readonly Described[] => Array.from({ length: count }, (_, n) => secret(n, -n - 1));

interface Listed extends Memory {
  /** Which pages were read, in order. */
  readonly read: number[];
}

/** Secrets in pages of ten; each takes some time to be listed. */
const listed = (secrets: readonly Described[], msPerPage: number, given: Given = {}): Listed => {
  const memory = memoryPorts(given);
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

  it('is not noted where it came to the end from the beginning', async () => {
    const memory = listed(due(30), SECOND);
    await sweep(memory.ports, AHEAD, until(memory, 60 * SECOND));
    expect(memory.items.has('sweep#progress sweep')).toBe(false);
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
    expect(await tick(memory.ports, AHEAD, until(memory, SECOND))).toMatchObject({ lookedAfter: undefined });
    expect(await tick(memory.ports, AHEAD, until(memory, 60 * SECOND))).toMatchObject({ lookedAfter: { looks: 0 } });
  });
});

it('keeps in mind no more orders than may be sent at once: the oldest of all pages', async () => {
  const limits = { urgent: 1_000, other: 3 };
  const memory = listed(due(50), 0, { config: { limits } });
  expect(await sweep(memory.ports, AHEAD)).toEqual({ secrets: 50, sent: 3, left: 47, unreadable: 0 });
  expect(sentNames(memory)).toEqual(['key-revoker/49', 'key-revoker/48', 'key-revoker/47']);
});
