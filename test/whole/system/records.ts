import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { serve } from '../../../functions/revoke/serve.ts';
import { sqsRecord } from '../../../infra/local/lambda/sqs-record.ts';
import { OPERATOR } from './canaries.ts';
import type { System } from './system.ts';

const CREDENTIALS = { accessKeyId: OPERATOR, secretAccessKey: 'local' };

/** @param part of the queue's name in the template */
const queueOf = ({ deployment }: System, part: string): System['deployment']['queues'][string] => {
  const [, queue] = Object.entries(deployment.queues).find(([id]) => id.includes(part)) ?? [];
  if (queue === undefined) throw new Error(`Cannot find the queue ${part} in the template`);
  return queue;
};

const withSqs = async <T>(work: (sqs: SQSClient) => Promise<T>): Promise<T> => {
  const sqs = new SQSClient({ region: 'us-east-1', credentials: CREDENTIALS });
  return work(sqs).finally(() => sqs.destroy());
};

/** Takes one message off a queue, as the event source does. @param part of the queue's name in the template */
export const handedOut = async (system: System, part = 'Requests'): Promise<SQSRecord> => {
  const queue = queueOf(system, part);
  const ask = { QueueUrl: queue.url, MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };
  const { Messages: [message] = [] } = await withSqs((sqs) => sqs.send(new ReceiveMessageCommand(ask)));
  if (message === undefined) throw new Error(`Cannot take a message off ${part}: it has none`);
  return sqsRecord(message, queue.arn);
};

/** Deletes a message that is done with, as the event source does. */
export const deleteMessage = async (
  { deployment }: System,
  { receiptHandle, eventSourceARN }: SQSRecord,
): Promise<void> => {
  const queue = Object.values(deployment.queues).find(({ arn }) => arn === eventSourceARN);
  const message = { QueueUrl: queue?.url, ReceiptHandle: receiptHandle };
  await withSqs((sqs) => sqs.send(new DeleteMessageCommand(message)));
};

/** Invokes the function behind the requests queue. @returns the ids of the messages that it gives back */
export const invokedWith = async ({ steps }: System, Records: readonly SQSRecord[]): Promise<readonly string[]> => {
  const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
  const response = await serve(steps.wired)({ Records: [...Records] }, context);
  return (response as SQSBatchResponse).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
};
