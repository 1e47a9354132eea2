import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, vi } from 'vitest';
import { epochMs } from '../../../functions/core/epoch.ts';
import type { Receipt } from '../../../functions/core/receipt.ts';
import { type DailyPassReport, dailyPass } from '../../../functions/core/sweep/daily-pass.ts';
import { type Swept, sweep } from '../../../functions/core/sweep/sweep.ts';
import { type Ticked, tick } from '../../../functions/core/sweep/tick.ts';
import { createPorts } from '../../../functions/edge/create-ports.ts';
import { readEnvironment } from '../../../functions/edge/process/environment.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import { serve } from '../../../functions/revoke/serve.ts';
import { serveEvents } from '../../../functions/sweep/serve-events.ts';
import type { Call } from '../../../infra/local/aws/protocol/call.ts';
import { type Aws, startAws } from '../../../infra/local/aws/start-aws.ts';
import { roleId } from '../../../infra/local/deploy/resource-types.ts';
import { type Deployment, deploy } from '../../../infra/local/deploy.ts';
import { eventSource } from '../../../infra/local/lambda/event-source.ts';
import { inProcess } from '../../../infra/local/lambda/in-process.ts';
import {
  baseUrlsOf,
  type Sandboxes,
  type SandboxesOptions,
  startSandbox,
  startSandboxes,
} from '../../../infra/local/sandbox/index.ts';
import type { Template } from '../../../infra/synthesize.ts';
import { type Datapoint, datapointsIn } from '../../metrics-in.ts';
import { type Canaries, listenForCanaries, OPERATOR } from './canaries.ts';
import { type FaultyPorts, faultyPorts } from './faulty-ports.ts';
import { operatedTemplate, operatorRole } from './operated-template.ts';
import { type Rights, rightsIn } from './rights.ts';

/** Ten in the morning of a day without meaning. */
export const START = Date.parse('2026-11-20T10:00:00.000Z');

const LATE_MS = 600_000;

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: OPERATOR, secretAccessKey: 'local' } };

/** A message taken from a queue, with its text attributes. */
export interface Taken {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** With each provider's sandbox under the provider's name. */
export interface System extends Sandboxes {
  /** What it was deployed from. */
  readonly template: Template;
  readonly aws: Aws;
  readonly sandboxes: Sandboxes;
  readonly deployment: Deployment;
  /** Of the role that was granted the command line. */
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly secrets: SecretsManagerClient;
  readonly canaries: Canaries;
  /** The function's own steps, and what shall go wrong with them. */
  readonly steps: FaultyPorts;
  /** Stores a credential under the prefix and gives its name. */
  store(name: string, credential: unknown, tags?: Readonly<Record<string, string>>): Promise<string>;
  /** Stores a new version. @returns its id */
  rotate(name: string, credential: unknown): Promise<string>;
  tag(name: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Schedules the deletion of a secret. */
  markForDeletion(name: string): Promise<void>;
  /** A secret's tags as they stand. */
  tags(name: string): Promise<Readonly<Record<string, string>>>;
  /** Puts a message on the requests queue, whatever its lane is. */
  send(body: unknown, attempt?: number): Promise<void>;
  /** Sends a copy from the stuck queue again as its next attempt, as the operator's tool does. */
  redrive(copy: Taken): Promise<void>;
  putEvent(detail: unknown): Promise<string>;
  /** Delivers one message of any lane, if one is due, and an urgent one first; says whether there was one. */
  deliver(): Promise<boolean>;
  /**
   * Delivers until the queues are empty, moving the clock to where messages come back, for so many deliveries at most. Second looks, which
   * are not due yet, are left to their time.
   *
   * @param prompt so many deliveries come when they may; each later one comes ten minutes late, as queues do, so that hours take few
   */
  settle(most?: number, prompt?: number): Promise<void>;
  /** What waits on the queues of the lanes, hidden or not, but for second looks before their time. */
  waiting(): Promise<readonly string[]>;
  /** Loses every message on the queues of the lanes. */
  purge(): Promise<void>;
  sweep(): Promise<Swept>;
  /** Delivers events about secrets until their queue is empty. @returns how many there were */
  discover(): Promise<number>;
  /** All that is done at a tick of the clock. */
  tick(): Promise<Ticked>;
  /** The daily part of a sweep. */
  lookAfter(): Promise<DailyPassReport | undefined>;
  advance(ms: number): void;
  /** Receipts in order of publication, as the bus shows them. */
  receipts(): readonly Receipt[];
  /** Every value of every metric so far. */
  metrics(): readonly Datapoint[];
  /** Every line of the log so far. */
  logged(): readonly Readonly<Record<string, unknown>>[];
  /** Takes everything out of the stuck queue. */
  stuck(): Promise<readonly Taken[]>;
  /** Subscribes a queue to a topic, also with attributes such as a filter. @returns what takes its messages out */
  subscribe(
    of?: 'results' | 'notifications',
    attributes?: Readonly<Record<string, string>>,
  ): Promise<() => Promise<readonly Taken[]>>;
  /** All items of the ledger, in DynamoDB's own form, as one text. */
  ledger(): Promise<string>;
  close(): Promise<void>;
}

export interface SystemOptions extends SandboxesOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly exchangeMs?: number;
  /** Sees every call to AWS, and holds the call back as long as a promise that it returns. */
  readonly onCall?: (call: Call) => unknown;
}

let template: Template | undefined;

const queueOf = (deployment: Deployment, part: string): Deployment['queues'][string] => {
  const found = Object.entries(deployment.queues).find(([id]) => id.includes(part));
  if (found === undefined) throw new Error(`Cannot find the queue ${part} in the template`);
  return found[1];
};

const isOrder = ({ body }: { readonly body: string }): boolean => !body.includes('"look":true');

const only = (names: Readonly<Record<string, string>>): string => {
  const [name] = Object.values(names);
  if (name === undefined) throw new Error('Cannot find a resource in the template, wanted one');
  return name;
};

/** The lines of JSON in what was written at once. */
const jsonLines = (chunk: string): readonly Readonly<Record<string, unknown>>[] =>
  chunk.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

const takenOf = ({ Body = '', MessageAttributes = {} }: Message): Taken => ({
  body: Body,
  attributes: Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
  ),
});

