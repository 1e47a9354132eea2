import { Annotations, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type AdmittedRoles, allowRoles } from './organization.ts';

/** Who puts messages on the queues without a role that is known here. */
export interface KeyUsers {
  readonly topics: readonly ITopic[];
  readonly roles: AdmittedRoles | undefined;
}

/**
 * Lets the services that have no role here use the key: EventBridge for rules of this account and SNS for topics of the accounts of these
 * topics, which put messages on the queues, and CloudWatch Logs for the log groups. The same for roles of an organisation. Warns if the key's policy is not this app's to write.
 */
export const admitServices = (scope: Construct, key: IKey, { topics, roles }: KeyUsers): void => {
  const all = [
    forEvents(scope),
    ...(topics.length > 0 ? [forTopics(scope, topics)] : []),
    forLogs(scope),
    ...(roles ? [forRoles(scope, roles)] : []),
  ];
  // Each, also if the first is refused.
  const added = all.map((statement) => key.addToResourcePolicy(statement, true).statementAdded);
  if (added.every(Boolean)) return;
  const others = roles ? ' and the roles of organizationSenders' : '';
  const services = topics.length > 0 ? 'events.amazonaws.com, sns.amazonaws.com' : 'events.amazonaws.com';
  const message = `The key was imported: its policy has to admit ${services} and CloudWatch Logs${others}, or the log groups cannot be deployed and requests from the bus${topics.length > 0 ? ' and from topics' : ''} are not delivered. docs/deploying.md has the statements`;
  Annotations.of(scope).addWarningV2('key-revoker:imported-key', message);
};

const FOR_MESSAGES = { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['*'] };

/** Naming the rule would close a circle: the rule names the queue, and the queue this key. */
const forEvents = (scope: Construct): PolicyStatement =>
  new PolicyStatement({
    ...FOR_MESSAGES,
    principals: [new ServicePrincipal('events.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });

/** So would naming a topic that is encrypted with this key. */
const forTopics = (scope: Construct, topics: readonly ITopic[]): PolicyStatement => {
  const { partition } = Stack.of(scope);
  const ofAccounts = [...new Set(topics.map(({ env }) => `arn:${partition}:sns:*:${env.account}:*`))];
  return new PolicyStatement({
    ...FOR_MESSAGES,
    principals: [new ServicePrincipal('sns.amazonaws.com')],
    conditions: { ArnLike: { 'aws:SourceArn': ofAccounts } },
  });
};

/** A sender needs the key of a queue, and a key of another account only its policy can allow. */
const forRoles = (scope: Construct, roles: AdmittedRoles): PolicyStatement => {
  const { region, urlSuffix } = Stack.of(scope);
  return allowRoles(roles, { ...FOR_MESSAGES, more: { 'kms:ViaService': `sqs.${region}.${urlSuffix}` } });
};

/**
 * And a log group. CloudFormation begins its name with that of the stack.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
const forLogs = (scope: Construct): PolicyStatement => {
  const stack = Stack.of(scope);
  const { region, urlSuffix, stackName } = stack;
  const ours = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    // The name of a nested stack is known only at deploy.
    resourceName: Token.isUnresolved(stackName) ? '*' : `${stackName}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new PolicyStatement({
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    resources: ['*'],
    principals: [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': ours } },
  });
};
