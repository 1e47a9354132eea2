import { type EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { REQUEST_DETAIL_TYPE } from '../../../functions/core/request/wrappers.ts';
import type { Queues } from './queues.ts';

/** Hands the whole event over, since its id, source and time are part of the request; who may send is the queue's own matter. */
export const requestRule = (
  scope: Construct,
  eventBus: EventBus | IEventBus,
  { requests, undelivered }: Queues,
): Rule => {
  const rule = new Rule(scope, 'Requested', {
    eventBus,
    description: 'Hands requests from the bus to the requests queue',
    eventPattern: { detailType: [REQUEST_DETAIL_TYPE] },
    targets: [{ bind: () => ({ arn: requests.queueArn, deadLetterConfig: { arn: undelivered.queueArn } }) }],
  });
  undelivered.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OurRule',
      actions: ['sqs:SendMessage'],
      resources: [undelivered.queueArn],
      principals: [new ServicePrincipal('events.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
    }),
  );
  return rule;
};
