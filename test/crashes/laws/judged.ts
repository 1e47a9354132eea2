import type { Receipt } from '../../../functions/core/receipt.ts';
import type { SentOrder } from '../scene/evidence.ts';

/** One order with what was said of it on the topic. */
export interface Judged {
  readonly order: SentOrder;
  /** Every receipt of it that came out of the topic, copies included, as it came. */
  readonly texts: readonly string[];
  /** Its final receipt. */
  readonly end: Receipt | undefined;
}
