import { ACCOUNT, arnOf } from '../protocol/account.ts';
import type { Backend } from '../protocol/call.ts';
import { createEmulator, type Emulator, injectSqs } from './emulator.ts';
import { inspectQueue, type QueueContent } from './queue-content.ts';
import { snsBackend } from './sns-backend.ts';
import { sqsBackend } from './sqs-backend.ts';

export interface Queues {
  readonly sqs: Backend;
  readonly sns: Backend;
  /** Looks into a queue without receiving. A message past its deadline moves at the next receive, not before. */
  inspect(queueName: string): Promise<QueueContent>;
  /** Sends as a service does; `false` where there is no such queue or the message is refused. */
  deliver(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): Promise<boolean>;
  close(): Promise<void>;
}

const nameIn = (queueArn: string): string => queueArn.split(':').at(-1) ?? '';

const deliver = async (app: Emulator, queueArn: string, body: string, attributes: Readonly<Record<string, string>>) => {
  const name = nameIn(queueArn);
  if (queueArn !== arnOf('sqs', name)) return false;
  const named = Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]);
  const url = `http://127.0.0.1/${ACCOUNT.id}/${name}`;
  const input = { QueueUrl: url, MessageBody: body, MessageAttributes: Object.fromEntries(named) };
  const { status } = await injectSqs(app, 'SendMessage', input);
  return status === 200;
};

/** Starts SQS and SNS in memory, on the clock of this process. */
export const startQueues = async (): Promise<Queues> => {
  const app = createEmulator();
  await app.ready();
  return {
    sqs: sqsBackend(app),
    sns: snsBackend(app),
    deliver: (queueArn, body, attributes = {}) => deliver(app, queueArn, body, attributes),
    inspect: (queueName) => inspectQueue(app, queueName),
    close: () => app.close(),
  };
};
