import { Stack, Token } from 'aws-cdk-lib';
import type { AlarmBase, CfnAlarm, CfnCompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/**
 * Finds actions of alarms that AWS takes and never carries out, or refuses only at deploy, each as a sentence: CloudWatch may not publish to
 * the topics of an instance, and publishes only in its own region.
 */
export const unreachableActions = (made: readonly AlarmBase[], own: readonly ITopic[]): string[] => {
  const ours = own.map((topic) => JSON.stringify(Stack.of(topic).resolve(topic.topicArn)));
  const arns = made.flatMap((each) => actionsOf(each).map((arn) => ({ arn, region: Stack.of(each).region })));
  const isOwn = arns.some(({ arn }) => ours.includes(JSON.stringify(arn)));
  const away = arns.find(({ arn, region }) => isElsewhere(arn, region));
  return [...(isOwn ? [OWN] : []), ...(away ? [elsewhere(away.arn, away.region)] : [])];
};

const OWN =
  'Cannot let alarms publish to a topic of this construct: CloudWatch may not. Give alarmActions and urgentAlarmActions topics of yours';

const elsewhere = (arn: unknown, region: string): string =>
  `Cannot let alarms publish to ${arn}: CloudWatch publishes only to topics of its own region. Give alarmActions and urgentAlarmActions topics in ${region}`;

const actionsOf = (made: AlarmBase): readonly unknown[] => {
  const { alarmActions, okActions, insufficientDataActions } = made.node.defaultChild as CfnAlarm | CfnCompositeAlarm;
  return [alarmActions, okActions, insufficientDataActions].flatMap((arns) => Stack.of(made).resolve(arns) ?? []);
};

/** A topic or a region that is known only at deploy may be the right one. */
const isElsewhere = (arn: unknown, region: string): boolean => {
  const [, its] = typeof arn === 'string' ? (/^arn:[^:]+:sns:([^:]+):/.exec(arn) ?? []) : [];
  return its !== undefined && !Token.isUnresolved(region) && its !== region;
};
