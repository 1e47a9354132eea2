import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, vi } from 'vitest';
import { epochMs } from '../../functions/core/epoch.ts';
import type { Receipt } from '../../functions/core/receipt.ts';
import { sweep } from '../../functions/core/sweep.ts';
import { readEnvironment } from '../../functions/edge/environment.ts';
import { wire } from '../../functions/edge/wire.ts';
import { PROVIDERS } from '../../functions/providers/index.ts';
import { serve } from '../../functions/revoke/serve.ts';
import { type Aws, startAws } from '../../infra/local/aws/start-aws.ts';
import { type Deployment, deploy } from '../../infra/local/deploy.ts';
import { eventSource } from '../../infra/local/lambda/event-source.ts';
import { inProcess } from '../../infra/local/lambda/in-process.ts';
import {
  type BybitSandbox,
  type KalshiSandbox,
  type RequestySandbox,
  startSandbox,
} from '../../infra/local/sandbox/index.ts';
import { synthesize } from '../../infra/synthesize.ts';

/** Ten in the morning of a day without meaning. */
export const START = Date.parse('2026-11-20T10:00:00.000Z');

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

export interface System {
  readonly aws: Aws;
  readonly bybit: BybitSandbox;
  readonly kalshi: KalshiSandbox;
  readonly requesty: RequestySandbox;
  readonly deployment: Deployment;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
  /** Stores a credential under the prefix and gives its name. */
  store(name: string, credential: unknown, tags?: Readonly<Record<string, string>>): Promise<string>;
  rotate(name: string, credential: unknown): Promise<void>;
  /** Puts a message on the requests queue. */
  send(body: unknown, attempt?: number): Promise<void>;
  /** Delivers one batch, if one is due; says whether there was one. */
  deliver(): Promise<boolean>;
  /** Delivers until the queue is empty, moving the clock on where messages are hidden, for so many deliveries at most. */
  settle(most?: number): Promise<void>;
  sweep(): Promise<unknown>;
  advance(ms: number): void;
  receipts(): Promise<readonly Receipt[]>;
  /** Takes everything out of the stuck queue. */
  stuck(): Promise<readonly { readonly body: string; readonly attributes: Readonly<Record<string, string>> }[]>;
  close(): Promise<void>;
}

export interface SystemOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly exchangeMs?: number;
}

const queueUrl = (deployment: Deployment, part: string): string => {
  const found = Object.entries(deployment.queues).find(([id]) => id.includes(part));
  if (found === undefined) throw new Error(`Cannot find the queue ${part} in the template`);
  return found[1].url;
};

/**
 * The whole system in this process: the synthesized template's resources in emulated AWS, the sandboxes, and the real functions over
 * real sockets and SDK clients, on a clock that moves only when somebody waits for it.
 */
export const startSystem = async ({ environment = {}, exchangeMs }: SystemOptions = {}): Promise<System> => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const calls: string[] = [];
  const aws = await startAws({ onCall: ({ body }) => calls.push(String(body)) });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', CLIENT.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const deployment = await deploy(synthesize(), aws);
  const [bybit, kalshi, requesty] = await Promise.all([
    startSandbox('bybit'),
    startSandbox('kalshi'),
    startSandbox('requesty'),
  ]);
  const urls = { BYBIT_BASE_URL: bybit.url, KALSHI_BASE_URL: kalshi.url, REQUESTY_BASE_URL: requesty.url };
  const sqs = new SQSClient(CLIENT);
  const secrets = new SecretsManagerClient(CLIENT);
  const clock = {
    now: () => epochMs(Date.now()),
    until: async (instant: number) => {
      if (instant > Date.now()) vi.setSystemTime(instant);
    },
  };
  const functions = Object.values(deployment.functions);
  const configOf = (part: string) => {
    const found = functions.find(({ handlerModule }) => handlerModule.includes(part));
    if (found === undefined) throw new Error(`Cannot find the function ${part} in the template`);
    return found;
  };
  const wired = (part: string) =>
    wire(readEnvironment({ ...configOf(part).environment, ...urls, ...environment }), {
      clock,
      ...(exchangeMs ? { exchangeMs } : {}),
    });
  const revoke = wired('revoke');
  const handler = serve({ ports: { ...revoke.ports, provider: (name) => PROVIDERS[name] }, hide: revoke.hide });
  const [mapping] = deployment.mappings;
  if (mapping === undefined) throw new Error('Cannot find an event source mapping in the template');
  const invoke = inProcess(
    (event: Parameters<typeof handler>[0], context) => Promise.resolve(handler(event, context as Context)),
    configOf('revoke'),
  );
  const source = eventSource(mapping, { client: sqs, invoke });
  const requestsUrl = queueUrl(deployment, 'Requests');
  const stuckUrl = queueUrl(deployment, 'Stuck');

  const deliver = async (): Promise<boolean> => (await source.once()).received.length > 0;
  const advance = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
  const published: Receipt[] = [];
  aws.buses.listen((event) => {
    if (event['detail-type'] === 'Key Revocation Result') published.push(event.detail as unknown as Receipt);
  });
  return {
    aws,
    bybit,
    kalshi,
    requesty,
    deployment,
    sqs,
    secrets,
    store: async (name, credential, tags = {}) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const SecretString = typeof credential === 'string' ? credential : JSON.stringify(credential);
      await secrets.send(new CreateSecretCommand({ Name: name, SecretString, Tags }));
      return name;
    },
    rotate: async (name, credential) => {
      await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(credential) }));
    },
    send: async (body, attempt) => {
      const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
      const attributes = attempt === undefined ? {} : { attempt: { DataType: 'String', StringValue: String(attempt) } };
      await sqs.send(new SendMessageCommand({ QueueUrl: requestsUrl, MessageBody, MessageAttributes: attributes }));
    },
    deliver,
    settle: async (most = 50) => {
      for (let count = 0; count < most; ) {
        if (await deliver()) {
          count += 1;
          continue;
        }
        const { ready, delayed, inflight } = await aws.queues.inspect(requestsUrl.split('/').at(-1) ?? '');
        if (ready.length + delayed.length + Object.keys(inflight).length === 0) return;
        advance(1_000);
      }
    },
    sweep: () => sweep(wired('sweep').ports, 900_000),
    advance,
    receipts: async () => published,
    stuck: async () => {
      const received = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: stuckUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 0,
        }),
      );
      return (received.Messages ?? []).map(({ Body = '', MessageAttributes = {} }) => ({
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
        ),
      }));
    },
    close: async () => {
      await Promise.all([aws.close(), bybit.close(), kalshi.close(), requesty.close()]);
      sqs.destroy();
      secrets.destroy();
      vi.useRealTimers();
      vi.unstubAllEnvs();
    },
  };
};

/** A system of its own for each test of a file. */
export const systemForEachTest = (options: SystemOptions = {}): (() => System) => {
  let system: System | undefined;
  beforeEach(async () => {
    system = await startSystem(options);
  });
  afterEach(() => system?.close());
  return () => {
    if (system === undefined) throw new Error('Cannot use the system outside a test');
    return system;
  };
};
