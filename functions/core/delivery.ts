import type { EpochMs } from './epoch.ts';
import type { RetryCode } from './outcome.ts';

/** One delivery of one message, as the queue tells of it. */
export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  /** From the attribute that every copy of ours carries; the body's own wins. */
  readonly requestId?: string | undefined;
  /** SQS `SenderId`. */
  readonly sender: string;
  readonly sentAt: EpochMs;
  /** How often SQS has delivered this message, from 1. */
  readonly receiveCount: number;
  /** From 1; a redrive is one more. */
  readonly attempt: number;
  /** By then the record has to be over, whatever came. */
  readonly deadline: EpochMs;
}

/** What becomes of the message: done with (deleted), or back on the queue and not before that instant. */
export type Disposition =
  | { readonly done: true }
  | { readonly done: false; readonly code: RetryCode; readonly notBefore: EpochMs };
