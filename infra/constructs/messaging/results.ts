import { type CfnTopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Kept } from './kept.ts';

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
export const topics = (scope: Construct, { encryptionKey, removalPolicy }: Kept): Topics => {
  const retained = (id: string): Topic => {
    const topic = new Topic(scope, id, { enforceSSL: true, ...(encryptionKey && { masterKey: encryptionKey }) });
    // By its short name: SNS then makes the key where the account has none in this region yet. An ARN names a key that has to be there.
    if (encryptionKey === undefined) (topic.node.defaultChild as CfnTopic).kmsMasterKeyId = 'alias/aws/sns';
    topic.applyRemovalPolicy(removalPolicy);
    return topic;
  };
  return { results: retained('Results'), notifications: retained('Notifications') };
};
