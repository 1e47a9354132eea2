import * as ddb from '@aws-sdk/client-dynamodb';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsForThisFile } from './aws-in-test.ts';

const seen: string[] = [];
const aws = awsForThisFile({ onCall: ({ service, action }) => seen.push(`${service}.${action}`) });
const queues = new sqs.SQSClient({});
const once = new sqs.SQSClient({ maxAttempts: 1 });
const topics = new sns.SNSClient({});
const tables = new ddb.DynamoDBClient({});
const secrets = new SecretsManagerClient({ maxAttempts: 1 });
beforeEach(() => void seen.splice(0));
afterEach(() => aws().faults.clear());
afterEach(() => void vi.useRealTimers());
afterAll(() => [queues, once, topics, tables, secrets].forEach((client) => void client.destroy()));

const makeQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await queues.send(new sqs.CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
const receive = async (QueueUrl: string, more: Partial<sqs.ReceiveMessageRequest> = {}) =>
  (await queues.send(new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

it('gives queue URLs at its own address', async () => {
  const url = await makeQueue('addressed');
  expect(url).toBe(`${aws().url}/000000000000/addressed`);
  const { QueueUrl } = await queues.send(new sqs.GetQueueUrlCommand({ QueueName: 'addressed' }));
  expect(QueueUrl).toBe(url);
});

it('carries a message from a topic to a queue', async () => {
  const url = await makeQueue('receipts');
  const { TopicArn } = await topics.send(new sns.CreateTopicCommand({ Name: 'results' }));
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:receipts';
  const Attributes = { RawMessageDelivery: 'true' };
  await topics.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
  await topics.send(new sns.PublishCommand({ TopicArn, Message: 'dead & proved' }));
  expect((await receive(url)).map(({ Body }) => Body)).toEqual(['dead & proved']);
});

const structured = (TopicArn: string | undefined, Message: string) =>
  topics.send(new sns.PublishCommand({ TopicArn, MessageStructure: 'json', Message }));

it.each([
  ['the text for queues', { default: 'for all', sqs: 'for queues', email: 'for people' }, 'for queues'],
  ['the text for all where there is none for queues', { default: 'for all', email: 'for people' }, 'for all'],
])('carries %s to a queue', async (_what, texts, expected) => {
  const url = await makeQueue('structured');
  const { TopicArn } = await topics.send(new sns.CreateTopicCommand({ Name: 'texts' }));
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:structured';
  const Attributes = { RawMessageDelivery: 'true' };
  await topics.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
  await structured(TopicArn, JSON.stringify(texts));
  const [message] = await receive(url);
  expect(message?.Body).toBe(expected);
  await queues.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
});

it.each(['{"email":"for people"}', 'for all'])('refuses texts by protocol that are none: %s', async (message) => {
  const { TopicArn } = await topics.send(new sns.CreateTopicCommand({ Name: 'texts' }));
  await expect(structured(TopicArn, message)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

it('keeps items and conditions', async () => {
  const TableName = 'ledger';
  await tables.send(
    new ddb.CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  const Item = { pk: { S: 'request#1' } };
  const put = () =>
    tables.send(new ddb.PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
  await put();
  await expect(put()).rejects.toBeInstanceOf(ddb.ConditionalCheckFailedException);
});

it.each([901, -1])('refuses a delay of %d seconds as SQS does', async (DelaySeconds) => {
  const QueueUrl = await makeQueue('delays');
  const asked = queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds }));
  await expect(asked).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

it('fails only the entries of a batch whose delay is too long', async () => {
  const QueueUrl = await makeQueue('batch');
  const Entries = [0, 901, 900].map((DelaySeconds) => ({ Id: `d${DelaySeconds}`, MessageBody: 'x', DelaySeconds }));
  const result = await queues.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(result.Successful?.map(({ Id }) => Id)).toEqual(['d0', 'd900']);
  expect(result.Failed).toMatchObject([{ Id: 'd901', Code: 'InvalidParameterValue', SenderFault: true }]);
  const none = await queues.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries: Entries.slice(1, 2) }));
  expect([none.Successful, none.Failed?.length]).toEqual([[], 1]);
});

it.each([
  [1_048_576, 'takes'],
  [1_048_577, 'refuses'],
])('of a message of %d bytes: %s it', async (size, what) => {
  const QueueUrl = await makeQueue('large');
  const sent = queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(size) })).then(
    () => 'takes',
    () => 'refuses',
  );
  expect(await sent).toBe(what);
});

it('hands over only the message attributes that are asked for', async () => {
  const QueueUrl = await makeQueue('attributes', { VisibilityTimeout: '0' });
  const MessageAttributes = { attempt: { DataType: 'Number', StringValue: '2' } };
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }));
  expect((await receive(QueueUrl))[0]?.MessageAttributes).toBeUndefined();
  const [asked] = await receive(QueueUrl, { MessageAttributeNames: ['attempt'] });
  expect(asked?.MessageAttributes?.['attempt']?.StringValue).toBe('2');
});

