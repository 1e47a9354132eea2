import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { LANES } from '../../../../functions/core/lane.ts';
import type { Outbox } from '../../../../functions/core/ports.ts';
import { awsOutbox, type OutboxOptions } from '../../../../functions/edge/messages/outbox.ts';
import type { BusEvent } from '../../../../infra/local/aws/bus/bus-event.ts';
import { awsForThisFile } from '../../../infra/local/aws/aws-in-test.ts';
import { receiptForTest } from '../receipt-for-test.ts';

const published: URLSearchParams[] = [];
const aws = awsForThisFile({
  onCall: ({ action, body }) => {
    if (action === 'Publish') published.push(new URLSearchParams(body));
  },
});
const to = (topicArn: string) => published.filter((form) => form.get('TopicArn') === topicArn);
const lines: unknown[] = [];
const onBus: { event: BusEvent; busName: string }[] = [];

let options: OutboxOptions;
let outbox: Outbox;
let subscribedUrl: string;
let peopleUrl: string;

const createQueue = async (sqs: SQSClient, name: string): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '';

const arnOfQueue = async (sqs: SQSClient, QueueUrl: string): Promise<string> => {
  const query = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  return (await sqs.send(query)).Attributes?.QueueArn ?? '';
};

const received = async (QueueUrl: string) => {
  const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 });
  return (await options.sqs.send(receive)).Messages ?? [];
};

beforeAll(async () => {
  const client = { maxAttempts: 3 };
  const [sqs, sns, events] = [new SQSClient(client), new SNSClient(client), new EventBridgeClient(client)];
  const subscribed = async (Name: string): Promise<readonly [topicArn: string, queueUrl: string]> => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }));
    const url = await createQueue(sqs, `subscribed-to-${Name}`);
    const Endpoint = await arnOfQueue(sqs, url);
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    return [TopicArn, url];
  };
  const [resultsTopicArn, resultsUrl] = await subscribed('results');
  const [notificationsTopicArn, notificationsUrl] = await subscribed('notifications');
  subscribedUrl = resultsUrl;
  peopleUrl = notificationsUrl;
  aws().buses.create('revocations');
  aws().buses.listen((event, busName) => onBus.push({ event, busName }));
  options = {
    sqs,
    sns,
    events,
    queueUrls: {
      requests: await createQueue(sqs, 'requests'),
      urgent: await createQueue(sqs, 'urgent'),
      rechecks: await createQueue(sqs, 'rechecks'),
    },
    stuckQueueUrl: await createQueue(sqs, 'stuck'),
    resultsTopicArn,
    notificationsTopicArn,
    log: { info: () => {}, warn: (...line) => void lines.push(line) },
    busName: 'revocations',
  };
  outbox = awsOutbox(options);
});

beforeEach(async () => {
  aws().faults.clear();
  published.length = 0;
  lines.length = 0;
  onBus.length = 0;
  const urls = [...Object.values(options.queueUrls), options.stuckQueueUrl, subscribedUrl, peopleUrl];
  await Promise.all(urls.map((QueueUrl) => options.sqs.send(new PurgeQueueCommand({ QueueUrl }))));
});

it('publishes the receipt as it is, to the topic and on the bus', async () => {
  const receipt = receiptForTest();
  await outbox.publish(receipt);
  const [message] = await received(subscribedUrl);
  expect(JSON.parse(message?.Body ?? '')).toEqual(receipt);
  expect(onBus).toEqual([
    {
      busName: 'revocations',
      event: expect.objectContaining({
        source: 'key-revoker',
        'detail-type': 'Key Revocation Result',
        detail: receipt,
      }),
    },
  ]);
});

it('gives subscribers what they filter by, and nothing that is empty', async () => {
  await outbox.publish(receiptForTest({ outcome: 'stuck', code: 'limit', keyState: 'alive', environment: null }));
  const [message] = await received(subscribedUrl);
  const values = Object.entries(message?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]);
  expect(Object.fromEntries(values)).toEqual({
    provider: 'bybit',
    operation: 'delete-sub-key',
    outcome: 'stuck',
    code: 'limit',
    reason: 'leaked',
    keyState: 'alive',
    final: 'true',
  });
});

