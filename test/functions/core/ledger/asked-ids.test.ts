import { expect, it } from 'vitest';
import { noteAsked } from '../../../../functions/core/ledger/asked-ids.ts';
import { memoryPorts } from '../memory-ports.ts';

it('names the latest ten messages of an id, each once, and counts the earlier ones', async () => {
  const { ports, items } = memoryPorts();
  for (let n = 0; n < 12; n += 1) await noteAsked(ports, 'R-1', { requestId: `m-${n}` });
  for (const again of ['m-11', 'm-5']) await noteAsked(ports, 'R-1', { requestId: again });
  expect(items.get('asked#R-1 asked')).toMatchObject({
    messageIds: Array.from({ length: 10 }, (_, n) => `m-${n + 2}`),
    dropped: 2,
  });
});

it('notes nothing of a message that ends under the id it asked for', async () => {
  const { ports, items } = memoryPorts();
  await noteAsked(ports, 'm-1', { requestId: 'm-1' });
  expect(items.size).toBe(0);
});
