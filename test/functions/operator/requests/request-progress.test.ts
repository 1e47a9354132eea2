import { expect, it } from 'vitest';
import { after, toIso } from '../../../../functions/core/epoch.ts';
import type { RequestItem } from '../../../../functions/core/ledger/request-item.ts';
import { progressOf } from '../../../../functions/operator/requests/request-progress.ts';
import { NOON } from '../../core/rounds.ts';

const item = { requestId: 'R', attempt: 1, receivedAt: NOON } as RequestItem;

it('says of a refusal that may be an outage since when it holds, and how the request would end', () => {
  const until = after(NOON, 3_600_000);
  const refused = { wouldEnd: 'stuck/not-recognised', since: NOON, at: NOON, until } as const;
  const said = progressOf({ item: { ...item, refused }, found: undefined }, NOON);
  expect(said).toBe(
    `refused since ${toIso(NOON)}, which may be an outage; if it holds, ends as stuck/not-recognised after ${toIso(until)}`,
  );
  expect(progressOf({ item, found: undefined }, NOON)).toBe('received');
});
