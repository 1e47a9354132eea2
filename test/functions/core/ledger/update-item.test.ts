import { expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { updateItem } from '../../../../functions/core/ledger/update-item.ts';
import type { Versioned } from '../../../../functions/core/ports.ts';
import { memoryPorts } from '../memory-ports.ts';

interface Counter extends Versioned {
  readonly count: number;
}

const KEY = { pk: 'p', sk: 's' };
const more = (current: Counter | undefined) => ({ count: (current?.count ?? 0) + 1 });

it('makes an item, and the next one of it', async () => {
  const { ports, items } = memoryPorts();
  expect(await updateItem<Counter>(ports, KEY, more)).toEqual({ rev: 1, nonce: 'id-1', count: 1 });
  expect(await updateItem<Counter>(ports, KEY, more)).toEqual({ rev: 2, nonce: 'id-2', count: 2 });
  expect(items.get('p s')).toEqual({ rev: 2, nonce: 'id-2', count: 2 });
});

it('writes nothing where nothing is to change', async () => {
  const memory = memoryPorts();
  expect(await updateItem<Counter>(memory.ports, KEY, () => undefined)).toBeUndefined();
  await updateItem<Counter>(memory.ports, KEY, more);
  expect(await updateItem<Counter>(memory.ports, KEY, () => undefined)).toMatchObject({ rev: 1, count: 1 });
  expect(memory.steps).toEqual(['read', 'read', 'write s', 'read']);
});

it('loses no change of several writers at a time', async () => {
  const { ports, items } = memoryPorts();
  await Promise.all(Array.from({ length: 10 }, () => updateItem<Counter>(ports, KEY, more)));
  expect(items.get('p s')).toMatchObject({ rev: 10, count: 10 });
});

it('makes the change again from what another has written', async () => {
  const { ports } = memoryPorts();
  const met: (number | undefined)[] = [];
  await updateItem<Counter>(ports, KEY, (current) => {
    met.push(current?.count);
    if (current === undefined) void ports.ledger.write(KEY, { rev: 1, nonce: 'other', count: 41 } as Counter);
    return more(current);
  });
  expect(met).toEqual([undefined, 41]);
});

it('leaves a lost acknowledgement to the next delivery, which finds what was written', async () => {
  const memory = memoryPorts();
  memory.fail(2, 'after', new Unavailable('Cannot write'));
  await expect(updateItem<Counter>(memory.ports, KEY, more)).rejects.toBeInstanceOf(Unavailable);
  memory.fail();
  expect(
    await updateItem<Counter>(memory.ports, KEY, (current) => (current ? undefined : more(current))),
  ).toMatchObject({
    count: 1,
  });
});

it('gives up after twenty tries', async () => {
  const memory = memoryPorts();
  memory.ports.ledger.write = async () => false;
  await expect(updateItem<Counter>(memory.ports, KEY, more)).rejects.toThrow(
    new Unavailable("Cannot write the ledger's item s: other writers came first 20 times"),
  );
  expect(memory.steps).toHaveLength(20);
});
