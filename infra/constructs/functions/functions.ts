import { Duration, Validations } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Lane } from '../../../functions/core/lane.ts';
import { LONGEST_DELAY_SECONDS, TIMING } from '../../../functions/core/timing.ts';
import type { SettledProps } from '../../settled-props.ts';
import type { LaneMappings } from '../messaging/queues.ts';
import { acknowledgeWildcard } from '../permissions/acknowledge-wildcard.ts';
import {
  allow,
  type GrantedResources,
  give,
  revokePermissions,
  secretsArn,
  sweepPermissions,
} from '../permissions/permissions.ts';
import { handlerFunction } from './handler-function.ts';
import { network, networkPermissions } from './network.ts';

/** How far a sweep looks ahead: as long as SQS can delay a message. */
const SWEEP_AHEAD = Duration.seconds(LONGEST_DELAY_SECONDS);

export interface Functions {
  readonly revokeRole: Role;
  readonly sweepRole: Role;
  readonly revoke: IFunction;
  /** The same code for urgent requests, so that nothing which holds up the other one reaches them. */
  readonly revokeUrgent: IFunction;
  readonly sweep: IFunction;
  /** The revoking functions share one. */
  readonly logGroups: readonly ILogGroup[];
  /** They hand messages to the revoking functions. */
  readonly mappings: LaneMappings;
}

/** The functions, and the mappings that hand messages to those that revoke, and events about secrets to the sweep. */
export const functions = (scope: Construct, reach: GrantedResources, props: SettledProps): Functions => {
  const ofNetwork = props.network ? networkPermissions() : [];
  const ofRevoke = roleAndLog(scope, 'Revoke', { ...props, statements: [...revokePermissions(reach), ...ofNetwork] });
  const ofSweep = roleAndLog(scope, 'Sweep', { ...props, statements: [...sweepPermissions(reach), ...ofNetwork] });
  const roles = [ofRevoke.role, ofSweep.role];
  for (const role of roles) acknowledgeWildcard(role, secretsArn(reach), 'Every secret under the prefix');
  acknowledgeWildcard(ofSweep.role, '*', 'ListSecrets knows no resource');
  if (props.network) for (const role of roles) acknowledgeWildcard(role, '*', 'The interfaces that Lambda makes');

  const both = { network: props.network && network(scope, props.network), environmentKey: props.encryptionKey };
  const environment = bothEnvironments(scope, reach, props);
  const own = { OWN_ROLES: roles.map(({ roleId }) => roleId).join(',') };
  const revoking = (id: string, description: string, reservedConcurrentExecutions: number | undefined): IFunction =>
    handlerFunction(scope, id, {
      ...ofRevoke,
      ...both,
      name: 'revoke',
      description,
      reservedConcurrentExecutions,
      timeout: Duration.millis(TIMING.functionTimeoutMs),
      environment: {
        ...environment,
        ...revokeEnvironment(props),
        ...own,
      },
    });
  const { other, urgent } = props.reservedConcurrency;
  const does = 'kills or restricts keys and proves it';
  const revoke = revoking('Revoke', `Carries out requests: ${does}`, other);
  const revokeUrgent = revoking('RevokeUrgent', `Carries out urgent requests: ${does}`, urgent);
  const sweep = handlerFunction(scope, 'Sweep', {
    ...ofSweep,
    ...both,
    name: 'sweep',
    description: 'Turns due expiry tags into requests, and looks at secrets that events name',
    timeout: Duration.minutes(5),
    environment: { ...environment, ...own, SWEEP_AHEAD_SECONDS: String(SWEEP_AHEAD.toSeconds()) },
  });
  const mappings = {
    requests: mapLane(scope, 'RevokeRequests', { target: revoke, lane: 'requests', reach, props }),
    urgent: mapLane(scope, 'RevokeUrgentRequests', { target: revokeUrgent, lane: 'urgent', reach, props }),
    rechecks: mapLane(scope, 'RevokeRechecks', { target: revoke, lane: 'rechecks', reach, props }),
  };
  mapEvents(scope, sweep, reach);
  const logGroups = [ofRevoke.logGroup, ofSweep.logGroup];
  return { revokeRole: ofRevoke.role, sweepRole: ofSweep.role, revoke, revokeUrgent, sweep, logGroups, mappings };
};

interface LaneMapping {
  readonly target: IFunction;
  readonly lane: Lane;
  readonly reach: GrantedResources;
  readonly props: SettledProps;
}

const mapLane = (scope: Construct, id: string, { target, lane, reach, props }: LaneMapping): EventSourceMapping => {
  const mapping = new EventSourceMapping(scope, id, {
    target,
    eventSourceArn: reach.queues[lane].queueArn,
    batchSize: props.batchSize,
    maxConcurrency: props.maxConcurrency[lane],
    reportBatchItemFailures: true,
  });
  acknowledgeDestination(mapping);
  return mapping;
};

/** Two at once are the fewest that AWS takes. */
const EVENTS_AT_ONCE = 2;
const EVENTS_OF_BATCH = 10;

const mapEvents = (scope: Construct, target: IFunction, { queues }: GrantedResources): void => {
  const mapping = new EventSourceMapping(scope, 'SweepEvents', {
    target,
    eventSourceArn: queues.secretEvents.queueArn,
    batchSize: EVENTS_OF_BATCH,
    maxConcurrency: EVENTS_AT_ONCE,
    reportBatchItemFailures: true,
  });
  acknowledgeDestination(mapping);
};

const acknowledgeDestination = (mapping: EventSourceMapping): void =>
  Validations.of(mapping).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'The queue itself has a dead-letter queue',
  });

interface Rights extends Pick<SettledProps, 'logRetention' | 'removalPolicy' | 'encryptionKey'> {
  readonly statements: readonly PolicyStatement[];
}

const roleAndLog = (scope: Construct, id: string, { statements, logRetention, ...kept }: Rights) => {
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: logRetention,
    removalPolicy: kept.removalPolicy,
    ...(kept.encryptionKey && { encryptionKey: kept.encryptionKey }),
  });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  give(role, [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]), ...statements]);
  return { role, logGroup };
};

const bothEnvironments = (scope: Construct, reach: GrantedResources, props: SettledProps) => ({
  LEDGER_TABLE: reach.ledger.tableName,
  REQUESTS_QUEUE_URL: reach.queues.requests.queueUrl,
  URGENT_QUEUE_URL: reach.queues.urgent.queueUrl,
  RECHECKS_QUEUE_URL: reach.queues.rechecks.queueUrl,
  STUCK_QUEUE_URL: reach.queues.stuck.queueUrl,
  RESULTS_TOPIC_ARN: reach.results.topicArn,
  NOTIFICATIONS_TOPIC_ARN: reach.notifications.topicArn,
  BUS_NAME: reach.bus.eventBusName,
  SECRET_PREFIX: reach.prefix,
  INSTANCE: scope.node.path,
  GIVE_UP_AFTER_SECONDS: String(props.giveUpAfter.toSeconds()),
  PROVIDERS: props.providers.join(','),
  MODE: props.mode,
  LIMIT_OTHER: String(props.otherLimit),
});

const revokeEnvironment = (props: SettledProps) => ({
  LIMIT_URGENT: String(props.urgentLimit),
  EGRESS_ADDRESSES: props.egressAddresses.join(','),
  REQUEST_TOPICS: props.requestTopics.map(({ topicArn }) => topicArn).join(','),
  IN_VPC: String(props.network !== undefined),
});
