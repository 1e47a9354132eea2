import type { EpochMs } from './epoch.ts';
import type { Lane } from './lane.ts';
import type { RetryCode } from './outcome.ts';

/** What the attributes of a message say of the request in it. What is absent says nothing. */
export interface MessageMark {
  /** The body's own id comes first. */
  readonly requestId?: string | undefined;
  /** From 1. A redrive adds one. `unreadable`: an attempt is there, and it is no such number. */
  readonly attempt?: number | 'unreadable' | undefined;
}

/** One delivery of one message, as the queue describes it. */
export interface Delivery {
  readonly messageId: string;
  /** The lane whose queue delivers the message. Absent where one queue serves all lanes. */
  readonly lane?: Lane | undefined;
  readonly body: string;
  /** From the attributes that each of our copies carries. */
  readonly mark?: MessageMark | undefined;
  /** From the attributes that the copies of release 0.1.0 carry. Senders use the same names for things of their own. */
  readonly formerMark?: MessageMark | undefined;
  /** SQS `SenderId`. */
  readonly sender: string;
  readonly sentAt: EpochMs;
  /** How often SQS has delivered this message, from 1. */
  readonly receiveCount: number;
  /** The record must be finished by then. */
  readonly deadline: EpochMs;
}

/** Whether a sender sent the message, and SQS delivers it for the first time. Copies of ours carry a mark. */
export const isFirstDelivery = ({ receiveCount, mark = {} }: Delivery): boolean =>
  receiveCount === 1 && mark.requestId === undefined && mark.attempt === undefined;

/** Whether the sender is one of our own functions. SQS names a role's session `<role id>:<session>`. */
export const isOwnSender = (
  { config }: { readonly config: { readonly ownRoles: readonly string[] } },
  { sender }: Pick<Delivery, 'sender'>,
): boolean => config.ownRoles.some((role) => sender.startsWith(`${role}:`));

/** What happens to the message: it is deleted, or goes back on the queue until that instant. */
export type Disposition =
  | { readonly done: true }
  | { readonly done: false; readonly code: RetryCode; readonly notBefore: EpochMs };
