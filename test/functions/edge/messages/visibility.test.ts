import {
  CreateQueueCommand,
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { type HandleState, hideIn, isFromQueue } from '../../../../functions/edge/messages/visibility.ts';
import { awsForThisFile } from '../../../infra/local/aws/aws-in-test.ts';

const asked: unknown[] = [];
const aws = awsForThisFile({
  onCall: ({ action, body }) => {
    if (action === 'ChangeMessageVisibility') asked.push(JSON.parse(body));
  },
});

let sqs: SQSClient;
let queueUrl: string;

beforeAll(async () => {
  sqs = new SQSClient({ maxAttempts: 3 });
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'requests' }))).QueueUrl ?? '';
});
beforeEach(async () => {
  aws().faults.clear();
  await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
  asked.length = 0;
});

const receive = async (): Promise<string> => {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout: 180 }));
  return Messages[0]?.ReceiptHandle ?? '';
};

it.each([
  ['the time given', 35, 35],
  ['a broken second rounded up', 2.1, 3],
  ['nothing for an instant that has passed', -7, 0],
  ['12 hours less what may have passed since the receipt', 86_400, 43_140],
])('hides a message for %s', async (_what, seconds, kept) => {
  const handle = await receive();
  await hideIn(sqs, queueUrl)(handle, seconds);
  expect(asked).toEqual([{ QueueUrl: queueUrl, ReceiptHandle: handle, VisibilityTimeout: kept }]);
});

it('brings a message back at once', async () => {
  await hideIn(sqs, queueUrl)(await receive(), 0);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  expect(Messages).toHaveLength(1);
});

const otherQueue = async (): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName: 'other' }))).QueueUrl ?? '';

it.each<[string, HandleState, () => Promise<readonly [queueUrl: string, handle: string]>]>([
  ['of this queue as held', 'held', async () => [queueUrl, await receive()]],
  ['that was made up as foreign', 'foreign', async () => [queueUrl, 'AQEBmadeup']],
  ['of another queue as foreign', 'foreign', async () => [await otherQueue(), await receive()]],
  [
    'of a message that is visible again as late',
    'late',
    async () => {
      const handle = await receive();
      await hideIn(sqs, queueUrl)(handle, 0);
      return [queueUrl, handle];
    },
  ],
  [
    'of a message that is deleted as late',
    'late',
    async () => {
      const handle = await receive();
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: handle }));
      return [queueUrl, handle];
    },
  ],
])('tells a handle %s', async (_what, state, made) => {
  const [url, handle] = await made();
  expect(await hideIn(sqs, url)(handle, 1)).toBe(state);
});

it.each(['', 'x'.repeat(1_025), 'a b', 'a\n', '\ud800', 'é'])(
  'tells %j as foreign, and does not ask SQS',
  async (handle) => {
    expect(await hideIn(sqs, queueUrl)(handle, 1)).toBe('foreign');
    expect(asked).toEqual([]);
  },
);

it('asks SQS about the longest handle that there is', async () => {
  expect(await hideIn(sqs, queueUrl)('x'.repeat(1_024), 1)).toBe('foreign');
  expect(asked).toHaveLength(1);
});

/** An error as the SDK throws it, whatever SQS calls it. */
const refused = (names: object): SQSClient =>
  ({ send: () => Promise.reject(Object.assign(new Error('no'), names)) }) as unknown as SQSClient;

it.each<[object, HandleState]>([
  [{ name: 'ReceiptHandleIsInvalid' }, 'foreign'],
  [{ name: 'Unknown', Code: 'ReceiptHandleIsInvalid' }, 'foreign'],
  [{ name: 'MessageNotInflight' }, 'late'],
  [{ name: 'Unknown', Code: 'AWS.SimpleQueueService.MessageNotInflight' }, 'late'],
  [{ name: 'InvalidParameterValue' }, 'late'],
  [{ name: 'InvalidParameterValueException' }, 'late'],
  [{ name: 'Unknown', Code: 'InvalidParameterValue' }, 'late'],
])('reads %j as %s', async (names, state) => expect(await hideIn(refused(names), queueUrl)('h', 1)).toBe(state));

it.each(['AccessDenied', 'RequestThrottled', 'TimeoutError', 'QueueDoesNotExist'])(
  'knows nothing of a handle by %s',
  async (name) => {
    await expect(hideIn(refused({ name }), queueUrl)('h', 1)).rejects.toBeInstanceOf(Unavailable);
  },
);

it('is unavailable where the queue is', async () => {
  const handle = await receive();
  aws().faults.add({ service: 'sqs', action: 'ChangeMessageVisibility', kind: 'unavailable', times: 3 });
  await expect(hideIn(sqs, queueUrl)(handle, 1)).rejects.toThrow(
    new Unavailable('Cannot hide the message: InternalFailure'),
  );
});

describe('a record', () => {
  const URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/requests';

  it.each([
    ['names the queue', { eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:requests' }, true],
    [
      'names the queue of another partition',
      { eventSourceARN: 'arn:aws-cn:sqs:cn-north-1:123456789012:requests' },
      true,
    ],
    ['names another queue', { eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:requests2' }, false],
    ['names another account', { eventSourceARN: 'arn:aws:sqs:us-east-1:210987654321:requests' }, false],
    ['names no queue', {}, false],
    ['names a queue by no text', { eventSourceARN: ['requests'] }, false],
    ['is nothing', null, false],
  ])('that %s', (_what, record, isOurs) => expect(isFromQueue(URL)(record)).toBe(isOurs));
});
