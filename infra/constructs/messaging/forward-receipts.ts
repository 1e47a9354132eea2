import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { RESULT_DETAIL_TYPE } from '../../../functions/core/receipt.ts';
import type { Kept } from './kept.ts';
import { everyQueue, IS_LAST } from './queues.ts';

/** Between which buses receipts go. */
export interface Forwarding {
  readonly from: EventBus | IEventBus;
  /** Of any account and region. */
  readonly to: EventBus | IEventBus;
}

/**
 * Hands every receipt on to another bus, as it is.
 *
 * @returns the queue of those that the other bus did not take for a day. It is not retained: the ledger has each receipt.
 */
export const forwardReceipts = (scope: Construct, { from, to }: Forwarding, kept: Kept): Queue => {
  const lost = new Queue(scope, 'LostReceipts', { ...everyQueue(kept), removalPolicy: RemovalPolicy.DESTROY });
  Validations.of(lost).acknowledge(
    { id: 'AwsSolutions-SQS3', reason: IS_LAST },
    { id: 'Serverless-SQSRedrivePolicy', reason: IS_LAST },
  );
  // Naming the rule would close a circle: the rule names this role.
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  const role = new Role(scope, 'ForwardRole', {
    assumedBy: new ServicePrincipal('events.amazonaws.com', { conditions }),
  });
  role.addToPrincipalPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [to.eventBusArn] }));
  const rule = new Rule(scope, 'ForwardedReceipts', {
    eventBus: from,
    description: 'Hands receipts to another bus',
    eventPattern: { detailType: [RESULT_DETAIL_TYPE] },
    targets: [{ bind: () => ({ arn: to.eventBusArn, role, deadLetterConfig: { arn: lost.queueArn } }) }],
  });
  rule.node.addDependency(role);
  lost.addToResourcePolicy(
    new PolicyStatement({
      sid: 'ForwardedReceipts',
      actions: ['sqs:SendMessage'],
      resources: [lost.queueArn],
      principals: [new ServicePrincipal('events.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
    }),
  );
  return lost;
};
