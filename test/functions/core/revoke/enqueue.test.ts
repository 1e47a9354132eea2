import { describe, expect, it } from 'vitest';
import { after } from '../../../../functions/core/epoch.ts';
import { Unavailable } from '../../../../functions/core/fault.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Outbox } from '../../../../functions/core/ports.ts';
import { resend, sendRecheck, setAside, waitInLane } from '../../../../functions/core/revoke/enqueue.ts';
import { memoryPorts } from '../memory-ports.ts';
import { NOON } from '../rounds.ts';
import { copied } from '../scripted-system.ts';

const setAsideOf = async (fields: object): Promise<readonly unknown[]> => {
  const sent: unknown[] = [];
  const outbox = { setAside: async (...message: unknown[]) => void sent.push(message) } as unknown as Outbox;
  await setAside(outbox, { requestId: 'R', attempt: 2, request: { target: 'self' }, ...fields } as RequestItem);
  return sent;
};

it.each([
  ['the request', {}, '{"target":"self"}'],
  ['the stub of a body that was none', { stub: '{"length":3}' }, '{"length":3}'],
])('sets %s aside with what it came to', async (_what, fields, body) => {
  const receipt = { outcome: 'stuck', code: 'unproven', message: 'Look there' };
  expect(await setAsideOf({ receipt, ...fields })).toEqual([
    [body, { ...copied('R', 2), outcome: 'stuck', code: 'unproven', message: 'Look there' }],
  ]);
});

it('sets aside with an empty code what has none', async () =>
  expect(await setAsideOf({ receipt: { outcome: 'resurrected', code: null, message: '' } })).toMatchObject([
    ['{"target":"self"}', { code: '' }],
  ]));

const itemWith = (reason: string): RequestItem =>
  ({ requestId: 'R', attempt: 2, request: { requestId: 'R', target: 'self', reason } }) as unknown as RequestItem;

describe.each([
  ['leaked', 'urgent'],
  ['manual', 'requests'],
] as const)('a message about a request with the reason %s', (reason, lane) => {
  it('goes to the lane of its reason', async () => {
    const { ports, enqueued } = memoryPorts();
    await resend(ports.outbox, itemWith(reason));
    expect(enqueued).toMatchObject([{ lane, delaySeconds: 0, attributes: copied('R', 2) }]);
  });

  it('goes to the lane of the rechecks if it is a recheck', async () => {
    const { ports, enqueued } = memoryPorts();
    await sendRecheck(ports.outbox, itemWith(reason), 60);
    expect(enqueued).toMatchObject([{ lane: 'rechecks', delaySeconds: 60, attributes: copied('R', 2) }]);
  });
});

describe('a request that has to wait', () => {
  const later = (ms: number) => ({ done: false, code: 'no-reply', notBefore: after(NOON, ms) }) as const;
  const waited = async (delivery: object, item = itemWith('leaked'), wait: object = later(7_200)) => {
    const memory = memoryPorts();
    const disposition = await waitInLane(memory.ports, delivery as never, item, wait as never);
    return { disposition, enqueued: memory.enqueued };
  };

  it.each([
    ['leaked', 'requests', 'urgent'],
    ['leaked', 'rechecks', 'urgent'],
    ['manual', 'urgent', 'requests'],
  ] as const)('with the reason %s is sent from %s to %s, for the same instant', async (reason, from, to) => {
    const { disposition, enqueued } = await waited({ lane: from }, itemWith(reason));
    expect(disposition).toEqual({ done: true });
    expect(enqueued).toEqual([
      { lane: to, delaySeconds: 8, attributes: copied('R', 2), body: JSON.stringify(itemWith(reason).request) },
    ]);
  });

  it.each([
    ['after the longest delay, if its instant is later', later(3_600_000), 900],
    ['at once, if its instant has passed', later(-60_000), 0],
  ])('comes %s', async (_when, wait, delaySeconds) =>
    expect((await waited({ lane: 'requests' }, itemWith('leaked'), wait)).enqueued).toMatchObject([{ delaySeconds }]),
  );

  it.each([
    ['on its own lane', { lane: 'urgent' }, itemWith('leaked'), later(7_200)],
    ['where one queue serves all lanes', {}, itemWith('leaked'), later(7_200)],
    ['if its request cannot be read', { lane: 'urgent' }, { ...itemWith(''), request: undefined }, later(7_200)],
    ['if it has ended', { lane: 'requests' }, itemWith('leaked'), { done: true }],
  ])('stays where it is %s', async (_why, delivery, item, wait) =>
    expect(await waited(delivery, item as RequestItem, wait)).toEqual({ disposition: wait, enqueued: [] }),
  );

  it('stays where it is if its own lane does not take it', async () => {
    const { ports } = memoryPorts();
    ports.outbox = { ...ports.outbox, enqueue: () => Promise.reject(new Unavailable('down')) };
    expect(await waitInLane(ports, { lane: 'requests' } as never, itemWith('leaked'), later(1))).toEqual(later(1));
  });
});

it('sets nothing aside that has not ended', async () => expect(await setAsideOf({})).toEqual([]));
