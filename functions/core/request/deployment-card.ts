import * as z from 'zod';
import { jsonOrUndefined } from '../json.ts';
import type { Lane } from '../lane.ts';

const text = z.string().min(1);

/** The queue of a lane beside the requests queue, by its name since a card has to be short, and the mapping behind it. */
const LaneCard = z.object({ queueName: text, eventSourceMappingId: text });

/**
 * What a deployment publishes about itself in the parameter of its prefix: everything that the operator's command line needs. A later
 * version may add fields. A version that changes a field gets a new number.
 */
export const DeploymentCard = z.object({
  version: z.literal(1),
  /** The construct's path in its app, which log lines and metrics carry as well. */
  instance: text,
  stack: text,
  prefix: text,
  mode: z.enum(['enforce', 'observe']),
  providers: z.array(text).min(1),
  requestsQueueUrl: text,
  requestsQueueArn: text,
  stuckQueueUrl: text,
  undeliveredQueueUrl: text,
  undeliveredQueueArn: text,
  resultsTopicArn: text,
  busName: text,
  ledgerTable: text,
  /** Of EventBridge Scheduler, for one-time schedules. */
  scheduleGroup: text,
  /** The role with which a one-time schedule reaches the requests queue. */
  scheduleRoleArn: text,
  /** Of the mapping that hands requests to the revoking function. */
  eventSourceMappingId: text,
  /** The other lanes. Absent in a deployment with one queue of requests. */
  lanes: z.object({ urgent: LaneCard, rechecks: LaneCard }).optional(),
  /** Batches at once of each lane, and what is reserved for the functions. Absent in a deployment with one queue of requests. */
  concurrency: z
    .object({
      requests: z.int(),
      urgent: z.int(),
      rechecks: z.int(),
      reserved: z.object({ urgent: z.int().optional(), other: z.int().optional() }),
    })
    .optional(),
  /** How often a sweep is due. Absent in a deployment of an earlier release, as is the next one. */
  sweepEverySeconds: z.int().positive().optional(),
  /** How many actions each alarm was deployed with. */
  alarmActions: z.int().nonnegative().optional(),
  /** How many more each urgent alarm has. */
  urgentAlarmActions: z.int().nonnegative().optional(),
  giveUpAfterSeconds: z.int().positive(),
  /** Calls per provider and hour. */
  limits: z.object({ urgent: z.int(), other: z.int() }),
  egressAddresses: z.array(text),
});
export type DeploymentCard = z.infer<typeof DeploymentCard>;

/** The queue of a lane, and the mapping that hands its messages to a function. */
export interface LaneParts {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly eventSourceMappingId: string;
}

/** What a deployment has for a lane. In a deployment with one queue of requests, every lane is that queue. */
export const laneIn = (card: DeploymentCard, lane: Lane): LaneParts => {
  const { requestsQueueUrl, requestsQueueArn, eventSourceMappingId, lanes } = card;
  const found = lane === 'requests' ? undefined : lanes?.[lane];
  if (found === undefined) return { queueUrl: requestsQueueUrl, queueArn: requestsQueueArn, eventSourceMappingId };
  // The queues of a deployment are in one account and region.
  return {
    queueUrl: requestsQueueUrl.replace(/[^/]+$/, found.queueName),
    queueArn: requestsQueueArn.replace(/[^:]+$/, found.queueName),
    eventSourceMappingId: found.eventSourceMappingId,
  };
};

/** The lanes for which a deployment has a queue of their own. */
export const lanesIn = ({ lanes }: DeploymentCard): readonly Lane[] => [
  'requests',
  ...(lanes ? (['urgent', 'rechecks'] as const) : []),
];

/** @returns the card; `undefined` if the text is not a card of this version */
export const readCard = (value: string): DeploymentCard | undefined =>
  DeploymentCard.safeParse(jsonOrUndefined(value)).data;

/**
 * The name of the parameter that takes a prefix and holds the card. Parameter names take fewer characters than secret names; the digest
 * keeps prefixes apart that read the same without them.
 *
 * @param digest SHA-256 in lower-case hex
 */
export const cardName = (prefix: string, digest: (text: string) => string): string =>
  `/key-revoker/prefix/${prefix.replaceAll(/[^A-Za-z0-9]+/g, '-')}${digest(prefix).slice(0, 12)}`;
