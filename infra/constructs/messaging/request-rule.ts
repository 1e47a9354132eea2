import { type EventBus, type EventPattern, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { isUrgent, REASONS } from '../../../functions/core/reason.ts';
import { REQUEST_DETAIL_TYPE } from '../../../functions/core/request/wrappers.ts';
import type { Queues } from './queues.ts';

/** The rules that hand requests from the bus to the queues of their lanes. */
export interface RequestRules {
  readonly requests: Rule;
  readonly urgent: Rule;
}

/**
 * Hands the whole event over, since its id, source and time are part of the request; the queue itself decides who may send. The rule
 * of the requests queue takes every event: two filters that exclude each other lose the event that fits neither. An urgent event goes to
 * both queues, and is one request by its id.
 */
export const requestRules = (
  scope: Construct,
  eventBus: EventBus | IEventBus,
  { requests, urgent, undelivered }: Queues,
): RequestRules => {
  const ruleTo = (id: string, queue: Queue, description: string, detail: Pick<EventPattern, 'detail'> = {}): Rule =>
    new Rule(scope, id, {
      eventBus,
      description,
      eventPattern: { detailType: [REQUEST_DETAIL_TYPE], ...detail },
      targets: [{ bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: undelivered.queueArn } }) }],
    });
  const rules = {
    requests: ruleTo('Requested', requests, 'Hands requests from the bus to the requests queue'),
    urgent: ruleTo('UrgentRequested', urgent, 'Hands urgent requests from the bus to the urgent queue', {
      detail: { reason: REASONS.filter(isUrgent) },
    }),
  };
  undelivered.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OurRule',
      actions: ['sqs:SendMessage'],
      resources: [undelivered.queueArn],
      principals: [new ServicePrincipal('events.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': [rules.requests.ruleArn, rules.urgent.ruleArn] } },
    }),
  );
  return rules;
};
