import type { SQSRecord } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { MASTER_KEY, master } from './system/orders.ts';
import { handedOut, invokedWith } from './system/records.ts';
import { systemForEachTest } from './system/system.ts';

const system = systemForEachTest();

const order = (secretId: string) => ({
  provider: 'bybit',
  operation: 'delete-master-key',
  secretId,
  target: 'self',
  reason: 'leaked',
});

const forgedCount = (): number =>
  system()
    .metrics()
    .filter(({ name }) => name === 'RecordsForged').length;

const lives = (): boolean => system().bybit.isAlive('mainnet', MASTER_KEY);

/** A record that the requests queue has handed out for that request. */
const sent = async (body: object): Promise<SQSRecord> => {
  await system().send(body);
  return handedOut(system());
};

/** A record that the stuck queue has handed out, made to look like one of the requests queue. */
const fromElsewhere = async (record: SQSRecord): Promise<SQSRecord> => {
  const stuck = Object.entries(system().deployment.queues).find(([id]) => id.includes('Stuck'))?.[1];
  await system().aws.queues.deliver(stuck?.arn ?? '', '{}');
  const { receiptHandle } = await handedOut(system(), 'Stuck');
  return { ...record, receiptHandle };
};

const FORGED: Readonly<Record<string, (record: SQSRecord) => SQSRecord | Promise<SQSRecord>>> = {
  'a made-up receipt handle': (record) => ({ ...record, receiptHandle: 'AQEBmadeup' }),
  'a receipt handle of another queue': fromElsewhere,
  'a receipt handle longer than any of SQS': (record) => ({ ...record, receiptHandle: 'x'.repeat(1_025) }),
  'a receipt handle that SQS cannot read': (record) => ({ ...record, receiptHandle: '\ud800' }),
  'another queue as its source': (record) => ({ ...record, eventSourceARN: `${record.eventSourceARN}-of-mine` }),
  'the queue of that name in another account': (record) => ({
    ...record,
    eventSourceARN: record.eventSourceARN.replace(/:\d{12}:/, ':999999999999:'),
  }),
  'no source': ({ eventSourceARN: _, ...record }) => record as SQSRecord,
};

it.each(Object.entries(FORGED))('a record with %s is not carried out', async (_what, forge) => {
  const { secretId } = await master(system());
  const forged = await forge(await sent(order(secretId)));
  expect(await invokedWith(system(), [forged])).toEqual([forged.messageId]);
  expect([lives(), system().receipts(), forgedCount()]).toEqual([true, [], 1]);
  expect(await system().ledger()).toBe('[]');
  expect(system().bybit.record).toEqual([]);
});

it('a forged record does not stop the true one beside it', async () => {
  const { secretId } = await master(system());
  const other = await master(system(), { n: 1 });
  const record = await sent(order(secretId));
  const forged = { ...record, messageId: 'forged', receiptHandle: 'AQEB', body: JSON.stringify(order(other.secretId)) };
  const given = await invokedWith(system(), [forged, record]);
  expect(given).toContain('forged');
  await system().settle();
  expect([lives(), system().bybit.isAlive('mainnet', other.apiKey), forgedCount()]).toEqual([false, true, 1]);
});

it('a delivery whose visibility timeout is over is given back in silence, and the next one does the work', async () => {
  const { secretId } = await master(system());
  const record = await sent(order(secretId));
  system().advance(181_000);
  const warned = vi.spyOn(system().steps.wired.ports.log, 'warn');
  expect(await invokedWith(system(), [record])).toEqual([record.messageId]);
  expect([lives(), forgedCount(), warned.mock.calls]).toEqual([true, 0, []]);
  await system().settle();
  expect(lives()).toBe(false);
});

it('a delivery of a message that is deleted is given back in silence', async () => {
  const { secretId } = await master(system());
  const record = await sent(order(secretId));
  await system().purge();
  expect(await invokedWith(system(), [record])).toEqual([record.messageId]);
  expect([lives(), forgedCount()]).toEqual([true, 0]);
});

it('a record is carried out while SQS does not answer', async () => {
  const { secretId } = await master(system());
  const record = await sent(order(secretId));
  system().aws.faults.add({ service: 'sqs', action: 'ChangeMessageVisibility', kind: 'unavailable', times: 20 });
  await invokedWith(system(), [record]);
  expect([lives(), forgedCount()]).toEqual([false, 0]);
});
