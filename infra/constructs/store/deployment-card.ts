import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Lane } from '../../../functions/core/lane.ts';
import type { DeploymentCard } from '../../../functions/core/request/deployment-card.ts';
import type { SettledProps } from '../../settled-props.ts';
import type { Schedules } from '../functions/schedules.ts';
import type { LaneMappings } from '../messaging/queues.ts';
import type { GrantedResources } from '../permissions/permissions.ts';

export interface CardParts extends Schedules {
  readonly reach: GrantedResources;
  readonly props: SettledProps;
  readonly mappings: LaneMappings;
}

/** What an instance tells the command line of itself; most of it is known only at deploy. */
export const deploymentCard = (instance: Construct, parts: CardParts): DeploymentCard => {
  const { reach, props, mappings, group, requestRole } = parts;
  const laneCard = (lane: Lane) => ({
    queueName: reach.queues[lane].queueName,
    eventSourceMappingId: mappings[lane].eventSourceMappingId,
  });
  const { requests, stuck, undelivered } = reach.queues;
  return {
    version: 1,
    instance: instance.node.path,
    stack: Stack.of(instance).stackName,
    prefix: props.prefix,
    mode: props.mode,
    providers: [...props.providers],
    requestsQueueUrl: requests.queueUrl,
    requestsQueueArn: requests.queueArn,
    stuckQueueUrl: stuck.queueUrl,
    undeliveredQueueUrl: undelivered.queueUrl,
    undeliveredQueueArn: undelivered.queueArn,
    resultsTopicArn: reach.results.topicArn,
    busName: reach.bus.eventBusName,
    ledgerTable: reach.ledger.tableName,
    scheduleGroup: group.scheduleGroupName,
    scheduleRoleArn: requestRole.roleArn,
    eventSourceMappingId: mappings.requests.eventSourceMappingId,
    lanes: { urgent: laneCard('urgent'), rechecks: laneCard('rechecks') },
    concurrency: { ...props.maxConcurrency, reserved: props.reservedConcurrency },
    sweepEverySeconds: props.sweepRate.toSeconds(),
    alarmActions: props.alarmActions.length,
    urgentAlarmActions: props.urgentAlarmActions.length,
    giveUpAfterSeconds: props.giveUpAfter.toSeconds(),
    limits: { urgent: props.urgentLimit, other: props.otherLimit },
    egressAddresses: [...props.egressAddresses],
  };
};
