import type { Hide } from '../../functions/edge/messages/visibility.ts';
import type { Message } from './fixture.ts';
import { isoOf, type QueueRecord } from './product.ts';
import { withSecrets } from './throwaway.ts';

/** Before a record shortens it. */
const VISIBILITY_MS = 180_000;

/** The queues of the lanes, as one, and the stuck queue, as far as messages depend on them. */
export interface Queues {
  readonly requests: () => readonly Message[];
  readonly stuck: () => readonly Message[];
  readonly push: (message: Pick<Message, 'body' | 'attributes' | 'sender' | 'lane'>, delaySeconds?: number) => void;
  readonly setAside: (message: Pick<Message, 'body' | 'attributes' | 'sender'>) => void;
  /** Takes everything off the stuck queue. */
  readonly takeStuck: () => readonly Message[];
  /** Loses everything on the requests queue. */
  readonly lose: () => void;
  /** The message that is visible first, now or later. */
  readonly next: () => Message | undefined;
  /** Hands a message out as a record. */
  readonly receive: (message: Message) => QueueRecord;
  readonly hide: Hide;
  readonly remove: (id: string) => void;
}

const recordOf = ({
  id,
  lane = 'requests',
  body,
  attributes,
  sender,
  sentAt,
  firstReceivedAt,
  receiveCount,
}: Message): QueueRecord => ({
  messageId: id,
  receiptHandle: id,
  body: withSecrets(body),
  attributes: {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(Date.parse(sentAt)),
    SenderId: sender,
    ApproximateFirstReceiveTimestamp: String(Date.parse(firstReceivedAt ?? sentAt)),
  },
  messageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
  ),
  eventSourceARN: lane,
});

/** @param loaded what is on the queues at first */
export const openQueues = (
  loaded: { readonly requests: readonly Message[]; readonly stuck: readonly Message[] },
  { now, newId }: { readonly now: () => number; readonly newId: () => string },
): Queues => {
  let requests = [...loaded.requests];
  const stuck = [...loaded.stuck];
  const made = (message: Pick<Message, 'body' | 'attributes' | 'sender' | 'lane'>, delaySeconds = 0): Message => ({
    id: newId(),
    ...message,
    sentAt: isoOf(now()),
    receiveCount: 0,
    visibleAt: isoOf(now() + delaySeconds * 1_000),
  });
  const change = (id: string, by: (message: Message) => Message): void => {
    requests = requests.map((message) => (message.id === id ? by(message) : message));
  };
  return {
    requests: () => requests,
    stuck: () => stuck,
    push: (message, delaySeconds) => void requests.push(made(message, delaySeconds)),
    setAside: (message) => void stuck.push(made(message)),
    takeStuck: () => stuck.splice(0),
    lose: () => {
      requests = [];
    },
    next: () => requests.toSorted((a, b) => Date.parse(a.visibleAt) - Date.parse(b.visibleAt))[0],
    receive: (message) => {
      const receivedAt = isoOf(now());
      change(message.id, (current) => ({
        ...current,
        firstReceivedAt: current.firstReceivedAt ?? receivedAt,
        receiveCount: current.receiveCount + 1,
        visibleAt: isoOf(now() + VISIBILITY_MS),
      }));
      return recordOf(requests.find(({ id }) => id === message.id) ?? message);
    },
    hide: async (id, seconds) => {
      const until = isoOf(now() + Math.max(0, Math.ceil(seconds)) * 1_000);
      change(id, (current) => ({ ...current, visibleAt: until }));
      return 'held';
    },
    remove: (id) => {
      requests = requests.filter((message) => message.id !== id);
    },
  };
};
