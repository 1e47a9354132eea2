import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { LANES } from '../../../functions/core/lane.ts';
import { BY_STATE } from '../../../functions/core/ledger/keys.ts';
import { BY_STATE_2, LIST_MARKS } from '../../../functions/core/ledger/lists.ts';
import { STATUS_TAGS } from '../../../functions/core/request/expiry-tags.ts';
import type { Queues } from '../messaging/queues.ts';

/** All that the two functions may touch. */
export interface GrantedResources {
  readonly queues: Queues;
  readonly results: ITopic;
  readonly notifications: ITopic;
  readonly bus: EventBus | IEventBus;
  readonly ledger: Table;
  /** What the names of the secrets begin with. */
  readonly prefix: string;
  readonly secretKeys: readonly IKey[];
  readonly encryptionKey: IKey | undefined;
}

/** Every action that the revoking function may take, beside its log. */
export const revokePermissions = (reach: GrantedResources): readonly PolicyStatement[] => [
  allow(RECEIVE, laneArns(reach)),
  allow(['sqs:SendMessage'], [...laneArns(reach), reach.queues.stuck.queueArn]),
  allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], [secretsArn(reach)]),
  // The right to write any other tag would be the right to schedule a deletion.
  allow(['secretsmanager:TagResource'], [secretsArn(reach)], onlyAmong('StringEquals', 'aws:TagKeys', STATUS_TAGS)),
  allow(['sns:Publish'], [reach.results.topicArn, reach.notifications.topicArn]),
  allow(['events:PutEvents'], [reach.bus.eventBusArn]),
  allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], [reach.ledger.tableArn]),
  allow(['dynamodb:Query'], [reach.ledger.tableArn, byStateArn(reach)]),
  ...reach.secretKeys.map((key) => useThrough(reach, key, ['secretsmanager'], ['kms:Decrypt'])),
  ...functionKey(reach),
];

/** Every action that the sweep may take, beside its log: it reads tags and never a secret, and writes only what it has swept, copies of items that it cannot read, and in which list of the index an item is. */
export const sweepPermissions = (reach: GrantedResources): readonly PolicyStatement[] => [
  // The API knows no resource for a listing.
  allow(['secretsmanager:ListSecrets'], ['*']),
  allow(['secretsmanager:DescribeSecret'], [secretsArn(reach)]),
  allow(RECEIVE, [reach.queues.secretEvents.queueArn]),
  allow(['sqs:SendMessage'], [...laneArns(reach), reach.queues.stuck.queueArn]),
  allow(['sns:Publish'], [reach.results.topicArn, reach.notifications.topicArn]),
  allow(['events:PutEvents'], [reach.bus.eventBusArn]),
  allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem'], [reach.ledger.tableArn]),
  allow(['dynamodb:Query'], [reach.ledger.tableArn, ...indexArns(reach)]),
  allow(
    ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    [reach.ledger.tableArn],
    onlyAmong('StringLike', 'dynamodb:LeadingKeys', ['sweep#*', 'quarantine#*']),
  ),
  // In which list of the index an item is, and nothing else of it.
  allow(
    ['dynamodb:UpdateItem'],
    [reach.ledger.tableArn],
    bothOf(
      onlyAmong('StringLike', 'dynamodb:LeadingKeys', ['request#*', 'case#*']),
      onlyAmong('StringEquals', 'dynamodb:Attributes', LIST_MARKS),
    ),
  ),
  ...functionKey(reach),
];

/** What a role of EventBridge Scheduler may do besides reaching its target: put on the undelivered queue what it cannot deliver. */
export const deliverPermissions = (reach: GrantedResources): readonly PolicyStatement[] => [
  allow(['sqs:SendMessage'], [reach.queues.undelivered.queueArn]),
  ...messageKey(reach, ['sqs']),
];

/** The ARNs of all secrets under the prefix; Secrets Manager adds six characters to each name. */
export const secretsArn = ({ queues, prefix }: Pick<GrantedResources, 'queues' | 'prefix'>): string =>
  Stack.of(queues.requests).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${prefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** The ARNs of the queues that requests and rechecks travel on. */
export const laneArns = ({ queues }: Pick<GrantedResources, 'queues'>): string[] =>
  LANES.map((lane) => queues[lane].queueArn);

const RECEIVE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];

export const give = (role: IRole, statements: readonly PolicyStatement[]): void => {
  for (const statement of statements) role.addToPrincipalPolicy(statement);
};

export const allow = (actions: string[], resources: string[], conditions?: Conditions): PolicyStatement =>
  new PolicyStatement({ actions, resources, ...(conditions && { conditions }) });

export type Conditions = Record<string, Record<string, unknown>>;

/** Every value of the key is one of these, and the key is present: `ForAllValues` by itself also holds where the key is absent. */
export const onlyAmong = (operator: string, key: string, values: readonly string[]): Conditions => ({
  [`ForAllValues:${operator}`]: { [key]: values },
  Null: { [key]: 'false' },
});

/** Both conditions hold. */
export const bothOf = (a: Conditions, b: Conditions): Conditions =>
  Object.fromEntries(Object.keys({ ...a, ...b }).map((operator) => [operator, { ...a[operator], ...b[operator] }]));

export const byStateArn = ({ ledger }: GrantedResources): string => `${ledger.tableArn}/index/${BY_STATE}`;

/** Both indexes: readers use the new one once every item is in it. */
export const indexArns = (reach: GrantedResources): readonly string[] => [
  byStateArn(reach),
  `${reach.ledger.tableArn}/index/${BY_STATE_2}`,
];

/**
 * What DynamoDB may do with the key of a table in the name of the principal that reads or writes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const WITH_LEDGER_KEY = [
  ...['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
  ...['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
];

/** The use of the user's key for the messages of these services. */
export const messageKey = (reach: GrantedResources, services: readonly string[]): readonly PolicyStatement[] =>
  reach.encryptionKey ? [useThrough(reach, reach.encryptionKey, services, ['kms:Decrypt', 'kms:GenerateDataKey'])] : [];

/** The use of the user's key for the ledger. */
export const ledgerKey = (reach: GrantedResources): readonly PolicyStatement[] =>
  reach.encryptionKey ? [useThrough(reach, reach.encryptionKey, ['dynamodb'], WITH_LEDGER_KEY)] : [];

/** The use of the user's key by a function: for its messages, for the ledger, and for its own environment. */
const functionKey = (reach: GrantedResources): readonly PolicyStatement[] => [
  ...messageKey(reach, ['sqs', 'sns']),
  ...ledgerKey(reach),
  ...environmentKey(reach),
];

/**
 * Lambda opens the environment of a function in the name of its role. By the context that Lambda encrypts with, since nothing documents
 * that such a call is one through a service. The function's own name would close a circle: it is made after its role.
 */
const environmentKey = ({ encryptionKey, queues }: GrantedResources): readonly PolicyStatement[] => {
  const functions = Stack.of(queues.requests).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const conditions = { ArnLike: { 'kms:EncryptionContext:aws:lambda:FunctionArn': functions } };
  return encryptionKey ? [allow(['kms:Decrypt'], [encryptionKey.keyArn], conditions)] : [];
};

export const useThrough = (
  reach: GrantedResources,
  key: IKey,
  services: readonly string[],
  actions: string[],
): PolicyStatement => {
  const { region, urlSuffix } = Stack.of(reach.queues.requests);
  const through = services.map((service) => `${service}.${region}.${urlSuffix}`);
  return allow(actions, [key.keyArn], { StringEquals: { 'kms:ViaService': through } });
};
