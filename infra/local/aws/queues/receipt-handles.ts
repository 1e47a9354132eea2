import type { Reply } from '../protocol/call.ts';

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

interface Given {
  readonly queue: string;
  /** On this process's clock: SQS counts a message's twelve hours from there. */
  readonly at: number;
}

/** The receipt handles that were ever given out. */
export interface ReceiptHandles {
  note(queueUrl: string, reply: Reply): void;
  /** Milliseconds; 0 for a handle that was never given out. */
  age(handle: string): number;
  /** Why that queue does not know the handle; `undefined` where it gave the handle out. */
  whyUnknown(queueUrl: string, handle: string): string | undefined;
}

/** The name of a queue, whatever the host of its URL. */
export const queueNameIn = (queueUrl: string): string => queueUrl.split('/').at(-1) ?? '';

export const createReceiptHandles = (): ReceiptHandles => {
  const given = new Map<string, Given>();
  return {
    note: (queueUrl, reply) => {
      const { Messages = [] } = JSON.parse(reply.body) as Received;
      const one = { queue: queueNameIn(queueUrl), at: Date.now() };
      for (const { ReceiptHandle } of Messages) given.set(ReceiptHandle, one);
    },
    age: (handle) => Date.now() - (given.get(handle)?.at ?? Date.now()),
    whyUnknown: (queueUrl, handle) => {
      const { queue } = given.get(handle) ?? {};
      if (queue === queueNameIn(queueUrl)) return undefined;
      return queue === undefined
        ? `The input receipt handle "${handle}" is not a valid receipt handle.`
        : `The receipt handle "${handle}" is not valid for this queue.`;
    },
  };
};
