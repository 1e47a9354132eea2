import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { after } from '../../../functions/core/epoch.ts';
import { Secret } from '../../../functions/core/secret.ts';
import { type CreatedPorts, createPorts } from '../../../functions/edge/create-ports.ts';
import { readEnvironment } from '../../../functions/edge/process/environment.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { awsForThisFile } from '../../infra/local/aws/aws-in-test.ts';
import { metricsIn } from '../../metrics-in.ts';
import { receiptForTest } from './receipt-for-test.ts';
import { secretsForTest } from './secrets-for-test.ts';

const aws = awsForThisFile();
const provider = createServer((request, response) => response.end(request.headers.host));

let sqs: SQSClient;
let urls: { requests: string; stuck: string };
let wired: CreatedPorts;

const createTable = () =>
  new DynamoDBClient().send(
    new CreateTableCommand({
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );

const createQueue = async (QueueName: string): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';

let environment: ReturnType<typeof readEnvironment>;

beforeAll(async () => {
  sqs = new SQSClient();
  await createTable();
  aws().buses.create('revocations');
  urls = { requests: await createQueue('requests'), stuck: await createQueue('stuck') };
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  environment = readEnvironment(
    {
      LEDGER_TABLE: 'ledger',
      REQUESTS_QUEUE_URL: urls.requests,
      STUCK_QUEUE_URL: urls.stuck,
      NOTIFICATIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:results',
      RESULTS_TOPIC_ARN: (await new SNSClient().send(new CreateTopicCommand({ Name: 'results' }))).TopicArn,
      BUS_NAME: 'revocations',
      SECRET_PREFIX: 'key-revoker/',
      INSTANCE: 'desk',
      GIVE_UP_AFTER_SECONDS: '86400',
      PROVIDERS: 'bybit',
      MODE: 'observe',
      BYBIT_BASE_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
    },
    Object.keys(PROVIDERS),
  );
  wired = createPorts(environment, PROVIDERS);
});

afterAll(() => {
  provider.close();
  provider.closeAllConnections();
});

it('connects every port as the environment says', async () => {
  const { ports, sourceOf } = wired;
  const key = { pk: 'signer#1', sk: 'case#1' };
  expect(await ports.ledger.write(key, { rev: 1, nonce: 'a', needed: true, deep: { left: undefined } } as never)).toBe(
    true,
  );
  expect(await ports.ledger.read(key)).toEqual({ rev: 1, nonce: 'a', needed: true, deep: {}, schema: 2 });
  await secretsForTest().create({ name: 'key-revoker/desk', value: '{"apiKey":"x"}' });
  expect(await ports.vault.open('key-revoker/desk', 'AWSCURRENT')).toMatchObject({ found: true });
  await ports.outbox.publish(receiptForTest());
  await ports.outbox.setAside('"stuck"', {});
  await ports.outbox.enqueue('"request"', {}, 0, 'urgent');
  const take = async (QueueUrl: string) => (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
  expect((await take(urls.stuck))?.Body).toBe('"stuck"');
  const request = await take(urls.requests);
  expect(request?.Body).toBe('"request"');
  // No other queue is named.
  const source = sourceOf({ eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:requests' });
  expect(source?.lane).toBeUndefined();
  await source?.hide(request?.ReceiptHandle ?? '', 0);
  expect((await take(urls.requests))?.MessageId).toBe(request?.MessageId);
});

/** What is written until the test is over. */
const listen = (): readonly string[] => {
  const heard: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => heard.push(String(chunk)) > 0);
  onTestFinished(() => spy.mockRestore());
  return heard;
};

it('sends to the provider that the environment names, and counts it', async () => {
  const heard = listen();
  const { send, clock } = wired.ports;
  const call = {
    method: 'GET',
    changes: false,
    provider: 'bybit',
    host: 'api.bybit.com',
    path: '/',
    headers: new Secret({}),
  } as const;
  expect((await send(call, after(clock.now(), 60_000)))?.body).toBe('api.bybit.com');
  wired.tellExchanges();
  wired.tellExchanges();
  expect(metricsIn(heard)).toMatchObject({ 'ProviderCalls{instance=desk,provider=bybit}': [1] });
  expect(heard).toHaveLength(1);
});

it('counts what it logs', () => {
  const heard = listen();
  wired.ports.log.info('resurrected', { provider: 'bybit' });
  expect(JSON.parse(heard[0] ?? '')).toMatchObject({ message: 'resurrected', service: 'desk' });
  expect(metricsIn(heard)).toMatchObject({ 'Resurrected{instance=desk}': [1] });
});

it.each([
  [
    'a secret',
    'secretsmanager',
    'GetSecretValue',
    (ports: CreatedPorts['ports']) => ports.vault.open('x', 'AWSCURRENT'),
  ],
  ['its ledger', 'dynamodb', 'GetItem', ({ ledger }: CreatedPorts['ports']) => ledger.read({ pk: 'a', sk: 'b' })],
  ['its queues', 'sqs', 'SendMessage', ({ outbox }: CreatedPorts['ports']) => outbox.setAside('x', {})],
  ['its topics', 'sns', 'Publish', ({ outbox }: CreatedPorts['ports']) => outbox.publish(receiptForTest())],
  ['its bus', 'events', 'PutEvents', ({ outbox }: CreatedPorts['ports']) => outbox.publish(receiptForTest())],
] as const)('counts that AWS denies it %s', async (_what, service, action, ask) => {
  aws().faults.add({ service, action, kind: 'deny', times: 2 });
  const heard = listen();
  await expect(ask(wired.ports)).rejects.toThrow();
  aws().faults.clear();
  expect(metricsIn(heard)).toMatchObject({ 'AccessDenied{instance=desk}': expect.any(Array) });
});

it('has the name of its process for as long as the process lives', () => {
  const { processId } = wired.ports;
  expect(processId).toMatch(/^[0-9a-f-]{36}$/);
  expect(wired.ports.processId).toBe(processId);
});

it('makes new identifiers and numbers', () => {
  const { newId, random, digest, config } = wired.ports;
  expect(newId()).not.toBe(newId());
  expect(random()).not.toBe(random());
  expect(digest('')).toMatch(/^e3b0c442/);
  expect(config.mode).toBe('observe');
});

it.each([
  ['puts right what cannot be read', {}, 2],
  ['does not, where its role may not write it', { repairs: false }, 1],
])('%s', async (_what, options, rev) => {
  const { ports } = createPorts(environment, PROVIDERS, options);
  const key = { pk: 'signer#2', sk: `case#${rev}` };
  expect(await ports.ledger.write(key, { rev: 1, nonce: 'a', needed: 'no' } as never)).toBe(true);
  expect(await ports.ledger.read(key)).toMatchObject({ rev, needed: true, salvagedAt: expect.any(Number) });
});
