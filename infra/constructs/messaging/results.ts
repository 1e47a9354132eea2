import { RemovalPolicy } from 'aws-cdk-lib';
import { Alias, type IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface Topics {
  /** Every receipt, as JSON. */
  readonly results: Topic;
  /** What people should hear of, as they can read it. */
  readonly notifications: Topic;
}

/**
 * The topics that receipts and news of them are published to. Retained, since their subscriptions were confirmed by people.
 *
 * Without a key of the user's they are encrypted with `alias/aws/sns`, which every principal of the account can use through SNS; other
 * AWS services cannot, so nothing but our functions can publish here.
 */
export const topics = (scope: Construct, encryptionKey: IKey | undefined): Topics => {
  const masterKey = encryptionKey ?? Alias.fromAliasName(scope, 'SnsKey', 'alias/aws/sns');
  const retained = (id: string): Topic => {
    const topic = new Topic(scope, id, { enforceSSL: true, masterKey });
    topic.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return topic;
  };
  return { results: retained('Results'), notifications: retained('Notifications') };
};
