import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { allow } from './permissions.ts';

/** All schedules of a group. */
export const everyScheduleArn = (group: IScheduleGroup): string =>
  Stack.of(group).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    resourceName: `${group.scheduleGroupName}/*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

/** Lets a principal have Scheduler, and no other service, act as this role. */
export const passPermission = ({ roleArn }: IRole): PolicyStatement =>
  allow(['iam:PassRole'], [roleArn], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
