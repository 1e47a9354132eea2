import { isIP } from 'node:net';
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Lane } from '../functions/core/lane.ts';
import { nearest } from '../functions/core/request/schema-errors.ts';
import type { NetworkProps } from './constructs/functions/network.ts';
import {
  type KeyRevocationProps,
  MODES,
  type Mode,
  type OrganizationSenders,
  type ProviderName,
} from './key-revocation-props.ts';
import { PROVIDER_NAMES } from './provider-names.ts';
import { cannot, isTopicArn, known, oneOf, whole, wholeMinutes, wholeSeconds, within } from './valid-range.ts';

interface Reserved {
  readonly urgent?: number;
  readonly other?: number;
}

export interface SettledProps {
  readonly prefix: string;
  readonly mode: Mode;
  readonly providers: readonly ProviderName[];
  readonly secretKeys: readonly IKey[];
  readonly encryptionKey: IKey | undefined;
  readonly bus: EventBus | IEventBus | undefined;
  readonly receiptsBus: EventBus | IEventBus | undefined;
  readonly requestTopics: readonly ITopic[];
  readonly organizationSenders: OrganizationSenders | undefined;
  readonly urgentLimit: number;
  readonly otherLimit: number;
  readonly giveUpAfter: Duration;
  readonly sweepRate: Duration;
  readonly batchSize: number;
  /** Of each lane's mapping. */
  readonly maxConcurrency: Readonly<Record<Lane, number>>;
  /** For the function of urgent requests, and for that of the other lanes. */
  readonly reservedConcurrency: Reserved;
  readonly network: NetworkProps | undefined;
  readonly egressAddresses: readonly string[];
  readonly alarmActions: readonly IAlarmAction[];
  readonly urgentAlarmActions: readonly IAlarmAction[];
  readonly runbookUrl: string | undefined;
  readonly timeToRevokeObjective: Duration;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A prop without a row does not compile. */
const PROPS: Readonly<Record<keyof KeyRevocationProps, true>> = {
  prefix: true,
  allowPrefixWithoutSlash: true,
  mode: true,
  providers: true,
  secretKeys: true,
  encryptionKey: true,
  bus: true,
  receiptsBus: true,
  allowDefaultBus: true,
  requestTopics: true,
  organizationSenders: true,
  limits: true,
  giveUpAfter: true,
  sweepRate: true,
  batchSize: true,
  maxConcurrency: true,
  maxUrgentConcurrency: true,
  reservedConcurrency: true,
  reservedUrgentConcurrency: true,
  vpc: true,
  vpcSubnets: true,
  securityGroups: true,
  egressAddresses: true,
  alarmActions: true,
  urgentAlarmActions: true,
  runbookUrl: true,
  timeToRevokeObjective: true,
  logRetention: true,
  removalPolicy: true,
};

export const PROP_NAMES: readonly string[] = Object.keys(PROPS);

/** In JavaScript a mistyped prop would silently leave the default in place, `enforce` included. */
const refuseUnknown = (props: object): void => {
  const unknown = Object.keys(props).find((name) => !PROP_NAMES.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, PROP_NAMES);
  throw new Error(`Cannot use the unknown prop "${unknown}"${meant ? `; the nearest is ${meant}` : ''}`);
};

/**
 * Fills in the defaults.
 *
 * @throws Error naming the first prop that there is not, or that is outside its valid range.
 */
export const settled = (props: KeyRevocationProps): SettledProps => {
  refuseUnknown(props);
  return withDefaults(props);
};

const withDefaults = (props: KeyRevocationProps): SettledProps => ({
  prefix: prefix(props.prefix ?? 'key-revoker/', props.allowPrefixWithoutSlash ?? false),
  mode: oneOf('mode', props.mode ?? 'enforce', MODES),
  providers: providers(props.providers ?? PROVIDER_NAMES),
  secretKeys: props.secretKeys ?? [],
  encryptionKey: props.encryptionKey,
  bus: bus(props.bus, props.allowDefaultBus ?? false),
  receiptsBus: receiptsBus(props),
  requestTopics: topics(props.requestTopics ?? []),
  organizationSenders: organization(props.organizationSenders),
  urgentLimit: whole('limits.urgent', props.limits?.urgent ?? 1000, [1, 100_000]),
  otherLimit: whole('limits.other', props.limits?.other ?? 200, [1, 100_000]),
  giveUpAfter: wholeSeconds('giveUpAfter', props.giveUpAfter ?? Duration.hours(24), [
    Duration.minutes(10),
    Duration.days(12),
  ]),
  sweepRate: wholeMinutes('sweepRate', props.sweepRate ?? Duration.minutes(5), [
    Duration.minutes(1),
    Duration.minutes(10),
  ]),
  batchSize: whole('batchSize', props.batchSize ?? 10, [1, 10]),
  maxConcurrency: concurrency(props),
  reservedConcurrency: reserved(props),
  network: network(props),
  egressAddresses: addresses(props.egressAddresses ?? []),
  ...actions(props),
  runbookUrl: runbook(props.runbookUrl),
  timeToRevokeObjective: within('timeToRevokeObjective', props.timeToRevokeObjective ?? Duration.minutes(1), [
    Duration.seconds(1),
    Duration.days(1),
  ]),
  logRetention: props.logRetention ?? RetentionDays.ONE_YEAR,
  removalPolicy: removal(props.removalPolicy),
});

/** What CloudWatch takes for one alarm. */
const MOST_ACTIONS = 5;

const actions = ({
  alarmActions = [],
  urgentAlarmActions = [],
}: KeyRevocationProps): Pick<SettledProps, 'alarmActions' | 'urgentAlarmActions'> => {
  const count = new Set([...alarmActions, ...urgentAlarmActions]).size;
  if (count <= MOST_ACTIONS) return { alarmActions, urgentAlarmActions };
  throw cannot('alarmActions and urgentAlarmActions', `${count} actions`, `at most ${MOST_ACTIONS} together`);
};

const runbook = (given: string | undefined): string | undefined => {
  if (given === undefined || /^https:\/\/[^\s#]{1,492}$/.test(known('runbookUrl', given, 'an address'))) return given;
  throw cannot(
    'runbookUrl',
    `"${given}"`,
    'an address that begins with https://, without #, of at most 500 characters',
  );
};

/** What a first deployment makes and then fails on would be in the way of the next one, and holds nothing yet. */
const removal = (given: RemovalPolicy = RemovalPolicy.RETAIN): RemovalPolicy => {
  oneOf('removalPolicy', given, [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY]);
  return given === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : given;
};

/** What Lambda takes for a mapping. */
const CONCURRENCY = [2, 1000] as const;

/** Later looks at keys are never in a hurry. */
const RECHECKS_CONCURRENCY = 2;

const concurrency = (props: KeyRevocationProps): SettledProps['maxConcurrency'] => ({
  requests: whole('maxConcurrency', props.maxConcurrency ?? 8, CONCURRENCY),
  urgent: whole('maxUrgentConcurrency', props.maxUrgentConcurrency ?? 20, CONCURRENCY),
  rechecks: RECHECKS_CONCURRENCY,
});

/** A mapping that may start more batches than its function may run would have them throttled. */
const reserved = (props: KeyRevocationProps): Reserved => {
  const { requests, urgent, rechecks } = concurrency(props);
  const { reservedConcurrency: forOthers, reservedUrgentConcurrency: forUrgent } = props;
  return {
    ...(forUrgent !== undefined && { urgent: whole('reservedUrgentConcurrency', forUrgent, [urgent, 1000]) }),
    ...(forOthers !== undefined && { other: whole('reservedConcurrency', forOthers, [requests + rechecks, 1000]) }),
  };
};

const prefix = (given: string, allowNoSlash: boolean): string => {
  const value = known('prefix', given, 'a string');
  if (!/^[A-Za-z0-9/_+=.@-]{1,200}$/.test(value))
    throw cannot('prefix', `"${value}"`, '1 to 200 letters, digits and / _ + = . @ -');
  if (value.endsWith('/') || allowNoSlash) return value;
  throw new Error(
    `Cannot use "${value}" as prefix: it reaches "${value}-other/" too. End it with a slash. An instance that is deployed with it keeps it by allowPrefixWithoutSlash: true`,
  );
};

const providers = (given: readonly ProviderName[]): readonly ProviderName[] => {
  const values = known('providers', given, 'a list');
  if (values.length === 0)
    throw cannot('providers', 'an empty list', `a list with at least one of ${PROVIDER_NAMES.join(', ')}`);
  return [...new Set(values.map((value) => oneOf('provider', value, PROVIDER_NAMES)))];
};

/** The default bus is known by its name, also where only the ARN was given. */
const bus = (given: SettledProps['bus'], allowDefault: boolean): SettledProps['bus'] => {
  if (given?.eventBusName !== 'default' || allowDefault) return given;
  throw new Error(
    'Cannot use the default bus as bus: every principal with events:PutEvents there can kill a key. Use a bus of its own, or set allowDefaultBus: true',
  );
};

/** A receipt would be handed on for ever. */
const receiptsBus = ({ receiptsBus: to, bus: from }: KeyRevocationProps): SettledProps['receiptsBus'] => {
  if (to === undefined || (to !== from && to.eventBusArn !== from?.eventBusArn)) return to;
  throw new Error('Cannot use the same bus as bus and as receiptsBus: it has the receipts already');
};

/** The environment of a function holds them all, and takes 4 KB. */
const MOST_TOPICS = 10;

const topics = (given: readonly ITopic[]): readonly ITopic[] => {
  if (given.length > MOST_TOPICS)
    throw cannot('requestTopics', `a list of ${given.length}`, `a list of at most ${MOST_TOPICS} topics`);
  return given.map(topic);
};

/** A pattern would admit topics of others. */
const topic = (value: ITopic): ITopic => {
  if (Token.isUnresolved(value.topicArn) || isTopicArn(value.topicArn)) return value;
  throw cannot('request topic', `"${value.topicArn}"`, 'the ARN of a topic');
};

/** The policy of a queue holds them all, and takes 8 KB. */
const MOST_ROLES = 10;
/** A path and a name; four characters at least before a `*`, which stands for the rest of the name. */
const ROLE_NAME = /^(?:[\w+=,.@-]+\/)*(?:[\w+=,.@-]+|[\w+=,.@-]{4,}\*)$/;

const organization = (given: OrganizationSenders | undefined): OrganizationSenders | undefined => {
  if (given === undefined) return undefined;
  const organizationId = known('organizationId', given.organizationId, 'a string');
  if (!/^o-[a-z0-9]{10,32}$/.test(organizationId))
    throw cannot('organizationId', `"${organizationId}"`, 'o- and 10 to 32 lower-case letters and digits');
  const roles = known('roles of organizationSenders', given.roles, 'a list');
  if (roles.length === 0 || roles.length > MOST_ROLES)
    throw cannot(
      'roles of organizationSenders',
      `a list of ${roles.length}`,
      `a list of 1 to ${MOST_ROLES} names: an organisation as a whole is never admitted`,
    );
  return { organizationId, roles: roles.map(roleName) };
};

const roleName = (given: string): string => {
  if (ROLE_NAME.test(known('role of organizationSenders', given, 'a string'))) return given;
  throw cannot(
    'role of organizationSenders',
    `"${given}"`,
    'the name of a role, with its path before it if it has one, and with a * only at its end after at least 4 characters of the name',
  );
};

const network = ({ vpc, vpcSubnets, securityGroups }: KeyRevocationProps): SettledProps['network'] => {
  // A Vpc is an IVpc, but for an optional property that is spelled otherwise.
  if (vpc) return { vpc: vpc as IVpc, vpcSubnets, securityGroups };
  const lone = Object.entries({ vpcSubnets, securityGroups }).find(([, value]) => value !== undefined)?.[0];
  if (lone === undefined) return undefined;
  throw new Error(`Cannot use ${lone} without vpc`);
};

/** The deployment's card holds them all, and a parameter holds 4 KB. */
const MOST_ADDRESSES = 20;

const addresses = (given: readonly string[]): readonly string[] => {
  const values = known('egressAddresses', given, 'a list (its addresses may be tokens)');
  if (values.length <= MOST_ADDRESSES) return values.map(address);
  throw cannot('egressAddresses', `a list of ${values.length}`, `a list of at most ${MOST_ADDRESSES} addresses`);
};

const address = (value: string): string => {
  if (Token.isUnresolved(value) || isIP(value) !== 0) return value;
  throw cannot('egress address', `"${value}"`, 'an IPv4 or IPv6 address');
};
