import { beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { SCHEMA } from '../../../../functions/core/ledger/read-item.ts';
import type { Ledger, Versioned } from '../../../../functions/core/ports.ts';
import { readableLedger } from '../../../../functions/edge/aws/readable-ledger.ts';
import { type Memory, memoryPorts } from '../../core/memory-ports.ts';
import { NOON } from '../../core/rounds.ts';

const SIGNER = { pk: 'signer#a', sk: 'case#b' };
const GOOD = { rev: 4, nonce: 'n', needed: false };
const BAD = { ...GOOD, needed: 'no' };

let memory: Memory;
let table: Ledger;
const put = ({ pk, sk }: { pk: string; sk: string }, item: object) =>
  void memory.items.set(`${pk} ${sk}`, { rev: 1, nonce: 'n', ...item } as never);
const readableWith = (repairs: boolean): Ledger => {
  const { clock, log, digest } = memory.ports;
  return readableLedger(table, { clock, reading: { clock, log, digest, repairs } });
};
const copies = () => [...memory.items].filter(([key]) => key.startsWith('quarantine#'));

beforeEach(() => {
  memory = memoryPorts();
  table = memory.ports.ledger;
});

describe('an item that is whole', () => {
  it('is read as it is', async () => {
    put(SIGNER, GOOD);
    expect(await readableWith(true).read(SIGNER)).toEqual(GOOD);
    expect(await readableWith(true).read({ ...SIGNER, sk: 'case#c' })).toBeUndefined();
    expect([copies(), memory.lines]).toEqual([[], []]);
  });

  it.each([
    ['none', {}, SCHEMA],
    ['an earlier one', { schema: 1 }, SCHEMA],
    ['one that cannot be read', { schema: 'x' }, SCHEMA],
    ['a later one', { schema: SCHEMA + 1 }, SCHEMA + 1],
  ])('is written with its schema, where it had %s', async (_what, fields, schema) => {
    expect(await readableWith(true).write(SIGNER, { rev: 1, nonce: 'n', ...fields })).toBe(true);
    expect(memory.items.get('signer#a case#b')).toEqual({ rev: 1, nonce: 'n', schema });
  });

  it('is counted as before', async () => {
    expect(await readableWith(true).count({ pk: 'rate#k', sk: '1' }, 1, NOON)).toBe(true);
    expect(await readableWith(true).count({ pk: 'rate#k', sk: '1' }, 1, NOON)).toBe(false);
  });
});

describe('an item that cannot be read', () => {
  it('is reported, copied under the names of the table, and put right', async () => {
    const key = { pk: 'case#kalshi/prod/K', sk: 'case' };
    put(key, {
      provider: 'kalshi',
      realm: 'prod',
      keyId: 'K',
      sightings: 7,
      facts: {},
      attempts: {},
      state: 'idle-case',
      at: 1,
    });
    const found = await readableWith(true).read(key);
    expect(found).toMatchObject({ rev: 2, nonce: 'n~', sightings: {}, salvagedAt: NOON });
    expect(memory.lines).toEqual([['ledger item unreadable', { ...key, faults: 'sightings' }]]);
    expect(copies()).toEqual([
      [
        expect.stringMatching(/^quarantine#case#kalshi\/prod\/K case#[0-9a-f]{16}$/),
        {
          rev: 1,
          nonce: '',
          foundAt: NOON,
          faults: ['sightings'],
          item: expect.objectContaining({ seen: 7, works: {} }),
        },
      ],
    ]);
    expect(memory.items.get('case#kalshi/prod/K case')).toEqual(found);
    memory.clock.forward(9);
    expect(await readableWith(true).read(key)).toEqual(found);
    expect([copies().length, memory.lines.length]).toEqual([1, 1]);
  });

  it('is not put right by a reader that may not write it, and keeps the instant of the first reading', async () => {
    put(SIGNER, BAD);
    const sweep = readableWith(false);
    expect(await sweep.read(SIGNER)).toEqual({ ...GOOD, needed: true, salvagedAt: NOON });
    memory.clock.forward(60_000);
    expect(await sweep.read(SIGNER)).toEqual({ ...GOOD, needed: true, salvagedAt: NOON });
    expect(memory.items.get('signer#a case#b')).toEqual(BAD);
    expect([copies().length, memory.lines.length]).toEqual([1, 2]);
  });

  it('is copied again where it has changed', async () => {
    put(SIGNER, BAD);
    await readableWith(false).read(SIGNER);
    put(SIGNER, { ...BAD, needed: 7 });
    await readableWith(false).read(SIGNER);
    expect(copies()).toHaveLength(2);
  });

  it('counts as found long ago where its own copy cannot be read', async () => {
    put(SIGNER, BAD);
    await readableWith(false).read(SIGNER);
    const [[name = '', copy] = []] = copies();
    memory.items.set(name, { ...copy, foundAt: 'x' } as never);
    expect(await readableWith(false).read(SIGNER)).toMatchObject({ salvagedAt: 0 });
  });

  it('is handed out without a copy to a reader that keeps none', async () => {
    put(SIGNER, BAD);
    const { clock } = memory.ports;
    expect(await readableLedger(table, { clock }).read(SIGNER)).toEqual({ ...GOOD, needed: true, salvagedAt: NOON });
    expect([copies(), memory.lines]).toEqual([[], []]);
  });

  it('is copied without its contents where these leave no room', async () => {
    put(SIGNER, BAD);
    const { write } = table;
    table = {
      ...table,
      write: async (key, item) => ('item' in item ? Promise.reject(new Unavailable('too large')) : write(key, item)),
    };
    expect(await readableWith(false).read(SIGNER)).toMatchObject({ needed: true });
    expect(copies()[0]?.[1]).toEqual({ rev: 1, nonce: '', foundAt: NOON, faults: ['needed'] });
  });

  it('waits where the table does not take the copy', async () => {
    put(SIGNER, BAD);
    table = { ...table, write: () => Promise.reject(new Unavailable('down')) };
    await expect(readableWith(true).read(SIGNER)).rejects.toBeInstanceOf(Unavailable);
  });

  it.each<[string, () => Promise<boolean>]>([
    ['another writer came first', async () => false],
    ['the table does not answer', () => Promise.reject(new Unavailable('down'))],
  ])('is handed out as it can be read where it cannot be put right: %s', async (_what, refuse) => {
    put(SIGNER, BAD);
    const { write } = table;
    table = { ...table, write: (key, item) => (key.pk === SIGNER.pk ? refuse() : write(key, item)) };
    expect(await readableWith(true).read(SIGNER)).toEqual({ ...GOOD, needed: true, salvagedAt: NOON });
  });

  it('is handed out among others of its partition', async () => {
    put(SIGNER, BAD);
    put({ ...SIGNER, sk: 'case#c' }, GOOD);
    const listed = await readableWith(false).list<Versioned>('signer#a', 'case#');
    expect(listed).toEqual([
      { ...SIGNER, ...GOOD, needed: true, salvagedAt: NOON },
      { pk: 'signer#a', sk: 'case#c', ...GOOD },
    ]);
  });

  it('is handed out among others of its state, with its key', async () => {
    const key = { pk: 'request#R', sk: 'request' };
    table = {
      ...table,
      inState: async function* <T>() {
        yield [{ ...key, rev: 1, nonce: 'n', state: 'open-request', at: 5, requestId: 7 }] as unknown as readonly T[];
      },
    };
    const pages: unknown[] = [];
    for await (const page of readableWith(false).inState('open-request', epochMs(0), NOON)) pages.push(...page);
    expect(pages).toEqual([expect.objectContaining({ requestId: 'R', at: 5, salvagedAt: NOON })]);
    expect(pages[0]).toMatchObject(key);
    expect(memory.lines).toEqual([['ledger item unreadable', expect.objectContaining(key)]]);
  });
});
