import { Lazy } from 'aws-cdk-lib';
import {
  Effect,
  type IGrantable,
  PolicyStatement,
  type PolicyStatementProps,
  ServicePrincipal,
  StarPrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueuePolicy, type Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type AdmittedRoles, allowRoles } from './organization.ts';
import { spelled } from './spelled.ts';

/** One role or user of any account, or a reference to one; not an account, a group or a pattern: `aws:PrincipalArn` names none. */
const ROLE_OR_USER = /^(arn:[^*?]+:iam::[^*?]+:(role|user)\/[^*?]+|<[^>]+>)$/;

/** What `aws sts get-caller-identity` says of a user in a role; the session comes and goes, the role is what a policy names. */
const SESSION = /^arn:([^:*?]+):sts::(\d+):assumed-role\/([^/*?]+)\//;

/** What is wanted instead of this ARN; `undefined` where it is that of a role or a user. */
export const senderObjection = (arn: string): string | undefined => {
  if (ROLE_OR_USER.test(arn)) return undefined;
  const [, partition, account, role] = SESSION.exec(arn) ?? [];
  if (role === undefined) return 'a role or a user';
  return `the role of that session: arn:${partition}:iam::${account}:role/${role}, with its path before the name if it has one`;
};

/**
 * The ARN that `aws:PrincipalArn` has when this grantee sends.
 *
 * @throws Error when it is neither a role nor a user.
 */
export const senderArn = (scope: Construct, { grantPrincipal }: IGrantable): string => {
  const [arn] = [grantPrincipal.policyFragment.principalJson['AWS']].flat();
  const isGroup = 'groupName' in grantPrincipal;
  const objection = typeof arn === 'string' && !isGroup ? senderObjection(spelled(scope, arn)) : 'a role or a user';
  if (typeof arn === 'string' && objection === undefined) return arn;
  throw new Error(`Cannot grant requests to ${grantPrincipal}: it must be ${objection}`);
};

/** What puts requests on a queue beside granted principals: EventBridge for a rule, SNS for topics, and roles of an organisation. */
export interface AdmittedServices {
  readonly ruleArn: string;
  readonly topics: readonly ITopic[];
  /** Roles that need no grant of their own. */
  readonly roles?: AdmittedRoles | undefined;
}

/** The longest policy of a queue, in bytes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html */
const LONGEST_POLICY = 8_192;

/** What a name that is known only at deploy is taken for: an ARN of a role or a queue in a path of the usual length. */
const UNKNOWN = 'arn:aws:iam::111122223333:role/a-stack-and-a-construct-of-the-usual-length-0123456789AB';

/** A policy with what is known only at deploy in the usual length. */
const inFull = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inFull);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.some(([name]) => name === 'Ref' || name.startsWith('Fn::'))) return UNKNOWN;
  return Object.fromEntries(entries.map(([name, part]) => [name, inFull(part)]));
};

/** AWS refuses such a policy only at deploy. */
const tooLong = (queue: Queue, senders: number): string[] => {
  const policies = queue.node.findAll().filter((one) => one instanceof CfnQueuePolicy);
  const bytes = policies.map(
    ({ policyDocument }) => JSON.stringify(inFull(queue.stack.resolve(policyDocument))).length,
  );
  const longest = Math.max(0, ...bytes);
  if (longest <= LONGEST_POLICY) return [];
  return [
    `Cannot admit ${senders} senders to ${queue.node.id}: the policy of the queue takes about ${longest} bytes, and SQS takes ${LONGEST_POLICY}. Let several senders use one role, or send through the bus`,
  ];
};

/** Admits a sender to a queue, by its ARN. */
export type Admit = (senderArn: string) => void;

/**
 * Lets nobody send to a queue but the principals that are admitted through the returned function, and these services, whatever their own
 * policies say: a sender may kill a key.
 *
 * @param services EventBridge for a rule, SNS for topics, and roles of an organisation. Without them no service may send
 */
export const onlyAdmitted = (queue: Queue, services?: AdmittedServices): Admit => {
  const admitted = new Set<string>();
  const send = { actions: ['sqs:SendMessage'], resources: [queue.queueArn] };
  const deny = { ...send, effect: Effect.DENY, principals: [new StarPrincipal()] };
  const topicArns = services?.topics.map(({ topicArn }) => topicArn) ?? [];
  for (const statement of denyOthers(deny, admitted, services?.roles)) queue.addToResourcePolicy(statement);
  const [only, ...more] = services ? [services.ruleArn, ...topicArns] : [];
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OnlyOurRuleOfAllServices',
      ...deny,
      conditions: {
        ...(only && { ArnNotEquals: { 'aws:SourceArn': more.length > 0 ? [only, ...more] : only } }),
        Bool: { 'aws:PrincipalIsAWSService': 'true' },
      },
    }),
  );
  const admit = (sid: string, service: string, sourceArn: string | readonly string[]): void =>
    void queue.addToResourcePolicy(
      new PolicyStatement({
        sid,
        ...send,
        principals: [new ServicePrincipal(service)],
        conditions: { ArnEquals: { 'aws:SourceArn': sourceArn } },
      }),
    );
  queue.node.addValidation({ validate: () => tooLong(queue, admitted.size) });
  if (services) admit('OurRule', 'events.amazonaws.com', services.ruleArn);
  if (topicArns.length > 0) admit('RequestTopics', 'sns.amazonaws.com', topicArns);
  if (services?.roles) queue.addToResourcePolicy(allowRoles(services.roles, { sid: 'RolesOfOrganization', ...send }));
  return (arn) => void admitted.add(arn);
};

/**
 * Denies every principal that is not admitted. A role of an organisation has to pass two statements, since the conditions of one hold
 * together: one denies those outside of the organisation, and one those with another name.
 */
const denyOthers = (
  deny: PolicyStatementProps,
  admitted: ReadonlySet<string>,
  roles: AdmittedRoles | undefined,
): readonly PolicyStatement[] => {
  // Absent keys match all of these, so an anonymous sender is denied as well. Every ARN is exact, and SQS once refused this key under the
  // operators for ARNs.
  const notAdmitted = { 'aws:PrincipalArn': Lazy.list({ produce: () => [...admitted] }) };
  const noService = { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } };
  const outside = roles && { 'aws:PrincipalOrgID': roles.organizationId };
  const principals = new PolicyStatement({
    sid: 'OnlyAdmittedPrincipals',
    ...deny,
    conditions: { StringNotEquals: { ...notAdmitted, ...outside }, ...noService },
  });
  if (roles === undefined) return [principals];
  const named = new PolicyStatement({
    sid: 'OnlyNamedRolesOfOrganization',
    ...deny,
    conditions: {
      StringNotEquals: notAdmitted,
      StringNotLike: { 'aws:PrincipalArn': roles.arns },
      ...noService,
    },
  });
  return [principals, named];
};