it.each([
  ['an outcome', {}, 'Key revoked bybit/delete-sub-key mainnet'],
  [
    'its code',
    { outcome: 'refused', code: 'malformed', provider: null, operation: null, environment: null } as const,
    'Key refused (malformed)',
  ],
  ['no line break and no letter beyond ASCII', { environment: 'a\nü' }, 'Key revoked bybit/delete-sub-key a??'],
  [
    'no more than 100 characters',
    { environment: 'x'.repeat(200) },
    `Key revoked bybit/delete-sub-key ${'x'.repeat(67)}`,
  ],
])('names %s in the subject', async (_what, fields, subject) => {
  await outbox.publish(receiptForTest(fields));
  expect(to(options.resultsTopicArn).map((form) => form.get('Subject'))).toEqual([subject]);
});

it.each([
  ['sns', 'Publish', 'Cannot publish the receipt: InternalFailure'],
  ['events', 'PutEvents', 'Cannot put the receipt on the bus: InternalFailure'],
] as const)('is unavailable where %s is, and still tells the others', async (service, action, told) => {
  aws().faults.add({ service, action, kind: 'unavailable', times: 6 });
  await expect(outbox.publish(receiptForTest())).rejects.toThrow(new Unavailable(told));
  expect(onBus).toHaveLength(service === 'sns' ? 1 : 0);
  expect(await received(subscribedUrl)).toHaveLength(service === 'sns' ? 0 : 1);
});

it('is unavailable where the bus fails the entry inside its answer', async () => {
  const failing = { send: async () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] }) };
  const publishing = awsOutbox({ ...options, events: failing as never }).publish(receiptForTest());
  await expect(publishing).rejects.toThrow(new Unavailable('Cannot put the receipt on the bus: ThrottlingException'));
});

it('sets a message aside with its attributes, only on the stuck queue', async () => {
  await outbox.setAside('{"provider":"bybit"}', { requestId: '6f1c2b1e', attempt: '2', empty: '' });
  const [message] = await received(options.stuckQueueUrl);
  expect(message).toMatchObject({
    Body: '{"provider":"bybit"}',
    MessageAttributes: { requestId: { StringValue: '6f1c2b1e' }, attempt: { StringValue: '2' } },
  });
  expect(Object.keys(message?.MessageAttributes ?? {})).toHaveLength(2);
  expect(await received(options.queueUrls.requests)).toEqual([]);
});

it('sets aside whatever is in an attribute, less the characters that SQS refuses', async () => {
  await outbox.setAside('{}', { message: 'half \uD83D, \u0001 and \uFFFE; whole 😀\n' });
  const [message] = await received(options.stuckQueueUrl);
  expect(message?.MessageAttributes?.['message']?.StringValue).toBe('half ?, ? and ?; whole 😀\n');
});

it.each(LANES)(
  'puts a message on the queue of the lane %s only, without attributes where there are none',
  async (lane) => {
    await outbox.enqueue('{}', {}, 0, lane);
    expect(await received(options.queueUrls[lane])).toMatchObject([{ Body: '{}' }]);
    const { [lane]: _, ...others } = options.queueUrls;
    for (const url of [...Object.values<string>(others), options.stuckQueueUrl])
      expect(await received(url)).toEqual([]);
  },
);

it.each([
  ['the delay', 60, 60],
  ['a broken second rounded up, so that nothing comes early', 0.2, 1],
  ['the longest that there is for a longer one', 3_600, 900],
  ['none for one that has passed', -5, 0],
])('delays by %s', async (_what, seconds, kept) => {
  await outbox.enqueue('{}', {}, seconds, 'requests');
  const { delayed, ready } = await aws().queues.inspect('requests');
  const [message] = [...delayed, ...ready];
  const delay = message?.delayUntil === undefined ? 0 : message.delayUntil - message.sentTimestamp;
  expect(Math.round(delay / 1000)).toBe(kept);
});

