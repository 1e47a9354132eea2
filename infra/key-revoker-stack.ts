import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { KeyRevocation } from './key-revocation.ts';
import type { KeyRevocationProps, Mode } from './key-revocation-props.ts';

export interface KeyRevokerStackProps extends StackProps {
  /** The mode is said, and never a default. */
  readonly revocation: KeyRevocationProps & { readonly mode: Mode };
  /** ARNs of topics whose messages are requests. */
  readonly requestTopics?: readonly string[];
}

/** What an alarm does with a topic that is known by its ARN. */
export const publishTo = (alarmActionArn: string): IAlarmAction => ({ bind: () => ({ alarmActionArn }) });

/** One instance and the names that people and scripts need. */
export class KeyRevokerStack extends Stack {
  readonly revocation: KeyRevocation;

  constructor(scope: Construct, id: string, { revocation, requestTopics = [], ...props }: KeyRevokerStackProps) {
    super(scope, id, props);
    const named = requestTopics.map((arn, index) => Topic.fromTopicArn(this, `RequestTopic${index + 1}`, arn));
    this.revocation = new KeyRevocation(this, 'Revocation', {
      ...revocation,
      requestTopics: [...(revocation.requestTopics ?? []), ...named],
    });
    this.revocation.addOutputs();
  }
}
