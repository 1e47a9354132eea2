import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { failedRecords } from './batch-response.ts';
import type { Invoke } from './function-config.ts';
import { rampedTo } from './ramp.ts';
import { createSlots } from './slots.ts';
import { sqsRecord } from './sqs-record.ts';

/** An event source mapping as its template describes it. */
export interface Mapping {
  readonly queueUrl: string;
  readonly queueArn: string;
  /** 1 to 10 messages per event. */
  readonly batchSize: number;
  /** How many events at once, 2 to 1000. */
  readonly maxConcurrency: number;
  readonly reportsItemFailures: boolean;
}

/** What became of one event: message ids, and the error where the function gave no answer. */
export interface Delivery {
  readonly received: readonly string[];
  readonly failed: readonly string[];
  readonly error?: unknown;
}

export interface EventSource {
  /** Receives one batch without waiting, invokes, deletes what succeeded. With an empty queue the function is not invoked. */
  once(): Promise<Delivery>;
  start(): void;
  /** Takes nothing more and waits for the events under way. */
  stop(): Promise<void>;
}

export interface EventSourceOptions {
  readonly client: SQSClient;
  readonly invoke: Invoke;
  /** Hears of every delivery, and of polls and deletes that failed, which are tried again. */
  readonly onDelivery?: (delivery: Delivery) => void;
  readonly onTrouble?: (error: unknown) => void;
  /** Whether the mapping is switched on, asked before each poll. @default it is */
  readonly isOn?: () => Promise<boolean>;
}

/** Short, so that a stop does not leave a poll behind that takes a message with it. */
const POLL_SECONDS = 1;

/** How often it looks whether Lambda would start more batches by now. */
const RAMP_MS = 100;

/** How long one that is switched off waits before it asks again. */
const OFF_MS = 1_000;

const receive = async (client: SQSClient, mapping: Mapping, waitSeconds: number): Promise<readonly Message[]> => {
  const input = {
    QueueUrl: mapping.queueUrl,
    MaxNumberOfMessages: mapping.batchSize,
    WaitTimeSeconds: waitSeconds,
    MessageSystemAttributeNames: ['All' as const],
    MessageAttributeNames: ['All'],
  };
  return (await client.send(new ReceiveMessageCommand(input))).Messages ?? [];
};

const remove = async (client: SQSClient, mapping: Mapping, messages: readonly Message[]): Promise<void> => {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl: mapping.queueUrl, Entries }));
};

const invokeWith = async (mapping: Mapping, invoke: Invoke, messages: readonly Message[]): Promise<Delivery> => {
  const Records = messages.map((message) => sqsRecord(message, mapping.queueArn));
  const received = Records.map(({ messageId }) => messageId);
  try {
    const response = await invoke({ Records });
    return { received, failed: mapping.reportsItemFailures ? failedRecords(response, received) : [] };
  } catch (error) {
    return { received, failed: received, error };
  }
};

/** Hands a queue's messages to a function as Lambda does: what the function does not report as failed is deleted. */
export const eventSource = (mapping: Mapping, options: EventSourceOptions): EventSource => {
  const { client, invoke, onDelivery = () => undefined, onTrouble = () => undefined } = options;
  const { isOn = async () => true } = options;
  const slots = createSlots(mapping.maxConcurrency);
  const underWay = new Set<Promise<unknown>>();
  let busySince = Date.now();
  let polling: Promise<void> | undefined;
  let isStopped = false;

  const deliver = async (messages: readonly Message[]): Promise<Delivery> => {
    if (messages.length === 0) return { received: [], failed: [] };
    const delivery = await invokeWith(mapping, invoke, messages);
    const done = messages.filter(({ MessageId = '' }) => !delivery.failed.includes(MessageId));
    await remove(client, mapping, done).catch(onTrouble);
    onDelivery(delivery);
    return delivery;
  };
  const pollOnce = async (): Promise<void> => {
    if (!(await isOn().catch(() => true))) return sleep(OFF_MS);
    while (underWay.size >= rampedTo(Date.now() - busySince, mapping.maxConcurrency))
      await Promise.race([...underWay, sleep(RAMP_MS)]);
    await slots.take();
    const messages = await receive(client, mapping, POLL_SECONDS).catch(async (error: unknown) => {
      onTrouble(error);
      return [];
    });
    if (messages.length === 0 && underWay.size === 0) busySince = Date.now();
    const work = deliver(messages).finally(() => slots.free());
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const poll = async (): Promise<void> => {
    while (!isStopped) await pollOnce();
  };
  return {
    once: async () => deliver(await receive(client, mapping, 0)),
    start: () => {
      isStopped = false;
      polling ??= poll();
    },
    stop: async () => {
      isStopped = true;
      await polling;
      polling = undefined;
      await Promise.all(underWay);
    },
  };
};
