import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Lane } from '../../../functions/core/lane.ts';
import { TIMING } from '../../../functions/core/timing.ts';
import type { Kept } from './kept.ts';
import { retainPolicies } from './retain-policies.ts';

/** The queue of each lane, and those that no function reads. */
export interface Queues extends Readonly<Record<Lane, Queue>> {
  /** Requests that ended without a dead key, and those that crashed the function again and again. */
  readonly stuck: Queue;
  /** Events and schedules that never became a request. */
  readonly undelivered: Queue;
  /** Events that tell which secrets to look at. */
  readonly secretEvents: Queue;
  /** Those of them that could not be delivered, or that the function failed on again and again. */
  readonly lostEvents: Queue;
}

/** What hands the messages of each lane's queue to a function. */
export type LaneMappings = Readonly<Record<Lane, EventSourceMapping>>;

/** Crashes only: twelve days of the longest backoff stay below it, giving up is the function's decision. */
const MAX_RECEIVE_COUNT = 1000;

/** A failed event comes back soon, but not before the function that failed on it has ended. */
const EVENT_VISIBILITY = Duration.minutes(6);
/** The listing finds within the hour what such an event was about. */
const EVENT_TRIES = 3;
const EVENT_RETENTION = Duration.days(1);

/** What every queue has. */
export const everyQueue = ({ encryptionKey, removalPolicy }: Kept): QueueProps => ({
  retentionPeriod: Duration.millis(TIMING.retentionMs),
  enforceSSL: true,
  removalPolicy,
  ...(encryptionKey
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }
    : { encryption: QueueEncryption.SQS_MANAGED }),
});

/** Why nothing that looks for dead-letter queues should. */
export const IS_LAST = 'It is itself a dead-letter queue';

export const queues = (scope: Construct, kept: Kept): Queues => {
  const { removalPolicy } = kept;
  const every = everyQueue(kept);
  // Naming a queue as dead-letter queue puts messages on it past its policy, so nobody may. The stuck queue would have to name the queues
  // of the lanes, which name the stuck queue: no template can say that. docs/operations.md says how to set it afterwards.
  const closed = { redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL } };
  const stuck = new Queue(scope, 'Stuck', every);
  const undelivered = new Queue(scope, 'Undelivered', { ...every, ...closed });
  Validations.of(stuck).acknowledge({ id: 'Serverless-SQSRedrivePolicy', reason: IS_LAST });
  Validations.of(undelivered).acknowledge(
    { id: 'AwsSolutions-SQS3', reason: IS_LAST },
    { id: 'Serverless-SQSRedrivePolicy', reason: IS_LAST },
  );
  const laneQueue = (id: string): Queue =>
    new Queue(scope, id, {
      ...every,
      ...closed,
      visibilityTimeout: Duration.millis(TIMING.visibilityMs),
      deadLetterQueue: { queue: stuck, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
  const [requests, urgent, rechecks] = [laneQueue('Requests'), laneQueue('Urgent'), laneQueue('Rechecks')];
  // A kept queue without its policy would admit every principal of the account that may send.
  retainPolicies(removalPolicy, requests, urgent, rechecks, stuck, undelivered);
  // Not retained: what an event is about is found by the listing as well.
  const ofEvents: QueueProps = { ...every, removalPolicy: RemovalPolicy.DESTROY };
  const lostEvents = new Queue(scope, 'LostEvents', ofEvents);
  Validations.of(lostEvents).acknowledge({ id: 'Serverless-SQSRedrivePolicy', reason: IS_LAST });
  const secretEvents = new Queue(scope, 'SecretEvents', {
    ...ofEvents,
    ...closed,
    retentionPeriod: EVENT_RETENTION,
    visibilityTimeout: EVENT_VISIBILITY,
    deadLetterQueue: { queue: lostEvents, maxReceiveCount: EVENT_TRIES },
  });
  return { requests, urgent, rechecks, stuck, undelivered, secretEvents, lostEvents };
};