const takeAll = async (sqs: SQSClient, QueueUrl: string): Promise<readonly Taken[]> => {
  const taken: Taken[] = [];
  for (;;) {
    const query = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(query));
    if (Messages.length === 0) return taken;
    for (const message of Messages) {
      taken.push(takenOf(message));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );

/**
 * The whole system in this process: the synthesized template's resources in emulated AWS, the sandboxes, and the real functions over
 * real sockets and SDK clients, on a clock that moves only when a test waits for it.
 */
export const startSystem = async (options: SystemOptions = {}): Promise<System> => {
  const { environment = {}, exchangeMs, onCall } = options;
  template ??= await operatedTemplate();
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const canaries = listenForCanaries();
  let deployment: Deployment | undefined;
  const made = (): Deployment => {
    if (deployment === undefined) throw new Error('Cannot judge a call before the stack is deployed');
    return deployment;
  };
  const rights: Rights = rightsIn(template, made);
  const aws = await startAws({
    onCall: (call) => {
      canaries.hear(call);
      rights.hear(call);
      return onCall?.(call);
    },
  });
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', CLIENT.region);
  deployment = await deploy(template, aws);
  const sandboxes = await startSandboxes((name) => startSandbox(name, options[name]));
  const urls = baseUrlsOf(sandboxes);
  const sqs = new SQSClient(CLIENT);
  const secrets = new SecretsManagerClient(CLIENT);
  const events = new EventBridgeClient(CLIENT);
  const sns = new SNSClient(CLIENT);
  const dynamo = new DynamoDBClient(CLIENT);
  const clock = {
    now: () => epochMs(Date.now()),
    elapsed: () => Date.now(),
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
  vi.stubEnv('AWS_ACCESS_KEY_ID', configOf('revoke').roleId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const wired = (part: string) =>
    createPorts(
      readEnvironment({ ...configOf(part).environment, ...urls, ...environment }, Object.keys(PROVIDERS)),
      PROVIDERS,
      {
        clock,
        // As the handlers are made: only `revoke` may put an item right.
        repairs: part === 'revoke',
        ...(exchangeMs ? { exchangeMs } : {}),
      },
    );
  const steps = faultyPorts(wired('revoke'), ({ headers }) => {
    for (const [name, value] of Object.entries(headers.reveal()))
      if (/sign|authorization|token/i.test(name)) canaries.guard(value);
  });
  const revoke = steps.wired;
  const handler = serve(revoke);
  const invoke = inProcess(
    (event: Parameters<typeof handler>[0], context) => Promise.resolve(handler(event, context as Context)),
    configOf('revoke'),
  );
  // One by one, so that a test can tell the deliveries apart.
  const sources = ['Urgent', 'Requests', 'Rechecks'].map((part) => {
    const queue = queueOf(deployment, part);
    const mapping = made().mappings.find(({ queueArn }) => queueArn === queue.arn);
    if (mapping === undefined) throw new Error(`Cannot find the event source mapping of ${part} in the template`);
    return { queue, id: mapping.id, ...eventSource({ ...mapping, batchSize: 1 }, { client: sqs, invoke }) };
  });
  /** A look is cheaper than a poll. */
  const isDue = async ({ queue }: (typeof sources)[number]): Promise<boolean> => {
    const { ready, delayed, inflight } = await aws.queues.inspect(queue.name);
    const instants = [
      ...delayed.map(({ delayUntil = 0 }) => delayUntil),
      ...Object.values(inflight).map(({ visibilityDeadline }) => visibilityDeadline),
    ];
    return ready.length > 0 || instants.some((instant) => instant <= Date.now());
  };
  const isOn = ({ id }: (typeof sources)[number]): boolean => aws.mappings.isEnabled(id);
  const inspectAll = async () => {
    const all = await Promise.all(sources.map(({ queue }) => aws.queues.inspect(queue.name)));
    return {
      ready: all.flatMap(({ ready }) => ready),
      delayed: all.flatMap(({ delayed }) => delayed).filter(isOrder),
      inflight: all.flatMap(({ inflight }) => Object.values(inflight)),
    };
  };
  const requests = queueOf(deployment, 'Requests');
  const stuck = queueOf(deployment, 'Stuck');
  const swept = wired('sweep').ports;
  const ofSecrets = deployment.mappings.find(({ functionId }) => functionId.includes('Sweep'));
  if (ofSecrets === undefined) throw new Error('Cannot find the mapping for events about secrets in the template');
  const secretEvents = eventSource(ofSecrets, {
    client: sqs,
    invoke: inProcess((event: SQSEvent) => asSweep(() => serveEvents(swept, 900_000, event)), configOf('sweep')),
  });

  const deliver = async (): Promise<boolean> => {
    for (const source of sources.filter(isOn)) {
      if (!(await isDue(source))) continue;
      const isAny = (await source.once()).received.length > 0;
      steps.restart();
      if (isAny) return true;
    }
    return false;
  };
  /** When the next message comes back; `undefined` where the queues are empty. */
  const nextAt = async (): Promise<number | undefined> => {
    const { ready, delayed, inflight } = await inspectAll();
    const instants = [
      ...ready.map(() => Date.now()),
      ...delayed.map(({ delayUntil = Date.now() }) => delayUntil),
      ...inflight.map(({ visibilityDeadline }) => visibilityDeadline),
    ];
    return instants.length === 0 ? undefined : Math.min(...instants);
  };
  const published: Receipt[] = [];
  aws.buses.listen((event) => {
    if (event['detail-type'] === 'Key Revocation Result') published.push(event.detail as unknown as Receipt);
  });
  /** Clients take their credentials at their first call: the sweep's are to be its own. */
  const asSweep = <T>(work: () => Promise<T>): Promise<T> => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', configOf('sweep').roleId);
    return work().finally(() => vi.stubEnv('AWS_ACCESS_KEY_ID', configOf('revoke').roleId));
  };
  const sendWith = async (body: unknown, attributes: Readonly<Record<string, string>>): Promise<void> => {
    const message = {
      QueueUrl: requests.url,
      MessageBody: asText(body),
      MessageAttributes: attributesOf(attributes),
    };
    await sqs.send(new SendMessageCommand(message));
  };
  return {
    template,
    aws,
    ...sandboxes,
    sandboxes,
    deployment,
    operator: { accessKeyId: roleId(operatorRole(template)), secretAccessKey: 'local' },
    secrets,
    canaries,
    steps,
    store: async (name, credential, tags = {}) => {
      canaries.guard(credential);
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await secrets.send(new CreateSecretCommand({ Name: name, SecretString: asText(credential), Tags }));
      return name;
    },
    rotate: async (name, credential) => {
      canaries.guard(credential);
      const version = { SecretId: name, SecretString: asText(credential) };
      return (await secrets.send(new PutSecretValueCommand(version))).VersionId ?? '';
    },
    tag: async (name, tags) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await secrets.send(new TagResourceCommand({ SecretId: name, Tags }));
    },
    markForDeletion: async (name) => {
      await secrets.send(new DeleteSecretCommand({ SecretId: name }));
    },
    tags: async (name) => {
      const { Tags = [] } = await secrets.send(new DescribeSecretCommand({ SecretId: name }));
      return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    send: (body, attempt) => sendWith(body, attempt === undefined ? {} : { attempt: String(attempt) }),
    redrive: ({ body, attributes }) => {
      const { requestId = '', attempt = '1' } = attributes;
      return sendWith(body, { requestId, attempt: String(Number(attempt) + 1) });
    },
    putEvent: async (detail) => {
      const entry = {
        EventBusName: only(deployment.buses),
        Source: 'incident-desk',
        DetailType: 'Key Revocation Requested',
        Detail: JSON.stringify(detail),
      };
      const { Entries = [] } = await events.send(new PutEventsCommand({ Entries: [entry] }));
      return Entries[0]?.EventId ?? '';
    },
    deliver,
    settle: async (most = 50, prompt = most) => {
      for (let count = 0; count < most; ) {
        if (await deliver()) {
          count += 1;
          continue;
        }
        const instant = await nextAt();
        if (instant === undefined || !sources.some(isOn)) return;
        vi.setSystemTime(Math.max(Date.now() + 1, Math.ceil(instant)) + (count < prompt ? 0 : LATE_MS));
      }
    },
    waiting: async () => {
      const { ready, delayed, inflight } = await inspectAll();
      return [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(({ body }) => body);
    },
    purge: async () => {
      for (const { queue } of sources) await sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    },
    tick: () => asSweep(() => tick(swept, 900_000)),
    sweep: () => asSweep(() => sweep(swept, 900_000)),
    discover: async () => {
      let count = 0;
      for (;;) {
        const { received } = await secretEvents.once();
        if (received.length === 0) return count;
        count += received.length;
      }
    },
    lookAfter: () => asSweep(() => dailyPass(swept)),
    advance: (ms) => void vi.setSystemTime(Date.now() + ms),
    receipts: () => published,
    metrics: () => datapointsIn(canaries.written()),
    logged: () => canaries.written().flatMap(jsonLines),
    stuck: () => takeAll(sqs, stuck.url),
    subscribe: async (of = 'results', attributes = {}) => {
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `listener-${of}` }));
      const Endpoint = requests.arn.replace(requests.name, `listener-${of}`);
      const TopicArn = deployment.outputs[of === 'results' ? 'ResultsTopicArn' : 'NotificationsTopicArn'];
      const Attributes = { RawMessageDelivery: 'true', ...attributes };
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
      return () => takeAll(sqs, QueueUrl);
    },
    ledger: async () => {
      const { Items } = await dynamo.send(new ScanCommand({ TableName: only(deployment.tables) }));
      return JSON.stringify(Items);
    },
    close: async () => {
      const { Items } = await dynamo.send(new ScanCommand({ TableName: only(deployment.tables) }));
      canaries.hearText(JSON.stringify([Items, published]));
      for (const client of [sqs, secrets, events, sns, dynamo]) client.destroy();
      await Promise.all([aws, ...Object.values(sandboxes)].map((each) => each.close()));
      vi.useRealTimers();
      vi.unstubAllEnvs();
      const caught = canaries.caught();
      if (caught.length > 0) throw new Error(`Cannot end the test: ${caught.join(', ')} was seen outside the vault`);
      const refused = rights.refused();
      if (refused.length > 0) throw new Error(`Cannot end the test: no role may do ${refused.join(', ')}`);
    },
  };
};

/** A system of its own for each test of a file. */
export const systemForEachTest = (options: SystemOptions = {}): (() => System) => {
  let system: System | undefined;
  beforeEach(async () => {
    system = await startSystem(options);
  }, 60_000); // the first one synthesizes the template
  afterEach(() => system?.close());
  return () => {
    if (system === undefined) throw new Error('Cannot use the system outside a test');
    return system;
  };
};
