import { expect, it } from 'vitest';
import { LeaseLost, Unavailable } from '../../../../functions/core/fault.ts';
import { ledgerOfDelivery } from '../../../../functions/core/ledger/known-items.ts';
import { updateItem, updateLater } from '../../../../functions/core/ledger/update-item.ts';
import type { Versioned } from '../../../../functions/core/ports.ts';
import { changeItem, memoryPorts } from '../memory-ports.ts';

interface Counter extends Versioned {
  readonly count: number;
}

const KEY = { pk: 'p', sk: 's' };
const more = (current: Counter | undefined) => ({ count: (current?.count ?? 0) + 1 });

/** A delivery, over a ledger that other deliveries write to as well. */
const delivery = () => {
  const memory = memoryPorts();
  const ports = { ...memory.ports, ledger: ledgerOfDelivery(memory.ports) };
  const change = (by = more) => updateItem<Counter>(ports, KEY, by);
  const later = (by = more) => updateLater<Counter>(ports, KEY, by);
  return { memory, ports, change, later };
};

it('writes what it wrote before without reading it', async () => {
  const { memory, change } = delivery();
  await change();
  expect(await change()).toMatchObject({ rev: 2, count: 2 });
  expect(memory.steps).toEqual(['read', 'write s', 'write s']);
});

it('writes what it read before, or did not find, without reading it again', async () => {
  const { memory, ports, change } = delivery();
  await ports.ledger.read(KEY);
  await change();
  changeItem(memory, 'p s', { count: 7 });
  await ports.ledger.read(KEY);
  expect(await change()).toMatchObject({ rev: 3, count: 8 });
  expect(memory.steps).toEqual(['read', 'write s', 'read', 'write s']);
});

it('makes the change again from what another delivery has written since', async () => {
  const { memory, change } = delivery();
  await change();
  changeItem(memory, 'p s', { count: 41 });
  expect(await change()).toMatchObject({ rev: 3, count: 42 });
  expect(memory.steps).toEqual(['read', 'write s', 'write s', 'read', 'write s']);
});

it('leaves no item as it is without having read it', async () => {
  const { memory, change } = delivery();
  await change();
  changeItem(memory, 'p s', { count: 41 });
  const ifOne = (current: Counter | undefined) => (current?.count === 1 ? undefined : more(current));
  expect(await change(ifOne as typeof more)).toMatchObject({ count: 42 });
  memory.fail();
  await change((() => undefined) as unknown as typeof more);
  expect(memory.steps).toEqual(['read']);
});

it('knows nothing of an item after a write that may have happened or not', async () => {
  const { memory, change } = delivery();
  await change();
  memory.fail(1, 'after', new Unavailable('Cannot write'));
  await expect(change()).rejects.toBeInstanceOf(Unavailable);
  memory.fail();
  expect(await change()).toMatchObject({ rev: 3, count: 3 });
  expect(memory.steps).toEqual(['read', 'write s']);
});

it('makes an item that is expected to be new without reading it, and no item that is there', async () => {
  const { memory, ports } = delivery();
  const make = () => updateItem<Counter>(ports, KEY, (current) => (current ? undefined : more(current)), 'none');
  expect(await make()).toMatchObject({ rev: 1, count: 1 });
  expect(memory.steps).toEqual(['write s']);
  memory.fail();
  memory.items.set('p s', { count: 9 } as never);
  expect(await updateItem<Counter>(memory.ports, KEY, more, 'none')).toMatchObject({ count: 10 });
  expect(memory.steps).toEqual(['write s', 'read', 'write s']);
});

it('writes a change that was kept back with the next one', async () => {
  const { memory, change, later } = delivery();
  await change();
  memory.fail();
  expect(await later()).toMatchObject({ rev: 1, count: 2 });
  expect(await later()).toMatchObject({ rev: 1, count: 3 });
  expect(memory.steps).toEqual([]);
  expect(await change()).toMatchObject({ rev: 2, count: 4 });
  expect(memory.steps).toEqual(['write s']);
  expect(memory.items.get('p s')).toMatchObject({ rev: 2, count: 4 });
});

it('writes a change that was kept back with one that leaves the item as it is', async () => {
  const { memory, change, later } = delivery();
  await change();
  await later();
  expect(await change((() => undefined) as unknown as typeof more)).toMatchObject({ rev: 2, count: 2 });
  expect(memory.items.get('p s')).toMatchObject({ rev: 2, count: 2 });
});

it('writes a change that was kept back before it reads the item', async () => {
  const { memory, ports, change, later } = delivery();
  await change();
  await later();
  expect(await ports.ledger.read(KEY)).toMatchObject({ rev: 2, count: 2 });
  expect(memory.items.get('p s')).toMatchObject({ rev: 2, count: 2 });
});

it('makes a change that was kept back again, from what another delivery has written', async () => {
  const { memory, change, later } = delivery();
  await change();
  await later();
  changeItem(memory, 'p s', { count: 40 });
  expect(await change()).toMatchObject({ rev: 3, count: 42 });
  await later((current) => {
    if (current?.count !== 42) throw new LeaseLost('Cannot write');
    return more(current);
  });
  changeItem(memory, 'p s', { count: 0 });
  await expect(change()).rejects.toBeInstanceOf(LeaseLost);
  expect(memory.items.get('p s')).toMatchObject({ count: 0 });
});

it('keeps no change back of an item that it does not know', async () => {
  const { memory, later } = delivery();
  expect(await later()).toMatchObject({ rev: 1, count: 1 });
  expect(await updateLater<Counter>(memory.ports, KEY, more)).toMatchObject({ rev: 2, count: 2 });
  expect(memory.steps).toEqual(['read', 'write s', 'read', 'write s']);
});
