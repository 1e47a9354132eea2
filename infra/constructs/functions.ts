import { Duration } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { TIMING } from '../../functions/core/timing.ts';
import type { SettledProps } from '../settled-props.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { handlerFunction } from './handler-function.ts';
import { allow, give, type Reach, revokePermissions, secretsArn, sweepPermissions } from './permissions.ts';

/** How far a sweep looks ahead: as long as SQS can delay a message. */
const SWEEP_AHEAD = Duration.minutes(15);

export interface Functions {
  readonly revokeRole: Role;
  readonly sweepRole: Role;
  readonly sweep: IFunction;
}

/** The two functions, and the mapping that hands requests to the first. */
export const functions = (scope: Construct, reach: Reach, props: SettledProps): Functions => {
  const { logRetention: retention } = props;
  const revokeLog = new LogGroup(scope, 'RevokeLog', { retention });
  const revokeRole = handlerRole(scope, 'RevokeRole', revokeLog, revokePermissions(reach));
  const sweepLog = new LogGroup(scope, 'SweepLog', { retention });
  const sweepRole = handlerRole(scope, 'SweepRole', sweepLog, sweepPermissions(reach));
  for (const role of [revokeRole, sweepRole])
    acknowledgeWildcard(role, secretsArn(reach), 'Every secret under the prefix');
  acknowledgeWildcard(sweepRole, '*', 'ListSecrets knows no resource');

  const both = bothEnvironments(scope, reach, props);
  const revoke = handlerFunction(scope, 'Revoke', {
    name: 'revoke',
    description: 'Carries out one request: kills or restricts a key and proves it',
    timeout: Duration.millis(TIMING.functionTimeoutMs),
    memorySize: 512,
    role: revokeRole,
    logGroup: revokeLog,
    environment: {
      ...both,
      ...revokeEnvironment(props),
      OWN_ROLES: [revokeRole, sweepRole].map((role) => role.roleId).join(','),
    },
  });
  new EventSourceMapping(scope, 'RevokeRequests', {
    target: revoke,
    eventSourceArn: reach.queues.requests.queueArn,
    batchSize: props.batchSize,
    maxConcurrency: props.maxConcurrency,
    reportBatchItemFailures: true,
  });
  const sweep = handlerFunction(scope, 'Sweep', {
    name: 'sweep',
    description: 'Turns due expiry tags into requests and looks after open cases',
    timeout: Duration.minutes(5),
    memorySize: 512,
    role: sweepRole,
    logGroup: sweepLog,
    environment: { ...both, SWEEP_AHEAD_SECONDS: String(SWEEP_AHEAD.toSeconds()) },
  });
  return { revokeRole, sweepRole, sweep };
};

const handlerRole = (scope: Construct, id: string, log: LogGroup, statements: readonly PolicyStatement[]): Role => {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  give(role, [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]), ...statements]);
  return role;
};

const bothEnvironments = (scope: Construct, { queues, results, bus, ledger, prefix }: Reach, props: SettledProps) => ({
  LEDGER_TABLE: ledger.tableName,
  REQUESTS_QUEUE_URL: queues.requests.queueUrl,
  STUCK_QUEUE_URL: queues.stuck.queueUrl,
  RESULTS_TOPIC_ARN: results.topicArn,
  BUS_NAME: bus.eventBusName,
  SECRET_PREFIX: prefix,
  INSTANCE: scope.node.path,
  GIVE_UP_AFTER_SECONDS: String(props.giveUpAfter.toSeconds()),
  PROVIDERS: props.providers.join(','),
  MODE: props.mode,
});

const revokeEnvironment = (props: SettledProps) => ({
  LIMIT_URGENT: String(props.urgentLimit),
  LIMIT_OTHER: String(props.otherLimit),
  EGRESS_ADDRESSES: props.egressAddresses.join(','),
});
