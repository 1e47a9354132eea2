import { expect, it } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { inBrief } from '../../../../functions/core/ledger/in-brief.ts';
import { requestKey } from '../../../../functions/core/ledger/keys.ts';
import { ENDED_REQUESTS, type EndedBrief } from '../../../../functions/core/ledger/lists.ts';
import { memoryLedger } from '../../../faults/simulated/memory-ledger.ts';

const item = (requestId: string, more: object = {}) => ({
  ...{ rev: 1, nonce: requestId, requestId, attempt: 1, planOnly: false, dueAt: 5, receivedAt: 6, at: epochMs(9) },
  ...{ ended: { outcome: 'revoked', why: '', at: 9, evidence: [] }, ...more },
});

const history = async (ledger: ReturnType<typeof memoryLedger>): Promise<readonly EndedBrief[]> => {
  const found: EndedBrief[] = [];
  const pages = inBrief({ ledger }, 'by-state-2', ENDED_REQUESTS, 'ended-request', epochMs(0), epochMs(100));
  for await (const page of pages) for (const entry of page) found.push(...[(await entry.read()) ?? []].flat());
  return found.toSorted((a, b) => a.requestId.localeCompare(b.requestId));
};

it('lists requests that have ended, though the table keeps no state for them', async () => {
  const ledger = memoryLedger();
  for (const requestId of ['R', 'S']) await ledger.write(requestKey(requestId, false), item(requestId));
  expect((await history(ledger)).map(({ requestId, endedAt }) => [requestId, endedAt])).toEqual([
    ['R', 9],
    ['S', 9],
  ]);
});

it('leaves out a request that a release without lists has opened again', async () => {
  const ledger = memoryLedger();
  const key = requestKey('R', false);
  await ledger.write(key, item('R'));
  const marks = { listed: 'ended-request#3', brief: {} };
  await ledger.write(key, item('R', { rev: 2, state: 'open-request' }));
  await ledger.enlist(key, 2, marks);
  expect(await history(ledger)).toEqual([]);
});

it('reads the item where its brief cannot be read', async () => {
  const ledger = memoryLedger();
  const key = requestKey('R', false);
  await ledger.write(key, item('R'));
  await ledger.enlist(key, 1, { listed: 'ended-request#3', brief: { outcome: 7 } });
  expect(await history(ledger)).toMatchObject([{ requestId: 'R', outcome: 'revoked' }]);
});
