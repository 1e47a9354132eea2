import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Lets EventBridge use the queues' key for rules of this account: it has no role whose policy could say so. */
export const admitEvents = (scope: Construct, key: IKey): void => {
  const statement = new PolicyStatement({
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    // Naming the rule would close a circle: the rule names the queue, and the queue this key.
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
  if (key.addToResourcePolicy(statement, true).statementAdded) return;
  const message =
    'The key was imported: its policy has to admit events.amazonaws.com, or requests from the bus are not delivered';
  Annotations.of(scope).addWarningV2('key-revoker:imported-key', message);
};
