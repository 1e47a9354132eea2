import type { Reply } from '../protocol/call.ts';

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

/** When each receipt handle was given out, on this process's clock: SQS counts a message's twelve hours from there. */
export interface ReceiptHandles {
  note(reply: Reply): void;
  /** Milliseconds; 0 for a handle that was never given out, which is the emulator's to refuse. */
  age(handle: string): number;
}

export const createReceiptHandles = (): ReceiptHandles => {
  const given = new Map<string, number>();
  return {
    note: (reply) => {
      const { Messages = [] } = JSON.parse(reply.body) as Received;
      for (const { ReceiptHandle } of Messages) given.set(ReceiptHandle, Date.now());
    },
    age: (handle) => Date.now() - (given.get(handle) ?? Date.now()),
  };
};
