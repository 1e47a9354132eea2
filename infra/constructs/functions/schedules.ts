import { type Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CfnScheduleGroup,
  type IScheduleGroup,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { retainPolicies } from '../messaging/retain-policies.ts';
import { allow, deliverPermissions, type GrantedResources, give } from '../permissions/permissions.ts';

export interface Schedules {
  /** Holds this instance's schedules; the roles below trust no schedule outside of it. */
  readonly group: IScheduleGroup;
  /** The role that a one-time schedule puts its request on the queue with. */
  readonly requestRole: Role;
}

/** One-time schedules may be put into the group by principals with that grant. */
export const schedules = (scope: Construct, reach: GrantedResources, removalPolicy: RemovalPolicy): Schedules => {
  const group = retainedGroup(scope, removalPolicy);
  const requestRole = schedulerRole(scope, 'ScheduledRequestRole', group);
  const { requests, urgent } = reach.queues;
  give(requestRole, [allow(['sqs:SendMessage'], [requests.queueArn, urgent.queueArn]), ...deliverPermissions(reach)]);
  // A kept schedule takes this role when its instant comes.
  retainPolicies(removalPolicy, requestRole);
  return { group, requestRole };
};

export interface SweepScheduleProps {
  readonly group: IScheduleGroup;
  readonly sweep: IFunction;
  readonly reach: GrantedResources;
  readonly rate: Duration;
}

/** The clock of the sweep. A tick that is late by a whole period is dropped: the next one sees the same secrets. */
export const sweepSchedule = (scope: Construct, { group, sweep, reach, rate }: SweepScheduleProps): Schedule => {
  const role = schedulerRole(scope, 'SweepTickRole', group);
  give(role, [allow(['lambda:InvokeFunction'], [sweep.functionArn]), ...deliverPermissions(reach)]);
  const target = {
    arn: sweep.functionArn,
    role,
    deadLetterConfig: { arn: reach.queues.undelivered.queueArn },
    retryPolicy: { maximumEventAgeInSeconds: rate.toSeconds(), maximumRetryAttempts: 10 },
  };
  const schedule = new Schedule(scope, 'SweepTick', {
    description: 'Turns due expiry tags into requests',
    schedule: ScheduleExpression.rate(rate),
    timeWindow: TimeWindow.off(),
    scheduleGroup: group,
    target: { bind: () => target },
  });
  // With its policies: a tick before them would be refused.
  schedule.node.addDependency(role);
  return schedule;
};

/** Retained, since a schedule in it is a request; without a name of its own, which would be in the way of the next deployment. */
const retainedGroup = (scope: Construct, removalPolicy: RemovalPolicy): IScheduleGroup => {
  const made = new CfnScheduleGroup(scope, 'Schedules');
  made.applyRemovalPolicy(removalPolicy);
  return ScheduleGroup.fromScheduleGroupName(scope, 'ScheduleGroup', made.ref);
};

const schedulerRole = (scope: Construct, id: string, group: IScheduleGroup): Role => {
  const conditions = {
    StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
    // Scheduler names the group, not the schedule, when it takes a role.
    ArnEquals: { 'aws:SourceArn': group.scheduleGroupArn },
  };
  return new Role(scope, id, { assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }) });
};
