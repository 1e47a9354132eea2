import { expect, it } from 'vitest';
import type { Facts } from '../../../functions/core/answer.ts';
import { look } from '../../../functions/core/pursuit.ts';
import { NO_WORK } from '../../../functions/core/work.ts';
import { atWork } from './pursuits.ts';
import { ALIVE, KEY, OTHER } from './scripted-system.ts';

it('plans with what the signer’s questions have taught, and above that with what this request has learned', async () => {
  const planned: Facts[] = [];
  const { pursuit, leased } = atWork(
    { probe: [ALIVE] },
    {
      found: { facts: { [KEY]: { userID: '1', parentUid: '2' }, [OTHER]: { userID: '9', isMaster: 'true' } } },
      plan: ({ facts }) => {
        planned.push(facts);
        return {};
      },
    },
  );
  const { round } = await look(pursuit, leased, { ...NO_WORK, facts: { parentUid: '3', searched: '4' } }, false);
  const known = { userID: '1', parentUid: '3', searched: '4' };
  expect(new Set(planned.map((facts) => JSON.stringify(facts)))).toEqual(new Set([JSON.stringify(known)]));
  expect(round.facts).toEqual(known);
});
