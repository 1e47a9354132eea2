import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { Unavailable } from '../../../../functions/core/fault.ts';
import { hideIn } from '../../../../functions/edge/messages/visibility.ts';
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

it('is unavailable where the queue is', async () => {
  const handle = await receive();
  aws().faults.add({ service: 'sqs', action: 'ChangeMessageVisibility', kind: 'unavailable', times: 3 });
  await expect(hideIn(sqs, queueUrl)(handle, 1)).rejects.toThrow(
    new Unavailable('Cannot hide the message: InternalFailure'),
  );
});
