import { type EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Queues } from './queues.ts';

/** The `detail-type` of an event whose `detail` is a request. */
export const REQUESTED = 'Key Revocation Requested';

/** Hands the whole event over, since its id, source and time are part of the request; who may send is the queue's own matter. */
export const requestRule = (
  scope: Construct,
  eventBus: EventBus | IEventBus,
  { requests, undelivered }: Queues,
): Rule => {
  const rule = new Rule(scope, 'Requested', {
    eventBus,
    description: 'Hands requests from the bus to the requests queue',
    eventPattern: { detailType: [REQUESTED] },
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
