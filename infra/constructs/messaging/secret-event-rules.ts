import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  CALL_DETAIL_TYPE,
  LABEL_DETAIL_TYPE,
  SECRETS_SOURCE,
  TAG_CALLS,
} from '../../../functions/core/request/secret-events.ts';
import type { Queues } from './queues.ts';

/** Lets EventBridge put what these rules deliver on a queue. */
const admitRules = (queue: Queue, rules: readonly Rule[]): void =>
  void queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'SecretEventRules',
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      principals: [new ServicePrincipal('events.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ ruleArn }) => ruleArn) } },
    }),
  );

/**
 * Two rules on the account's default bus, which AWS services send their events to. New versions are told by Secrets Manager itself; tags
 * only by CloudTrail, where a trail logs the account's calls. The function looks at the secret itself, whatever an event says.
 */
export const secretEventRules = (scope: Construct, { secretEvents, lostEvents }: Queues): readonly Rule[] => {
  const target = { arn: secretEvents.queueArn, deadLetterConfig: { arn: lostEvents.queueArn } };
  const targets = [{ bind: () => target }];
  const rules = [
    new Rule(scope, 'NewVersions', {
      description: 'Tells the sweep which secrets have a new version',
      eventPattern: { source: [SECRETS_SOURCE], detailType: [LABEL_DETAIL_TYPE] },
      targets,
    }),
    new Rule(scope, 'ChangedTags', {
      description: 'Tells the sweep which secrets may have other tags; it needs a trail',
      eventPattern: {
        source: [SECRETS_SOURCE],
        detailType: [CALL_DETAIL_TYPE],
        detail: { eventSource: ['secretsmanager.amazonaws.com'], eventName: [...TAG_CALLS] },
      },
      targets,
    }),
  ];
  for (const queue of [secretEvents, lostEvents]) admitRules(queue, rules);
  return rules;
};
