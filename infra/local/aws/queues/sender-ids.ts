import type { Call, Reply } from '../protocol/call.ts';

interface Sent {
  readonly MessageId?: string;
  readonly Successful?: readonly { readonly MessageId?: string }[];
}

interface Received {
  readonly Messages?: readonly { readonly MessageId: string; readonly Attributes?: Readonly<Record<string, string>> }[];
}

export interface SenderIds {
  /** Remembers who sent the messages that this answer reports as sent. */
  note(call: Call, reply: Reply): void;
  /** Puts the senders into an answer with received messages. */
  fill(reply: Reply): Reply;
}

/** A function signs with its role's id as access key; SQS shows such a sender as `<role id>:<session>`. */
const roleSession = ({ headers }: Call): string | undefined => {
  const roleId = headers.authorization?.match(/Credential=(AROA[A-Z0-9]+)\//)?.[1];
  return roleId === undefined ? undefined : `${roleId}:local`;
};

/** The emulator knows no senders; ours are told apart here, so that "sent by our own role" can be true or false. */
export const createSenderIds = (): SenderIds => {
  const senders = new Map<string, string>();
  return {
    note: (call, reply) => {
      const sender = roleSession(call);
      if (sender === undefined || reply.status !== 200) return;
      const { MessageId, Successful = [] } = JSON.parse(reply.body) as Sent;
      for (const id of [MessageId, ...Successful.map((each) => each.MessageId)]) if (id) senders.set(id, sender);
    },
    fill: (reply) => {
      const { Messages, ...rest } = JSON.parse(reply.body) as Received;
      const filled = Messages?.map((message) => {
        const SenderId = senders.get(message.MessageId);
        const isAsked = message.Attributes?.['SenderId'] !== undefined;
        return SenderId && isAsked ? { ...message, Attributes: { ...message.Attributes, SenderId } } : message;
      });
      return { ...reply, body: JSON.stringify({ ...rest, Messages: filled }) };
    },
  };
};
