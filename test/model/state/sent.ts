import type { Order } from '../system/stage.ts';

/** A request as it was sent. */
export interface Sent {
  readonly requestId: string;
  readonly body: string;
  /** All that it says but its id. */
  readonly says: string;
  readonly order: Order;
  readonly isUrgent: boolean;
  readonly isPlan: boolean;
  /** Epoch milliseconds; 0 where it may be carried out at once. */
  readonly notBefore: number;
}

/** The fields that are given here, without what the function fills in. */
const SAID = ['provider', 'operation', 'secretId', 'target', 'settings', 'reason', 'notBefore', 'dryRun'];

/** All that a body says but its id, in one form for every copy of it. */
export const saysIn = (body: string): string => {
  const fields = Object.entries(JSON.parse(body)).filter(([name, value]) => SAID.includes(name) && value !== false);
  return JSON.stringify(fields.toSorted(([a], [b]) => a.localeCompare(b)));
};
