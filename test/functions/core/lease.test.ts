import { describe, expect, it } from 'vitest';
import { after } from '../../../functions/core/epoch.ts';
import { amendHeld, LeaseLost, takeLease } from '../../../functions/core/lease.ts';
import { type CaseItem, caseKey } from '../../../functions/core/ledger-items.ts';
import { memoryPorts } from './memory-ports.ts';
import { NOON } from './rounds.ts';

const KEY = { provider: 'kalshi', realm: 'prod', keyId: 'K' } as const;
const NAME = 'kalshi/prod/K';
const UNTIL = after(NOON, 25_000);

const take = ({ ports }: ReturnType<typeof memoryPorts>, holder: string, seen: readonly string[] = []) =>
  takeLease(ports, KEY, { holder, until: after(ports.clock.now(), 25_000), seen });

it('opens the case of a key that nothing is known of', async () => {
  const memory = memoryPorts();
  const taken = await take(memory, 'A', ['by']);
  expect(taken).toEqual({
    taken: true,
    item: {
      ...KEY,
      rev: 1,
      nonce: 'id-1',
      seen: { by: NOON },
      facts: {},
      works: {},
      state: 'idle-case',
      at: NOON,
      lease: { holder: 'A', until: UNTIL },
    },
  });
  expect(memory.items.get(`case#${NAME} case`)).toMatchObject({ lease: { holder: 'A' } });
});

it('opens a case that was forgotten as if nothing had been', async () => {
  const memory = memoryPorts();
  const { item } = (await take(memory, 'A')) as { item: CaseItem };
  const forgotten = { at: NOON, by: 'me', reason: 'gone' };
  const closed: CaseItem = { ...item, lease: undefined, forgotten, state: 'forgotten-case', rev: 2 };
  await memory.ports.ledger.write(caseKey(NAME), closed);
  const taken = await take(memory, 'B');
  expect(taken).toMatchObject({ taken: true, item: { state: 'idle-case' } });
  expect(taken.taken && 'forgotten' in taken.item).toBe(false);
});

it('keeps when the key was first seen', async () => {
  const memory = memoryPorts();
  await take(memory, 'A', ['by']);
  memory.clock.forward(1);
  expect(await take(memory, 'A', ['by', 'on'])).toMatchObject({ item: { seen: { by: NOON, on: NOON + 1 } } });
});

describe('a lease that another holds', () => {
  it.each([
    ['is waited for until its end', 0, UNTIL],
    ['is waited for up to its last millisecond', 24_999, UNTIL],
    ['is waited out ten seconds more, once over', 25_000, UNTIL + 10_000],
    ['is waited out to the last of them', 34_999, UNTIL + 10_000],
  ])('%s', async (_what, passed, notBefore) => {
    const memory = memoryPorts();
    await take(memory, 'A');
    memory.clock.forward(passed);
    expect(await take(memory, 'B')).toEqual({ taken: false, notBefore });
    expect(memory.items.get(`case#${NAME} case`)).toMatchObject({ lease: { holder: 'A' }, rev: 1 });
  });

  it('is taken over then', async () => {
    const memory = memoryPorts();
    await take(memory, 'A');
    memory.clock.forward(35_000);
    expect(await take(memory, 'B')).toMatchObject({
      taken: true,
      item: { lease: { holder: 'B', until: UNTIL + 35_000 } },
    });
  });
});

it('writes to a case that this delivery holds', async () => {
  const memory = memoryPorts();
  await take(memory, 'A');
  const written = await amendHeld(memory.ports, NAME, 'A', (item) => ({ ...item, state: 'open-case' }));
  expect(written).toMatchObject({ rev: 2, state: 'open-case' });
});

it('writes to no case that another holds, nobody holds, or that is not there', async () => {
  const memory = memoryPorts();
  await expect(amendHeld(memory.ports, NAME, 'A', (item) => item)).rejects.toBeInstanceOf(LeaseLost);
  await take(memory, 'A');
  await expect(amendHeld(memory.ports, NAME, 'B', (item) => item)).rejects.toBeInstanceOf(LeaseLost);
  await amendHeld(memory.ports, NAME, 'A', ({ lease: _, ...item }) => item);
  await expect(amendHeld(memory.ports, NAME, 'A', (item) => item)).rejects.toThrow(
    'Cannot write to the case, another delivery holds it now',
  );
});
