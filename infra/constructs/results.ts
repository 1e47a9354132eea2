import { RemovalPolicy } from 'aws-cdk-lib';
import { Alias, type IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * The topic that receipts are published to. Retained, since its subscriptions were confirmed by people.
 *
 * Without a key of the user's it is encrypted with `alias/aws/sns`, which every principal of the account can use through SNS; other
 * AWS services cannot, so nothing but our functions can publish here.
 */
export const results = (scope: Construct, encryptionKey: IKey | undefined): Topic => {
  const topic = new Topic(scope, 'Results', {
    enforceSSL: true,
    masterKey: encryptionKey ?? Alias.fromAliasName(scope, 'SnsKey', 'alias/aws/sns'),
  });
  topic.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return topic;
};
