import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type CfnAlarm,
  ComparisonOperator,
  type IAlarmAction,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AlarmName } from './alarm-name.ts';
import { type AlarmRow, alarmTable } from './alarm-table.ts';
import type { Watched } from './watched.ts';

export type Alarms = Readonly<Record<AlarmName, Alarm>>;

const idOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}Alarm`;

const alarm = (scope: Construct, id: string, row: AlarmRow): Alarm => {
  const { says, section, metric, above, below, periods = 1, missing = TreatMissingData.NOT_BREACHING } = row;
  const isAbove = above !== undefined;
  return new Alarm(scope, id, {
    metric,
    alarmDescription: `${says}. See "${section}" in docs/runbook.md`,
    threshold: (isAbove ? above : below) ?? 0,
    comparisonOperator: isAbove ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: periods,
    treatMissingData: missing,
  });
};

/** Makes every alarm, each with the same actions. */
export const alarms = (scope: Construct, watched: Watched, actions: readonly IAlarmAction[]): Alarms => {
  const rows = Object.entries(alarmTable(watched));
  const made = rows.map(([name, row]) => [name, alarm(scope, idOf(name), row)] as const);
  for (const [, each] of made) each.addAlarmAction(...actions);
  return Object.fromEntries(made) as Alarms;
};

/** CloudWatch may not publish to the topics of an instance. AWS takes such an action, and every alarm is then silent. */
export const alarmsToItself = (made: Alarms, topics: readonly ITopic[]): string[] => {
  const own = topics.map((topic) => JSON.stringify(Stack.of(topic).resolve(topic.topicArn)));
  const actions = Object.values(made).flatMap((each) => {
    const { alarmActions = [], okActions = [], insufficientDataActions = [] } = each.node.defaultChild as CfnAlarm;
    const resolved: unknown[] = [alarmActions, okActions, insufficientDataActions].flatMap((arns) =>
      Stack.of(each).resolve(arns),
    );
    return resolved.map((arn) => JSON.stringify(arn));
  });
  if (!actions.some((arn) => own.includes(arn))) return [];
  return [
    'Cannot let alarms publish to a topic of this construct: CloudWatch may not. Give alarmActions a topic of yours',
  ];
};
