import { expect, it } from 'vitest';
import { FAULT_TABLE, type FaultRow, startSandbox } from '../../../../infra/local/sandbox/index.ts';
import { ask } from './ask.ts';

const ID = '11111111-1111-4111-8111-111111111111';

const isAliveAfter = async ({ fault }: FaultRow): Promise<boolean> => {
  const requesty = await startSandbox('requesty', { now: () => 0, sleep: async () => {} });
  requesty.addOrganisation('prod', {
    keys: [{ id: ID, secret: 'x', permissions: { manage: 'write', completions: 'none' } }],
  });
  requesty.faults.script({ match: {}, fault });
  const headers = { Authorization: 'Bearer x' };
  const lost = ask(requesty.url, {
    host: 'api-v2.requesty.ai',
    method: 'DELETE',
    path: `/v1/manage/apikey/${ID}`,
    headers,
  });
  const settled = lost.catch(() => undefined);
  while (requesty.record.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const isAlive = requesty.isAlive('prod', ID);
  await requesty.close();
  await settled;
  return isAlive;
};

it.each(FAULT_TABLE.map((row) => [row.name, row] as const))('says of "%s" whether it applies', async (_name, row) => {
  expect(await isAliveAfter(row)).toBe(!row.applies);
});

it('is data: every fault survives being written down, under a name of its own', () => {
  expect(JSON.parse(JSON.stringify(FAULT_TABLE))).toEqual(FAULT_TABLE);
  expect(new Set(FAULT_TABLE.map(({ name }) => name)).size).toBe(FAULT_TABLE.length);
});
