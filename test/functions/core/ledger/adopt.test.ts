import { expect, it } from 'vitest';
import { inheritPin } from '../../../../functions/core/ledger/adopt.ts';
import type { Pin, RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { memoryPorts } from '../memory-ports.ts';

const FORMER = { keyName: 'kalshi/prod/K' } as Pin;
const OTHER = { keyName: 'kalshi/prod/L' } as Pin;
const ITEM = { requestId: 'R', planOnly: false, attempt: 2, former: FORMER, rev: 1, nonce: '' } as RequestItem;

/** What is gone on with, what the ledger holds at last, and how often it was asked. */
const adopting = async (item: Partial<RequestItem>, held: Partial<RequestItem> | undefined = item) => {
  const memory = memoryPorts();
  if (held) memory.items.set('request#R request', { ...ITEM, ...held } as never);
  const { pin } = await inheritPin(memory.ports, { ...ITEM, ...item });
  return [pin, memory.items.get('request#R request')?.['pin'], memory.steps.length] as const;
};

it('takes the key of an earlier attempt, and keeps it', async () =>
  expect((await adopting({})).slice(0, 2)).toEqual([FORMER, FORMER]));

it.each<[string, Partial<RequestItem>, Pin | undefined]>([
  ['has a key of its own', { pin: OTHER }, OTHER],
  ['follows no attempt with a key', { former: undefined }, undefined],
  ['only plans', { planOnly: true }, undefined],
])('leaves a request alone that %s', async (_what, item, pin) =>
  expect(await adopting(item)).toEqual([pin, item.pin, 0]),
);

it.each<[string, Partial<RequestItem>, Pin | undefined]>([
  ['has gone on to another attempt', { attempt: 3 }, undefined],
  ['has ended it', { receipt: {} as RequestItem['receipt'] }, undefined],
  ['has pinned another key', { pin: OTHER }, OTHER],
])('keeps nothing where another delivery %s', async (_what, held, kept) =>
  expect((await adopting({}, held)).slice(0, 2)).toEqual([FORMER, kept]),
);

it('makes no request that there is not', async () => {
  const memory = memoryPorts();
  expect(await inheritPin(memory.ports, ITEM)).toMatchObject({ pin: FORMER });
  expect(memory.items.size).toBe(0);
});
