import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { orUnavailable, unavailable } from '../aws/unavailable.ts';

export type Message = Omit<SendMessageBatchRequestEntry, 'Id' | 'MessageBody'> & { readonly MessageBody: string };

interface Waiting {
  readonly message: Message;
  resolve(): void;
  reject(error: unknown): void;
}

/** SQS takes no more messages in one call, and no more of them in all, in bytes. */
const MOST = 10;
const MOST_BYTES = 250_000;

/** In the order in which they were handed over, as many together as one call takes. */
const groupsOf = (all: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const groups: Waiting[][] = [];
  let bytes = 0;
  for (const waiting of all) {
    const own = Buffer.byteLength(waiting.message.MessageBody);
    const last = groups.at(-1);
    if (last !== undefined && last.length < MOST && bytes + own <= MOST_BYTES) last.push(waiting);
    else {
      groups.push([waiting]);
      bytes = 0;
    }
    bytes += own;
  }
  return groups;
};

const failure = (code: string): Error => Object.assign(new Error(), { name: code });

/** Tells each sender what became of its own message; one that the answer does not name was not taken. */
const settle = (group: readonly Waiting[], { Successful = [], Failed = [] }: SendMessageBatchCommandOutput): void => {
  const taken = new Set(Successful.map(({ Id }) => Id));
  const codes = new Map(Failed.map(({ Id, Code = '' }) => [Id, Code]));
  for (const [index, { resolve, reject }] of group.entries()) {
    if (taken.has(String(index))) resolve();
    else reject(unavailable('send the message', failure(codes.get(String(index)) ?? '')));
  }
};

/**
 * Sends messages to one queue. Those that are handed over in one turn of the event loop travel together, ten to a call.
 *
 * @throws Unavailable, to each for its own message, where the queue did not acknowledge it
 */
export const sendTogether = (sqs: SQSClient, QueueUrl: string): ((message: Message) => Promise<void>) => {
  let waiting: Waiting[] = [];

  const deliver = async (group: readonly Waiting[]): Promise<void> => {
    const [only, ...more] = group;
    if (only === undefined) return;
    if (more.length === 0) {
      await orUnavailable('send the message', sqs.send(new SendMessageCommand({ QueueUrl, ...only.message })));
      return only.resolve();
    }
    const Entries = group.map(({ message }, index) => ({ Id: String(index), ...message }));
    settle(
      group,
      await orUnavailable('send the message', sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))),
    );
  };

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (const group of groupsOf(all)) {
      void deliver(group).catch((error: unknown) => {
        for (const { reject } of group) reject(error);
      });
    }
  };

  return (message) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (waiting.length === 0) queueMicrotask(flush);
    waiting.push({ message, resolve, reject });
    return promise;
  };
};
