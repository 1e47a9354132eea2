import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import type { Backend, Call, Reply } from '../protocol/call.ts';
import { type Emulator, inject, injectSqs } from './emulator.ts';
import { inspectQueue } from './queue-content.ts';
import { createReceiptHandles, queueNameIn } from './receipt-handles.ts';
import { dropForgotten } from './retention.ts';
import { createSenderIds } from './sender-ids.ts';
import { type FailedEntry, limited } from './sqs-limits.ts';

/** Operations that answer with queue URLs, which the emulator writes with a host name that not every machine resolves. */
const ANSWERS_URLS = new Set(['CreateQueue', 'GetQueueUrl', 'ListQueues']);

const onThisHost = (reply: Reply, host: string): Reply => ({
  ...reply,
  body: reply.body.replaceAll(/http:\/\/sqs\.[\w-]+\.localhost(:\d+)?\//g, `http://${host}/`),
});

const withFailed = (reply: Reply, failed: readonly FailedEntry[]): Reply => {
  const { Failed = [], ...rest } = JSON.parse(reply.body) as { Failed?: readonly FailedEntry[] };
  return { ...reply, body: JSON.stringify({ ...rest, Failed: [...Failed, ...failed] }) };
};

const NOTHING_DONE: Reply = {
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ Successful: [] }),
};

const unforgotten = async (app: Emulator, call: Call, reply: Reply): Promise<Reply> => {
  const ask = async (action: string, input: object): Promise<unknown> =>
    JSON.parse((await injectSqs(app, action, input)).body);
  return { ...reply, body: JSON.stringify(await dropForgotten(ask, JSON.parse(call.body), JSON.parse(reply.body))) };
};

const Hiding = z.looseObject({ QueueUrl: z.string(), ReceiptHandle: z.string() });

const queueOf = (body: string): string => (JSON.parse(body) as { QueueUrl: string }).QueueUrl;

/** @throws {AwsError} `InvalidParameterValue` where the message is deleted, or visible again: the emulator learns that only later */
const mustBeHidden = async (app: Emulator, body: string): Promise<void> => {
  const { QueueUrl, ReceiptHandle } = Hiding.parse(JSON.parse(body));
  const { inflight } = await inspectQueue(app, queueNameIn(QueueUrl));
  const found = inflight.find(({ receiptHandle }) => receiptHandle === ReceiptHandle);
  if (found !== undefined && found.visibilityDeadline > Date.now()) return;
  const value = `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid`;
  const reason = 'Message does not exist or is not available for visibility timeout change.';
  throw new AwsError('InvalidParameterValue', `${value}. Reason: ${reason}`);
};

/** SQS: the emulator, held to what it does not know of SQS by itself. */
export const sqsBackend = (app: Emulator): Backend => {
  const senders = createSenderIds();
  const handles = createReceiptHandles();
  const amend = async (call: Call, reply: Reply): Promise<Reply> => {
    if (call.action.startsWith('SendMessage')) senders.note(call, reply);
    if (ANSWERS_URLS.has(call.action)) return onThisHost(reply, call.headers.host ?? '127.0.0.1');
    if (call.action !== 'ReceiveMessage' || reply.status !== 200) return reply;
    handles.note(queueOf(call.body), reply);
    return senders.fill(await unforgotten(app, call, reply));
  };
  return async (call) => {
    const { input, failed } = limited(call.action, call.body, handles);
    if (call.action === 'ChangeMessageVisibility') await mustBeHidden(app, call.body);
    const reply = input === undefined ? NOTHING_DONE : await inject(app, call, JSON.stringify(input));
    const amended = await amend(call, reply);
    return failed.length > 0 && reply.status === 200 ? withFailed(amended, failed) : amended;
  };
};
