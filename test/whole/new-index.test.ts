import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { commandLine } from '../functions/operator/command-line.ts';
import { OPERATOR } from './system/canaries.ts';
import { master } from './system/orders.ts';
import { systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const MINUTE = 60_000;

const onTable = async <T>(work: (client: DynamoDBDocumentClient, table: string) => Promise<T>): Promise<T> => {
  const credentials = { accessKeyId: OPERATOR, secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1', credentials }));
  const done = await work(client, system().deployment.outputs['LedgerTable'] ?? '');
  client.destroy();
  return done;
};

/** Takes every item out of the new index, as a release that does not know it would have left them. */
const forgetLists = (): Promise<void> =>
  onTable(async (client, TableName) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    for (const { pk, sk, listed } of Items)
      if (listed !== undefined)
        await client.send(new UpdateCommand({ TableName, Key: { pk, sk }, UpdateExpression: 'REMOVE listed, brief' }));
  });

const filledAt = () =>
  onTable(async (client, TableName) => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk: 'sweep#index', sk: 'sweep' } }));
    return Item?.['filledAt'] as number | undefined;
  });

const openIn = async (): Promise<readonly string[]> => {
  const { out } = await commandLine(system)('status', '--json');
  return JSON.parse(out.join('\n')).open.map(({ request }: { readonly request: string }) => request);
};

it('holds the cases of an older release after an hour of ticks, by the rights of the sweep, and is then read', async () => {
  const { secretId, apiKey } = await master(system());
  system().bybit.faults.script({
    ...{ match: { method: 'POST' }, times: Number.POSITIVE_INFINITY },
    fault: { kind: 'reply', status: 200, headers: {}, body: '{"retCode":10005,"retMsg":"Permission denied"}' },
  });
  await system().send({
    provider: 'bybit',
    operation: 'delete-master-key',
    secretId,
    target: 'self',
    requestId: 'old',
  });
  await system().settle();
  expect(system().bybit.isAlive('mainnet', apiKey)).toBe(true);
  await forgetLists();
  const open: number[] = [];
  for (let ticks = 0; ticks < 14; ticks += 1) {
    open.push((await system().tick()).gauges.openCases);
    system().advance(5 * MINUTE);
  }
  expect(await filledAt()).toBeDefined();
  expect(open).toEqual(Array(14).fill(1));
  expect(await openIn()).toEqual(['old#1']);
  // It is the new index that is read: without it nothing is open.
  await forgetLists();
  expect((await system().tick()).gauges.openCases).toBe(0);
  expect(await openIn()).toEqual([]);
});
