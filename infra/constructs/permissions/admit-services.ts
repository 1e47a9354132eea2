import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * Lets the services that put messages on the queues use the queues' key: EventBridge for rules of this account, and SNS for topics of the
 * accounts of these topics. They have no role whose policy could say so.
 */
export const admitServices = (scope: Construct, key: IKey, topics: readonly ITopic[]): void => {
  const { account, partition } = Stack.of(scope);
  const use = { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['*'] };
  // Naming the rule would close a circle: the rule names the queue, and the queue this key.
  const events = new PolicyStatement({
    ...use,
    principals: [new ServicePrincipal('events.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': account } },
  });
  // So would naming a topic that is encrypted with this key.
  const ofAccounts = [...new Set(topics.map(({ env }) => `arn:${partition}:sns:*:${env.account}:*`))];
  const sns = new PolicyStatement({
    ...use,
    principals: [new ServicePrincipal('sns.amazonaws.com')],
    conditions: { ArnLike: { 'aws:SourceArn': ofAccounts } },
  });
  const all = topics.length > 0 ? [events, sns] : [events];
  if (all.every((statement) => key.addToResourcePolicy(statement, true).statementAdded)) return;
  const services = topics.length > 0 ? 'events.amazonaws.com and sns.amazonaws.com' : 'events.amazonaws.com';
  const message = `The key was imported: its policy has to admit ${services}, or requests from the bus${topics.length > 0 ? ' and from topics' : ''} are not delivered`;
  Annotations.of(scope).addWarningV2('key-revoker:imported-key', message);
};
