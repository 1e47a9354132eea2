import * as sqs from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type EventSource, eventSource, type Mapping } from '../../../../infra/local/lambda/event-source.ts';
import type { Invoke } from '../../../../infra/local/lambda/function-config.ts';
import { inProcess } from '../../../../infra/local/lambda/in-process.ts';
import { awsForThisFile } from '../aws/aws-in-test.ts';

const aws = awsForThisFile();
const client = new sqs.SQSClient({ maxAttempts: 1 });
const CONFIG = { name: 'revoke', memoryMb: 256, timeoutMs: 30_000 };
const running: EventSource[] = [];
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 }));
afterEach(async () => void (await Promise.all(running.splice(0).map((source) => source.stop()))));
afterAll(() => client.destroy());

const makeQueue = async (QueueName: string, more: Partial<Mapping> = {}): Promise<Mapping> => {
  const Attributes = { VisibilityTimeout: '180' };
  const { QueueUrl = '' } = await client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }));
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  return { queueUrl: QueueUrl, queueArn, batchSize: 10, maxConcurrency: 2, reportsItemFailures: true, ...more };
};
const send = async ({ queueUrl: QueueUrl }: Mapping, ...bodies: string[]) => {
  for (const MessageBody of bodies) await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }));
};
const left = async (name: string) => {
  const { ready, inflight } = await aws().queues.inspect(name);
  return { ready: ready.map(({ body }) => body), hidden: inflight.map(({ message }) => message.body) };
};
const failing = (...bodies: string[]): Invoke =>
  inProcess(async ({ Records }: SQSEvent) => {
    const failed = Records.filter(({ body }) => bodies.includes(body));
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }, CONFIG);

it('gives the function records as Lambda makes them', async () => {
  const mapping = await makeQueue('records');
  const MessageAttributes = { attempt: { DataType: 'Number', StringValue: '2' } };
  const sent = { QueueUrl: mapping.queueUrl, MessageBody: 'x', MessageAttributes };
  const { MessageId } = await client.send(new sqs.SendMessageCommand(sent));
  const invoke = vi.fn<Invoke>(async () => null);
  await eventSource(mapping, { client, invoke }).once();
  const record = {
    messageId: MessageId,
    receiptHandle: expect.any(String),
    body: 'x',
    attributes: {
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: '1700000000000',
      SentTimestamp: '1700000000000',
      SenderId: '000000000000',
    },
    messageAttributes: {
      attempt: { stringValue: '2', stringListValues: [], binaryListValues: [], dataType: 'Number' },
    },
    md5OfBody: expect.any(String),
    eventSource: 'aws:sqs',
    eventSourceARN: mapping.queueArn,
    awsRegion: 'us-east-1',
  };
  expect(invoke.mock.calls).toEqual([[{ Records: [record] }]]);
});

it('deletes what succeeded and leaves what is reported as failed until its visibility timeout is over', async () => {
  const mapping = await makeQueue('partly');
  await send(mapping, 'good', 'bad');
  const source = eventSource(mapping, { client, invoke: failing('bad') });
  expect((await source.once()).failed).toHaveLength(1);
  expect(await left('partly')).toEqual({ ready: [], hidden: ['bad'] });
  expect((await source.once()).received).toEqual([]);
  vi.setSystemTime(Date.now() + 180_000);
  expect((await source.once()).received).toHaveLength(1);
});

it('deletes nothing when the function throws', async () => {
  const mapping = await makeQueue('thrown', { reportsItemFailures: false });
  await send(mapping, 'one', 'two');
  const invoke = inProcess(() => Promise.reject(new RangeError('no')), CONFIG);
  const { error } = await eventSource(mapping, { client, invoke }).once();
  expect(error).toMatchObject({ errorType: 'RangeError' });
  expect((await left('thrown')).hidden).toEqual(['one', 'two']);
});

it('does not look at the answer where failures are not reported', async () => {
  const mapping = await makeQueue('unreported', { reportsItemFailures: false });
  await send(mapping, 'bad');
  await eventSource(mapping, { client, invoke: failing('bad') }).once();
  expect(await left('unreported')).toEqual({ ready: [], hidden: [] });
});

it('takes no more than the batch size, and does not invoke for an empty queue', async () => {
  const mapping = await makeQueue('batches', { batchSize: 1 });
  await send(mapping, 'one', 'two');
  const invoke = vi.fn(failing());
  const source = eventSource(mapping, { client, invoke });
  for (let poll = 0; poll < 3; poll += 1) await source.once();
  expect(invoke).toHaveBeenCalledTimes(2);
});

it('delivers again what it could not delete', async () => {
  const mapping = await makeQueue('undeleted');
  await send(mapping, 'one');
  const onTrouble = vi.fn();
  const invoke = vi.fn(failing());
  const source = eventSource(mapping, { client, invoke, onTrouble });
  aws().faults.add({ service: 'sqs', action: 'DeleteMessageBatch', kind: 'unavailable' });
  await source.once();
  vi.setSystemTime(Date.now() + 180_000);
  await source.once();
  expect([onTrouble.mock.calls.length, invoke.mock.calls.length]).toEqual([1, 2]);
  expect(await left('undeleted')).toEqual({ ready: [], hidden: [] });
});

it('polls on its own, and never has more events under way than it may', async () => {
  const mapping = await makeQueue('started', { batchSize: 1 });
  let [now, most] = [0, 0];
  const invoke: Invoke = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return null;
  };
  const done: string[] = [];
  const source = eventSource(mapping, { client, invoke, onDelivery: ({ received }) => done.push(...received) });
  running.push(source);
  source.start();
  await send(mapping, ...Array.from({ length: 8 }, (_, index) => String(index)));
  await expect.poll(() => done.length, { timeout: 30_000 }).toBe(8);
  expect(most).toBeLessThanOrEqual(2);
});
