import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { LANES, type Lane } from '../../../functions/core/lane.ts';
import { rampedTo } from '../../../infra/local/lambda/ramp.ts';
import type { SimulatedClock } from '../simulated/simulated-clock.ts';

/** What the template says of the queue of a lane and its mapping. */
export interface QueueSettings {
  readonly batchSize: number;
  readonly maxConcurrency: number;
  readonly maxReceiveCount: number;
  readonly visibilityMs: number;
}

export interface Sending {
  readonly lane: Lane;
  readonly sender: string;
  readonly delaySeconds?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What the mapping of a lane is at. */
interface AtWork {
  /** Batches. */
  count: number;
  /** When messages came to stand on the queue. */
  busySince: number | undefined;
}

interface Message extends Required<Sending> {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  firstReceivedAt: number;
  visibleAt: number;
  receiveCount: number;
}

/** The queues of the lanes with their event source mappings. */
export interface SimulatedSqs {
  send(body: string, sending: Sending): void;
  /** `ChangeMessageVisibility`. @throws Error as SQS does past 12 hours */
  hide(receiptHandle: string, seconds: number): void;
  readonly size: () => number;
  /** How often the message that came oftenest was received. */
  readonly mostReceives: () => number;
  /** Bodies that were moved to the stuck queue because their receive count was used up. */
  readonly spent: readonly string[];
  /** Delivers until the queues are empty and nothing more is to come. */
  work(invoke: (event: SQSEvent) => Promise<SQSBatchResponse>, isMoreToCome: () => boolean): Promise<void>;
}

const SECOND = 1_000;

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
  eventSourceARN: message.lane,
  awsRegion: '',
});

/**
 * Standard queues: no order among the messages that are visible, so one is drawn by chance. Each mapping starts batches as Lambda does.
 */
export const simulatedSqs = (
  clock: SimulatedClock,
  settingsOf: Readonly<Record<Lane, QueueSettings>>,
  random: () => number,
): SimulatedSqs => {
  const messages = new Map<string, Message>();
  const atWork = new Map<Lane, AtWork>(LANES.map((lane) => [lane, { count: 0, busySince: undefined }]));
  const spent: string[] = [];
  let sent = 0;
  let mostReceives = 0;
  let ring = (): void => {};

  const visible = (lane: Lane): Message[] =>
    [...messages.values()].filter((message) => message.lane === lane && message.visibleAt <= clock.now());

  const receive = (lane: Lane): readonly Message[] => {
    const settings = settingsOf[lane];
    const found = visible(lane);
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

  /** Starts what the mapping of a lane may start. @returns when it may start more, if messages wait for that */
  const start = (lane: Lane, at: AtWork, invoke: Parameters<SimulatedSqs['work']>[0]): number | undefined => {
    const { maxConcurrency } = settingsOf[lane];
    if (at.count === 0) at.busySince = undefined;
    for (;;) {
      const since = at.busySince ?? clock.now();
      if (at.count >= maxConcurrency) return undefined;
      if (at.count >= rampedTo(clock.now() - since, maxConcurrency))
        return since + (Math.floor((clock.now() - since) / SECOND) + 1) * SECOND;
      const batch = receive(lane);
      if (batch.length === 0) return undefined;
      at.busySince = since;
      at.count += 1;
      void deliver(batch, invoke).finally(() => {
        at.count -= 1;
        ring();
      });
    }
  };

  const isIdle = (): boolean => messages.size === 0 && [...atWork.values()].every(({ count }) => count === 0);

  /** When a hidden message of a lane that has room becomes visible. */
  const hiddenUntil = (): readonly number[] =>
    [...messages.values()].flatMap(({ lane, visibleAt }) =>
      visibleAt > clock.now() && (atWork.get(lane)?.count ?? 0) < settingsOf[lane].maxConcurrency ? [visibleAt] : [],
    );

  return {
    send: (body, { lane, sender, delaySeconds = 0, attributes = {} }) => {
      const id = `message-${++sent}`;
      const now = clock.now();
      const given = { id, lane, body, sender, delaySeconds, attributes, sentAt: now };
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
      while (!isIdle() || isMoreToCome()) {
        const rung = new Promise<void>((resolve) => {
          ring = resolve;
        });
        const more = [...atWork].flatMap(([lane, at]) => start(lane, at, invoke) ?? []);
        const instants = [...more, ...hiddenUntil()];
        await Promise.race([rung, ...(instants.length > 0 ? [clock.until(Math.min(...instants) as never)] : [])]);
      }
    },
  };
};