it('escapes the two characters that a queue refuses, which JSON reads as the same', async () => {
  const value = { reference: 'a\uFFFEb\uFFFFc' };
  await outbox.setAside(JSON.stringify(value), {});
  const [message] = await received(options.stuckQueueUrl);
  expect(message?.Body).toBe('{"reference":"a\\ufffeb\\uffffc"}');
  expect(JSON.parse(message?.Body ?? '')).toEqual(value);
});

it('escapes them in a receipt as well', async () => {
  await outbox.publish(receiptForTest({ message: '\uFFFF' }));
  expect(to(options.resultsTopicArn)[0]?.get('Message')).toContain('"message":"\\uffff"');
});

it('is unavailable where the queue is', async () => {
  aws().faults.add({ service: 'sqs', action: 'SendMessage', kind: 'unavailable', times: 6 });
  await expect(outbox.setAside('{}', {})).rejects.toThrow(new Unavailable('Cannot send the message: InternalFailure'));
  await expect(outbox.enqueue('{}', {}, 0, 'requests')).rejects.toBeInstanceOf(Unavailable);
});

/** What the topic for people was given: the text of each protocol. */
const texts = () => to(options.notificationsTopicArn).map((form) => JSON.parse(form.get('Message') ?? ''));

/** Only one topic, for as long as a client tries. */
const isDown = (topicArn: string): void =>
  aws().faults.add({
    service: 'sns',
    action: 'Publish',
    kind: 'unavailable',
    times: 3,
    containing: encodeURIComponent(topicArn),
  });

describe('people', () => {
  it('are told in words: mail as text, all others as chats read it', async () => {
    await outbox.publish(receiptForTest());
    const [message] = await received(peopleUrl);
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ version: '1.0', source: 'custom' });
    expect(message?.MessageAttributes?.['outcome']?.StringValue).toBe('revoked');
    const [form] = to(options.notificationsTopicArn);
    expect(form?.get('Subject')).toBe('Key revoked bybit/delete-sub-key mainnet');
    expect(texts()).toEqual([
      { default: message?.Body, email: expect.stringMatching(/^The key is gone\.\n\nKey {11,}SUBK/) },
    ]);
  });

  it.each([
    ['stuck', true],
    ['refused', true],
    ['resurrected', true],
    ['retry', true],
    ['revoked', true],
    ['already-revoked', false],
    ['restricted', false],
    ['planned', false],
    ['withdrawn', false],
  ] as const)('hear of %s: %s', async (outcome, isTold) => {
    await outbox.publish(receiptForTest({ outcome }));
    expect(await received(peopleUrl)).toHaveLength(isTold ? 1 : 0);
    expect(await received(subscribedUrl)).toHaveLength(1);
  });

  it('do not hear of plans', async () => {
    await outbox.publish(receiptForTest({ outcome: 'refused', code: 'wrong-signer', dryRun: true }));
    expect(await received(peopleUrl)).toEqual([]);
  });

  it('not being told holds no receipt back, and is said', async () => {
    isDown(options.notificationsTopicArn);
    await outbox.publish(receiptForTest());
    expect(await received(subscribedUrl)).toHaveLength(1);
    expect(onBus).toHaveLength(1);
    const problem = 'Cannot publish the notification: InternalFailure';
    expect(lines).toEqual([['notification not sent', { receiptId: '6f1c2b1e#1', problem }]]);
  });

  it('are told although the receipt does not go out', async () => {
    isDown(options.resultsTopicArn);
    await expect(outbox.publish(receiptForTest())).rejects.toThrow('Cannot publish the receipt');
    expect(await received(peopleUrl)).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('are told whatever is in the receipt, less what SNS refuses', async () => {
    await outbox.publish(receiptForTest({ message: 'half \uD83D and \uFFFE' }));
    expect(texts()[0]?.email).toContain('half ? and ?.');
    const [message] = await received(peopleUrl);
    expect(JSON.parse(message?.Body ?? '').content.description).toMatch(/^half . and \?/);
  });
});
