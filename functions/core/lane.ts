import { isUrgent, type Reason } from './reason.ts';

/**
 * The queues whose messages are carried out, each with an event source mapping of its own: `urgent` for requests that cannot wait behind
 * others, `requests` for all other requests, `rechecks` for looks at keys whose request has ended.
 */
export const LANES = ['requests', 'urgent', 'rechecks'] as const;

export type Lane = (typeof LANES)[number];

/** The lane that a message belongs to. A message is carried out on any lane, and sent to its own one only where it has to be sent. */
export const laneOf = ({
  reason = null,
  look = false,
}: {
  readonly reason?: Reason | null;
  readonly look?: boolean | undefined;
} = {}): Lane => {
  if (look) return 'rechecks';
  return isUrgent(reason) ? 'urgent' : 'requests';
};
