import { expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { type Index, inBrief } from '../../../../functions/core/ledger/in-brief.ts';
import { CASES } from '../../../../functions/core/ledger/lists.ts';
import { INDEX_KEY, indexInUse } from '../../../../functions/core/ledger/sweep-items.ts';
import { fillIndex, noteTick } from '../../../../functions/core/sweep/fill-index.ts';
import { gauge } from '../../../../functions/core/sweep/gauges.ts';
import { type MemoryLedger, memoryLedger } from '../../../faults/simulated/memory-ledger.ts';
import { type Memory, memoryPorts } from '../memory-ports.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NEVER = epochMs(Number.POSITIVE_INFINITY);

interface Filled extends Memory {
  readonly ledger: MemoryLedger;
}

const held = (keyId: string, more: object = {}) => ({
  ...{ rev: 1, nonce: keyId, provider: 'kalshi', realm: 'prod', keyId, attempts: {}, sightings: {}, facts: {} },
  ...{ state: 'open-case', at: epochMs(1), leftOpenBy: 'R#1', ...more },
});

const keyOf = (keyId: string) => ({ pk: `case#kalshi/prod/${keyId}`, sk: 'case' });

/** Cases that a release without lists has written. */
const withOld = async (...keyIds: readonly string[]): Promise<Filled> => {
  const [memory, ledger] = [memoryPorts(), memoryLedger()];
  memory.ports.ledger = ledger;
  for (const keyId of keyIds) {
    await ledger.write(keyOf(keyId), held(keyId));
    await ledger.enlist(keyOf(keyId), 1, undefined);
  }
  return { ...memory, ledger };
};

/** One tick of the clock. @returns the index that its readers use */
const tickOnce = async ({ ports }: Memory, until: EpochMs = NEVER): Promise<Index> => {
  const index = await noteTick(ports);
  await fillIndex(ports, until);
  return index;
};

/** Ticks for so long, every five minutes. */
const tickFor = async (memory: Memory, ms: number): Promise<readonly Index[]> => {
  const used: Index[] = [];
  for (let past = 0; past <= ms; past += 5 * MINUTE) {
    used.push(await tickOnce(memory));
    memory.clock.forward(5 * MINUTE);
  }
  return used;
};

const listed = async ({ ports }: Memory): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const page of inBrief(ports, 'by-state-2', CASES, 'open-case', epochMs(0), NEVER))
    for (const entry of page) names.push((await entry.read())?.name ?? `not ${entry.name}`);
  return names.toSorted();
};

it('uses the old index until an hour of ticks is over and every item is in its list', async () => {
  const memory = await withOld('A', 'B');
  const used = await tickFor(memory, HOUR);
  expect(new Set(used)).toEqual(new Set(['by-state']));
  expect(await listed(memory)).toEqual(['kalshi/prod/A', 'kalshi/prod/B']);
  expect(await tickOnce(memory)).toBe('by-state-2');
  expect(await gauge(memory.ports, 'by-state-2')).toMatchObject({ openCases: 2 });
  expect(await indexInUse(memory.ports, memory.clock.now())).toBe('by-state-2');
});

it('fills nothing before the hour is over', async () => {
  const memory = await withOld('A');
  await tickFor(memory, HOUR - 5 * MINUTE);
  expect(await listed(memory)).toEqual([]);
});

it('goes back to the old index where ticks were missed: another release may have written', async () => {
  const memory = await withOld('A');
  await tickFor(memory, HOUR);
  memory.clock.forward(13 * MINUTE);
  expect(await indexInUse(memory.ports, memory.clock.now())).toBe('by-state');
  expect(new Set(await tickFor(memory, HOUR))).toEqual(new Set(['by-state']));
  expect(await tickOnce(memory)).toBe('by-state-2');
});

it('continues where its time ran out', async () => {
  const memory = await withOld('A', 'B', 'C');
  const { ledger } = memory;
  // Pages of one item.
  memory.ports.ledger = {
    ...ledger,
    inState: async function* (state, since, until) {
      for await (const page of ledger.inState<never>(state, since, until)) for (const item of page) yield [item];
    },
  };
  for (const keyId of ['A', 'B', 'C'])
    await ledger.write(keyOf(keyId), held(keyId, { rev: 2, at: keyId.charCodeAt(0) }));
  for (const keyId of ['A', 'B', 'C']) await ledger.enlist(keyOf(keyId), 2, undefined);
  await tickFor(memory, HOUR - 5 * MINUTE);
  const found: (readonly string[])[] = [];
  for (let n = 0; n < 3; n += 1) {
    await tickOnce(memory, memory.clock.now());
    found.push(await listed(memory));
  }
  expect(found[0]).toEqual(['kalshi/prod/A']);
  expect(await ledger.read(INDEX_KEY)).toMatchObject({ next: { state: 'open-case' } });
  expect(await tickOnce(memory)).toBe('by-state');
  expect(await tickOnce(memory)).toBe('by-state-2');
  expect(await listed(memory)).toEqual(['kalshi/prod/A', 'kalshi/prod/B', 'kalshi/prod/C']);
});

it('does not count as whole where an item failed', async () => {
  const memory = await withOld('A', 'B');
  const { ledger } = memory;
  let isDown = true;
  memory.ports.ledger = {
    ...ledger,
    enlist: async (key, rev, marks) => {
      if (isDown && key.pk === keyOf('A').pk) throw new Unavailable('down');
      return ledger.enlist(key, rev, marks);
    },
  };
  await tickFor(memory, HOUR + 10 * MINUTE);
  expect(await listed(memory)).toEqual(['kalshi/prod/B']);
  expect(await tickOnce(memory)).toBe('by-state');
  isDown = false;
  await tickOnce(memory);
  expect(await tickOnce(memory)).toBe('by-state-2');
});

it('puts right within a day what a short rollback has left, and takes out what is stale', async () => {
  const memory = await withOld('A', 'B');
  await tickFor(memory, HOUR);
  const { ledger } = memory;
  // As an older release does: it closes one case and opens another, and knows no lists.
  await ledger.write(keyOf('A'), held('A', { rev: 2, state: 'idle-case' }));
  await ledger.enlist(keyOf('A'), 2, { listed: 'open-case#1', brief: { name: 'kalshi/prod/A', isLeft: true } });
  await ledger.write(keyOf('C'), held('C'));
  await ledger.enlist(keyOf('C'), 1, undefined);
  expect(await listed(memory)).toEqual(['kalshi/prod/B', 'not case#kalshi/prod/A']);
  await tickFor(memory, 24 * HOUR);
  expect(await listed(memory)).toEqual(['kalshi/prod/B', 'kalshi/prod/C']);
});

it('reads an item whose brief cannot be read', async () => {
  const memory = await withOld('A');
  await memory.ledger.enlist(keyOf('A'), 1, { listed: 'open-case#1', brief: { name: 7 } });
  expect(await listed(memory)).toEqual(['kalshi/prod/A']);
});
