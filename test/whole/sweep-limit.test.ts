import { expect, it } from 'vitest';
import { master } from './system/orders.ts';
import { START, systemForEachTest } from './system/system.ts';

const system = systemForEachTest({ environment: { LIMIT_OTHER: '2' } });

const before = (minutes: number): string => new Date(START - minutes * 60_000).toISOString();

it('sends the oldest orders first, no more than an hour’s limit lets through, and leaves the rest for a later sweep', async () => {
  for (let n = 0; n < 5; n += 1) {
    const { secretId } = await master(system(), { n });
    await system().tag(secretId, {
      'key-revoker:provider': 'bybit',
      'key-revoker:operation': 'delete-master-key',
      'key-revoker:expires-at': before(n + 1),
    });
  }
  expect(await system().sweep()).toMatchObject({ sent: 2, left: 3 });
  const dates = (await system().waiting()).map((body) => JSON.parse(body).notBefore);
  expect(dates.sort()).toEqual([before(5), before(4)]);
});
