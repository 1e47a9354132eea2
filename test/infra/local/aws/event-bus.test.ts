import * as eb from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, expect, it } from 'vitest';
import type { BusEvent } from '../../../../infra/local/aws/bus/bus-event.ts';
import { awsForThisFile } from './aws-in-test.ts';

const NOW = Date.UTC(2026, 4, 6, 7, 8, 9, 123);
const aws = awsForThisFile({ now: () => NOW });
const events = new eb.EventBridgeClient({});
const sqs = new SQSClient({});
afterAll(() => [events, sqs].forEach((client) => void client.destroy()));

const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const makeQueue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
const receive = async (QueueUrl: string) => {
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
};
const put = (entry: eb.PutEventsRequestEntry) => events.send(new eb.PutEventsCommand({ Entries: [entry] }));

const connect = async (name: string, pattern: object, target: Partial<eb.Target> = {}) => {
  const url = await makeQueue(name);
  await events.send(new eb.CreateEventBusCommand({ Name: name }));
  const rule = { Name: 'rule', EventBusName: name };
  await events.send(new eb.PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: 'queue', Arn: queueArn(name), ...target }];
  await events.send(new eb.PutTargetsCommand({ Rule: 'rule', EventBusName: name, Targets }));
  return url;
};

const entry = (EventBusName: string, detail: unknown = { a: 1 }, Source = 'secops') => ({
  EventBusName,
  Source,
  DetailType: 'Key Revocation Requested',
  Detail: JSON.stringify(detail),
});

it('hands the whole event to the queue of a rule that matches', async () => {
  const url = await connect('whole', { source: ['secops'], 'detail-type': ['Key Revocation Requested'] });
  const { Entries } = await put(entry('whole'));
  const [message] = await receive(url);
  expect(JSON.parse(message?.Body ?? '')).toEqual({
    version: '0',
    id: Entries?.[0]?.EventId,
    'detail-type': 'Key Revocation Requested',
    source: 'secops',
    account: '000000000000',
    time: '2026-05-06T07:08:09Z',
    region: 'us-east-1',
    resources: [],
    detail: { a: 1 },
  });
});

it.each([
  ['another source', { source: ['secops'] }, { a: 1 }, 'other', 0],
  ['a nested value', { detail: { key: { state: ['dead', 'alive'] } } }, { key: { state: 'alive' } }, 'x', 1],
  ['a nested value that differs', { detail: { key: { state: ['dead'] } } }, { key: { state: 'alive' } }, 'x', 0],
  ['a field that is missing', { detail: { key: { state: ['dead'] } } }, {}, 'x', 0],
  ['an element of a list', { detail: { tags: ['b'] } }, { tags: ['a', 'b'] }, 'x', 1],
  ['a prefix', { source: [{ prefix: 'sec' }] }, {}, 'secops', 1],
  ['anything but', { source: [{ 'anything-but': ['secops'] }] }, {}, 'secops', 0],
  ['absence', { detail: { a: [{ exists: false }] } }, {}, 'x', 1],
  ['a number and not its text', { detail: { a: [1] } }, { a: '1' }, 'x', 0],
])('matches %s as documented', async (what, pattern, detail, source, expected) => {
  const name = what.replaceAll(' ', '-');
  const url = await connect(name, pattern);
  await put(entry(name, detail, source));
  expect(await receive(url)).toHaveLength(expected);
});

it('hands what the target refuses to the dead-letter queue of the target', async () => {
  const dead = await makeQueue('undelivered');
  const missing = { Arn: queueArn('nowhere'), DeadLetterConfig: { Arn: queueArn('undelivered') } };
  await connect('refused', { source: ['secops'] }, missing);
  await put(entry('refused'));
  const [message] = await receive(dead);
  expect(message?.MessageAttributes?.['TARGET_ARN']?.StringValue).toBe(queueArn('nowhere'));
});

it('fails the entries that are wrong and takes the others', async () => {
  const url = await connect('partial', { source: ['secops'] });
  const { DetailType: _, ...untyped } = entry('partial');
  const entries = [entry('partial'), { ...entry('partial'), Detail: '[1]' }, untyped, entry('nowhere')];
  const result = await events.send(new eb.PutEventsCommand({ Entries: [...entries, entry('partial', {}, 'aws.ec2')] }));
  expect(result.FailedEntryCount).toBe(4);
  const codes = [undefined, 'MalformedDetail', 'InvalidArgument', 'ResourceNotFoundException'];
  expect(result.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([...codes, 'NotAuthorizedForSourceException']);
  expect(await receive(url)).toHaveLength(1);
});

it('refuses a comparison that it does not know', async () => {
  const rule = { Name: 'odd', EventPattern: JSON.stringify({ source: [{ wildcard: 's*' }] }) };
  await expect(events.send(new eb.PutRuleCommand(rule))).rejects.toBeInstanceOf(eb.InvalidEventPatternException);
});

it('tells listeners in the process of every event', async () => {
  const heard: BusEvent[] = [];
  const stop = aws().buses.listen((event) => heard.push(event));
  const { EventBusName: _, ...onDefaultBus } = entry('default', { heard: true });
  await put(onDefaultBus);
  stop();
  await put(onDefaultBus);
  expect(heard.map(({ detail }) => detail)).toEqual([{ heard: true }]);
});