const hide = (QueueUrl: string, handle: string | undefined, VisibilityTimeout: number) => {
  const input = { QueueUrl, ReceiptHandle: handle, VisibilityTimeout };
  return queues.send(new sqs.ChangeMessageVisibilityCommand(input));
};

it('hides a message for twelve hours at most, counted from its receive', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  const QueueUrl = await makeQueue('hidden');
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const [message] = await receive(QueueUrl);
  await hide(QueueUrl, message?.ReceiptHandle, 43_200);
  vi.setSystemTime(Date.now() + 25_000);
  const tooLong = { name: 'InvalidParameterValue', message: expect.stringContaining('beyond the limit') };
  await expect(hide(QueueUrl, message?.ReceiptHandle, 43_200)).rejects.toMatchObject(tooLong);
  const Entries = [43_200, 43_175].map((VisibilityTimeout) => {
    return { Id: `s${VisibilityTimeout}`, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout };
  });
  const result = await queues.send(new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  expect([result.Successful, result.Failed]).toMatchObject([[{ Id: 's43175' }], [{ Id: 's43200' }]]);
});

it('refuses a receipt handle that is none, one of another queue, and one whose time is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  const QueueUrl = await makeQueue('handles', { VisibilityTimeout: '30' });
  const other = await makeQueue('other-handles');
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const [message] = await receive(QueueUrl);
  const handle = message?.ReceiptHandle;
  const none = { name: 'ReceiptHandleIsInvalid', message: expect.stringContaining('not a valid receipt handle') };
  const ofAnother = { name: 'ReceiptHandleIsInvalid', message: expect.stringContaining('not valid for this queue') };
  await expect(hide(QueueUrl, 'made up', 1)).rejects.toMatchObject(none);
  await expect(hide(other, handle, 1)).rejects.toMatchObject(ofAnother);
  const deleted = queues.send(new sqs.DeleteMessageCommand({ QueueUrl: other, ReceiptHandle: handle }));
  await expect(deleted).rejects.toMatchObject(ofAnother);
  const Entries = [{ Id: 'e', ReceiptHandle: 'made up' }];
  const batch = await queues.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries }));
  expect(batch.Failed).toMatchObject([{ Id: 'e', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
  vi.setSystemTime(Date.now() + 31_000);
  const over = { name: 'InvalidParameterValue', message: expect.stringContaining('not available for visibility') };
  await expect(hide(QueueUrl, handle, 1)).rejects.toMatchObject(over);
});

it('forgets a message when the retention period is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  const QueueUrl = await makeQueue('forgetful', { MessageRetentionPeriod: '1209600', VisibilityTimeout: '0' });
  const send = (MessageBody: string) => queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }));
  await send('old');
  vi.setSystemTime(Date.now() + 1_209_600_000);
  expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['old']);
  vi.setSystemTime(Date.now() + 1);
  await send('new');
  const [message, ...others] = await receive(QueueUrl);
  expect([message?.Body, message?.Attributes, others]).toEqual(['new', undefined, []]);
  expect((await aws().queues.inspect('forgetful')).inflight.map((each) => each.message.body)).toEqual(['new']);
});

it('names the role that signed as the sender of a message', async () => {
  const QueueUrl = await makeQueue('senders');
  const credentials = { accessKeyId: 'AROAEXAMPLE', secretAccessKey: 'local' };
  const role = new sqs.SQSClient({ credentials });
  await role.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'a role' }));
  const Entries = [{ Id: 'one', MessageBody: 'a role, in a batch' }];
  await role.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'a user' }));
  role.destroy();
  const messages = await receive(QueueUrl, { MessageSystemAttributeNames: ['SenderId'] });
  expect(messages.map(({ Body, Attributes }) => [Body, Attributes?.SenderId])).toEqual([
    ['a role', 'AROAEXAMPLE:local'],
    ['a role, in a batch', 'AROAEXAMPLE:local'],
    ['a user', '000000000000'],
  ]);
});

it('refuses a service that it does not know', async () => {
  const response = await fetch(aws().url, { method: 'POST', headers: { 'x-amz-target': 'Kinesis.PutRecord' } });
  expect([response.status, await response.json()]).toMatchObject([400, { __type: 'UnknownOperationException' }]);
});

