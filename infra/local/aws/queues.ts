import { buildApp } from 'fauxqs';
import { ACCOUNT, arnOf } from './account.ts';
import type { Backend, Call, Reply } from './call.ts';
import { createSenderIds, type SenderIds } from './sender-ids.ts';
import { type FailedEntry, limited } from './sqs-limits.ts';

/** A message as it lies in a queue; `sentTimestamp` and `delayUntil` in epoch milliseconds. */
export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue?: string }>>;
  readonly sentTimestamp: number;
  readonly approximateReceiveCount: number;
  readonly delayUntil?: number;
}

export interface QueueContent {
  readonly ready: readonly QueuedMessage[];
  readonly delayed: readonly QueuedMessage[];
  readonly inflight: readonly { readonly message: QueuedMessage; readonly visibilityDeadline: number }[];
}

export interface Queues {
  readonly sqs: Backend;
  readonly sns: Backend;
  /** Looks into a queue without receiving. A message past its deadline moves at the next receive, not before. */
  inspect(queueName: string): Promise<QueueContent>;
  /** Sends as a service does; `false` where there is no such queue or the message is refused. */
  deliver(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): Promise<boolean>;
  close(): Promise<void>;
}

type App = ReturnType<typeof buildApp>;

const FORWARDED = ['content-type', 'x-amz-target', 'authorization', 'host'];

const inject = async (app: App, { headers }: Pick<Call, 'headers'>, body: string): Promise<Reply> => {
  const passed = FORWARDED.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])] as const],
  );
  const reply = await app.inject({ method: 'POST', url: '/', headers: Object.fromEntries(passed), payload: body });
  const type = String(reply.headers['content-type'] ?? 'application/x-amz-json-1.0');
  const error = reply.headers['x-amzn-query-error'];
  const kept = error === undefined ? {} : { 'x-amzn-query-error': String(error) };
  return { status: reply.statusCode, headers: { 'content-type': type, ...kept }, body: reply.body };
};

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

const NOTHING_SENT: Reply = {
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ Successful: [] }),
};

/** What has to be done to an answer of the emulator before it is one of SQS. */
const amend = (call: Call, reply: Reply, senders: SenderIds): Reply => {
  if (call.action.startsWith('SendMessage')) senders.note(call, reply);
  if (call.action === 'ReceiveMessage' && reply.status === 200) return senders.fill(reply);
  return ANSWERS_URLS.has(call.action) ? onThisHost(reply, call.headers.host ?? '127.0.0.1') : reply;
};

const answerSqs = async (app: App, call: Call, senders: SenderIds): Promise<Reply> => {
  const { input, failed } = limited(call.action, call.body);
  const isAllFailed = failed.length > 0 && 'Entries' in input && (input.Entries as readonly unknown[]).length === 0;
  const reply = isAllFailed ? NOTHING_SENT : await inject(app, call, JSON.stringify(input));
  const amended = amend(call, reply, senders);
  return failed.length > 0 && reply.status === 200 ? withFailed(amended, failed) : amended;
};

const nameIn = (queueArn: string): string => queueArn.split(':').at(-1) ?? '';

const deliver = async (app: App, queueArn: string, body: string, attributes: Readonly<Record<string, string>>) => {
  const name = nameIn(queueArn);
  if (queueArn !== arnOf('sqs', name)) return false;
  const named = Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]);
  const url = `http://127.0.0.1/${ACCOUNT.id}/${name}`;
  const input = { QueueUrl: url, MessageBody: body, MessageAttributes: Object.fromEntries(named) };
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
  const { status } = await inject(app, { headers }, JSON.stringify(input));
  return status === 200;
};

/** Starts SQS and SNS in memory, on the clock of this process; messages older than the retention period are not dropped. */
export const startQueues = async (): Promise<Queues> => {
  const app = buildApp({ logger: false, defaultRegion: ACCOUNT.region });
  const senders = createSenderIds();
  await app.ready();
  return {
    sqs: (call) => answerSqs(app, call, senders),
    sns: (call) => inject(app, call, call.body),
    deliver: (queueArn, body, attributes = {}) => deliver(app, queueArn, body, attributes),
    inspect: async (queueName) => {
      const reply = await app.inject({ method: 'GET', url: `/_fauxqs/queues/${queueName}` });
      if (reply.statusCode !== 200)
        throw new Error(`Cannot inspect queue "${queueName}", wanted the name of one that exists`);
      return (reply.json() as { messages: QueueContent }).messages;
    },
    close: () => app.close(),
  };
};
