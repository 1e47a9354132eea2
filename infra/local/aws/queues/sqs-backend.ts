import type { Backend, Call, Reply } from '../protocol/call.ts';
import { type Emulator, inject, injectSqs } from './emulator.ts';
import { createReceiptHandles } from './receipt-handles.ts';
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

/** SQS: the emulator, held to what it does not know of SQS by itself. */
export const sqsBackend = (app: Emulator): Backend => {
  const senders = createSenderIds();
  const handles = createReceiptHandles();
  const amend = async (call: Call, reply: Reply): Promise<Reply> => {
    if (call.action.startsWith('SendMessage')) senders.note(call, reply);
    if (ANSWERS_URLS.has(call.action)) return onThisHost(reply, call.headers.host ?? '127.0.0.1');
    if (call.action !== 'ReceiveMessage' || reply.status !== 200) return reply;
    handles.note(reply);
    return senders.fill(await unforgotten(app, call, reply));
  };
  return async (call) => {
    const { input, failed } = limited(call.action, call.body, handles);
    const reply = input === undefined ? NOTHING_DONE : await inject(app, call, JSON.stringify(input));
    const amended = await amend(call, reply);
    return failed.length > 0 && reply.status === 200 ? withFailed(amended, failed) : amended;
  };
};