const query = (service: string, body: string) => {
  const authorization = `AWS4-HMAC-SHA256 Credential=local/20261120/us-east-1/${service}/aws4_request, Signature=0`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return fetch(aws().url, { method: 'POST', headers, body });
};

it.each([
  ['sts', 'Action=GetCallerIdentity', '<Code>UnknownOperationException</Code>'],
  ['sqs', 'Action=ListQueues', '<Code>InvalidAction</Code>'],
  ['sns', 'Action=CreatePlatformApplication', '<Code>'],
])('refuses %s in the query protocol with XML, which its client reads', async (service, body, expected) => {
  const response = await query(service, body);
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toContain('xml');
  expect(await response.text()).toContain(expected);
});

it('tells of every call', async () => {
  await makeQueue('told');
  expect(seen).toEqual(['sqs.CreateQueue']);
});

it('throttles as often as the script says, and the client tries again', async () => {
  aws().faults.add({ service: 'sns', action: 'ListTopics', kind: 'throttle', times: 2 });
  await expect(topics.send(new sns.ListTopicsCommand({}))).resolves.toHaveProperty('Topics');
  expect(seen).toHaveLength(3);
  expect(aws().faults.pending()).toEqual([]);
});

it.each([
  ['throttle', 0],
  ['unavailable', 0],
  ['unavailable-after', 1],
  ['reset', 0],
  ['reset-after', 1],
] as const)('on %s fails the call and leaves %d messages', async (kind, messages) => {
  const QueueUrl = await makeQueue(`fault-${kind}`);
  aws().faults.add({ service: 'sqs', action: 'SendMessage', kind });
  await expect(once.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toThrow();
  expect(await receive(QueueUrl)).toHaveLength(messages);
});

it('never answers a call that hangs', async () => {
  aws().faults.add({ service: 'secretsmanager', action: 'ListSecrets', kind: 'hang' });
  const abort = new AbortController();
  const asked = secrets.send(new ListSecretsCommand({}), { abortSignal: abort.signal });
  const rejected = expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  while (aws().faults.pending().length > 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  await rejected;
});

it('meets the call that holds a text, past those that it is told to skip', async () => {
  const QueueUrl = await makeQueue('picked');
  aws().faults.add({ service: 'sqs', action: 'SendMessage', kind: 'reset', containing: 'bad', skip: 1 });
  const send = (MessageBody: string) => once.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }));
  await send('good');
  await send('bad');
  await send('good');
  await expect(send('bad')).rejects.toThrow();
  await send('bad');
  expect(await receive(QueueUrl)).toHaveLength(4);
});

describe('a write whose condition fails', () => {
  const table = async (TableName: string) => {
    const keys = [
      { AttributeName: 'pk', KeyType: 'HASH' as const },
      { AttributeName: 'sk', KeyType: 'RANGE' as const },
    ];
    await tables.send(
      new ddb.CreateTableCommand({
        ...{ TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema: keys },
        AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
      }),
    );
    const Key = { pk: { S: 'p' }, sk: { S: 's' } };
    await tables.send(new ddb.PutItemCommand({ TableName, Item: { ...Key, nonce: { S: 'mine' } } }));
    return { TableName, Key, ConditionExpression: 'attribute_not_exists(nonce)' };
  };
  const oldItemOf = (error: unknown): unknown => (error as ddb.ConditionalCheckFailedException).Item;

  it.each([
    ['put', (at: string) => ({ Item: { pk: { S: 'p' }, sk: { S: 's' } }, at })],
    ['update', (at: string) => ({ UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': { S: at } } })],
  ])('tells of the item that is there where a %s asks for it', async (verb, fields) => {
    const { Key, ...condition } = await table(`refusing-${verb}`);
    const { at: _, Item, ...rest } = { Item: undefined, ...fields('x') } as Record<string, unknown>;
    const input = { ...condition, ...rest, ...(Item ? { Item } : { Key }) } as never;
    const send = (more: object): Promise<unknown> =>
      (verb === 'put'
        ? tables.send(new ddb.PutItemCommand({ ...(input as ddb.PutItemCommandInput), ...more }))
        : tables.send(new ddb.UpdateItemCommand({ ...(input as ddb.UpdateItemCommandInput), ...more }))
      ).catch(oldItemOf);
    expect(await send({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).toEqual({ ...Key, nonce: { S: 'mine' } });
    expect(await send({})).toBeUndefined();
  });
});
