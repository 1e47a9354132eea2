import { expect, it } from 'vitest';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import type { Outbox } from '../../../../functions/core/ports.ts';
import { setAside } from '../../../../functions/core/revoke/enqueue.ts';
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

it('sets nothing aside that has not ended', async () => expect(await setAsideOf({})).toEqual([]));
