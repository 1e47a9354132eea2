import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { SimulatedClock } from '../simulated/simulated-clock.ts';

/** What the template says of the requests queue and its mapping. */
export interface QueueSettings {
  readonly batchSize: number;
  readonly maxConcurrency: number;
  readonly maxReceiveCount: number;
  readonly visibilityMs: number;
}

export interface Sending {
  readonly sender: string;
  readonly delaySeconds?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

interface Message extends Required<Sending> {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  firstReceivedAt: number;
  visibleAt: number;
  receiveCount: number;
}

/** The requests queue with its event source mapping. */
export interface SimulatedSqs {
  send(body: string, sending: Sending): void;
  /** `ChangeMessageVisibility`. @throws Error as SQS does past 12 hours */
  hide(receiptHandle: string, seconds: number): void;
  readonly size: () => number;
  /** How often the message that came oftenest was received. */
  readonly mostReceives: () => number;
  /** Bodies that were moved to the stuck queue because their receive count was used up. */
  readonly spent: readonly string[];
  /** Delivers until the queue is empty and nothing more is to come. */
  work(invoke: (event: SQSEvent) => Promise<SQSBatchResponse>, isMoreToCome: () => boolean): Promise<void>;
}

/** The most that a message may be hidden, counted from its receipt. */
const LONGEST_MS = 43_200_000;

const recordOf = (message: Message): SQSRecord => ({
  messageId: message.id,
  receiptHandle: `${message.id}/${message.receiveCount}`,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: message.sender,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  },
  messageAttributes: Object.fromEntries(
    Object.entries(message.attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
  ),
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
});

/** A standard queue: no order among the messages that are visible, so one is drawn by chance. */
export const simulatedSqs = (clock: SimulatedClock, settings: QueueSettings, random: () => number): SimulatedSqs => {
  const messages = new Map<string, Message>();
  const spent: string[] = [];
  let sent = 0;
  let mostReceives = 0;
  let underWay = 0;
  let ring = (): void => {};

  const visible = (): Message[] => [...messages.values()].filter(({ visibleAt }) => visibleAt <= clock.now());

  const receive = (): readonly Message[] => {
    const found = visible();
    const batch: Message[] = [];
    while (batch.length < settings.batchSize && found.length > 0) {
      const [message] = found.splice(Math.floor(random() * found.length), 1);
      if (message === undefined) break;
      message.receiveCount += 1;
      message.firstReceivedAt ||= clock.now();
      message.visibleAt = clock.now() + settings.visibilityMs;
      mostReceives = Math.max(mostReceives, message.receiveCount);
      if (message.receiveCount > settings.maxReceiveCount) {
        messages.delete(message.id);
        spent.push(message.body);
      } else batch.push(message);
    }
    return batch;
  };

  const deliver = async (batch: readonly Message[], invoke: Parameters<SimulatedSqs['work']>[0]): Promise<void> => {
    const { batchItemFailures } = await invoke({ Records: batch.map(recordOf) });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { id } of batch) if (!failed.has(id)) messages.delete(id);
  };

  const next = (): Promise<void>[] => {
    const hidden = [...messages.values()].map(({ visibleAt }) => visibleAt).filter((at) => at > clock.now());
    return hidden.length > 0 ? [clock.until(Math.min(...hidden) as never)] : [];
  };

  return {
    send: (body, { sender, delaySeconds = 0, attributes = {} }) => {
      const id = `message-${++sent}`;
      const now = clock.now();
      const given = { id, body, sender, delaySeconds, attributes, sentAt: now };
      messages.set(id, { ...given, firstReceivedAt: 0, visibleAt: now + delaySeconds * 1_000, receiveCount: 0 });
      ring();
    },
    hide: (receiptHandle, seconds) => {
      const [id = '', receive] = receiptHandle.split('/');
      const message = messages.get(id);
      if (message === undefined || String(message.receiveCount) !== receive) return;
      if (seconds * 1_000 > LONGEST_MS) throw new Error(`Cannot hide for ${seconds} s, wanted 12 hours at most`);
      message.visibleAt = clock.now() + seconds * 1_000;
    },
    size: () => messages.size,
    mostReceives: () => mostReceives,
    spent,
    work: async (invoke, isMoreToCome) => {
      while (messages.size > 0 || underWay > 0 || isMoreToCome()) {
        const rung = new Promise<void>((resolve) => {
          ring = resolve;
        });
        while (underWay < settings.maxConcurrency) {
          const batch = receive();
          if (batch.length === 0) break;
          underWay += 1;
          void deliver(batch, invoke).finally(() => {
            underWay -= 1;
            ring();
          });
        }
        await Promise.race([rung, ...(underWay < settings.maxConcurrency ? next() : [])]);
      }
    },
  };
};
