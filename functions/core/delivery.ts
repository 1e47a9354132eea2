import type { EpochMs } from './epoch.ts';
import type { RetryCode } from './outcome.ts';

/** One delivery of one message, as the queue describes it. */
export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  /** From the attribute that each of our copies carries. The body's own id comes first. */
  readonly requestId?: string | undefined;
  /** SQS `SenderId`. */
  readonly sender: string;
  readonly sentAt: EpochMs;
  /** How often SQS has delivered this message, from 1. */
  readonly receiveCount: number;
  /** From 1. A redrive adds one. */
  readonly attempt: number;
  /** The record must be finished by then. */
  readonly deadline: EpochMs;
}

/** What happens to the message: it is deleted, or goes back on the queue until that instant. */
export type Disposition =
  | { readonly done: true }
  | { readonly done: false; readonly code: RetryCode; readonly notBefore: EpochMs };
