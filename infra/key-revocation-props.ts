import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc, SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ProviderName } from './provider-names.ts';

export type { ProviderName };

export const MODES = ['enforce', 'observe'] as const;
export type Mode = (typeof MODES)[number];

/** Calls that may leave per provider and hour, against a runaway. */
export interface CallLimits {
  /**
   * For requests whose reason is `leaked` or `incident`.
   *
   * Valid range: 1 to 100,000.
   *
   * @default 1000
   */
  readonly urgent?: number;
  /**
   * For all other requests.
   *
   * Valid range: 1 to 100,000.
   *
   * @default 200
   */
  readonly other?: number;
}

/** Roles of every account of an organisation. Who can make or take such a role in any of the accounts can kill a key. */
export interface OrganizationSenders {
  /**
   * The id of the organisation in AWS Organizations.
   *
   * Valid range: `o-` and 10 to 32 lower-case letters and digits.
   */
  readonly organizationId: string;
  /**
   * The names of the roles, each with its path before it if it has one, such as `responder` or
   * `aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_SecOps_*`.
   *
   * Valid range: 1 to 10 names. A name may end with `*` after at least 4 characters of its own: the whole organisation is never admitted.
   */
  readonly roles: readonly string[];
}

export interface KeyRevocationProps {
  /**
   * What the names of the secrets begin with whose keys may be revoked. No other secret can be read.
   *
   * Two instances in one account and region cannot share a prefix, nor may one prefix begin with another: each would hold only
   * half of what is known of a key.
   *
   * Valid range: 1 to 200 letters, digits and `/ _ + = . @ -`, with a slash at its end, known at synth.
   *
   * @default 'key-revoker/'
   */
  readonly prefix?: string;
  /**
   * Keeps the prefix of a deployed instance that does not end with a slash. Such a prefix `desk` also reaches the secrets under `desk-other/`.
   *
   * @default false
   */
  readonly allowPrefixWithoutSlash?: boolean;
  /**
   * `observe` plans every request and touches no key.
   *
   * @default 'enforce'
   */
  readonly mode?: Mode;
  /**
   * Requests for any other provider are refused.
   *
   * @default - all three
   */
  readonly providers?: readonly ProviderName[];
  /**
   * The KMS keys that encrypt the secrets; they may be used only through Secrets Manager. Their key policies have to let the
   * account's IAM policies decide, as KMS keys do by default.
   *
   * @default - none: the secrets are encrypted with `aws/secretsmanager`
   */
  readonly secretKeys?: readonly IKey[];
  /**
   * Encrypts the queues, the topics, the ledger, the log groups and the environment of the functions. Its key policy has to let the
   * account's IAM policies decide. One that is imported has to admit EventBridge and CloudWatch Logs by itself, and SNS if there are
   * `requestTopics`: `docs/deploying.md` has the statements. Any other key gets them here. While the key cannot be used, no key is revoked.
   *
   * @default - keys of the services, and `alias/aws/sns` for the topics
   */
  readonly encryptionKey?: IKey;
  /**
   * The bus that requests are taken from and receipts are put on.
   *
   * @default - a bus of its own
   */
  readonly bus?: EventBus | IEventBus;
  /**
   * A bus that every receipt is handed on to, of any account and region, such as the central bus of an organisation. Its own policy has
   * to let the role of the rule put events. Never a bus that an instance takes requests from as `bus`.
   *
   * @default - none: receipts stay on `bus`
   */
  readonly receiptsBus?: EventBus | IEventBus;
  /**
   * Has to be true when `bus` is the default bus, where every principal with `events:PutEvents` can kill a key.
   *
   * @default false
   */
  readonly allowDefaultBus?: boolean;
  /**
   * Topics whose messages are requests, with or without raw message delivery. Subscribe the queue `requests` to each. Everybody who may
   * publish to such a topic can kill a key. Never name a topic that receipts are published to: each refusal would come back as a message.
   *
   * Valid range: at most 10 topics, of any account and region.
   *
   * @default - none: the queue takes no message from SNS
   */
  readonly requestTopics?: readonly ITopic[];
  /**
   * Roles that may send requests from every account of an organisation: to the queues `requests` and `urgent`, and to `bus` only events
   * that are requests. In their accounts their own policies have to allow it as well.
   *
   * @default - none: only what `grantRequest` names, the bus and `requestTopics`
   */
  readonly organizationSenders?: OrganizationSenders;
  /** @default - 1000 urgent and 200 other calls per provider and hour */
  readonly limits?: CallLimits;
  /**
   * How long a request may stay open before it is set aside for a person.
   *
   * Valid range: 10 minutes to 12 days, in whole seconds.
   *
   * @default Duration.hours(24)
   */
  readonly giveUpAfter?: Duration;
  /**
   * How often the sweep asks which expiry dates are due. A tick looks 15 minutes ahead, so an order leaves at its instant. One whose
   * instant is nearer than the next tick leaves with that tick, late by up to as long, unless an event of its tag came before.
   *
   * Valid range: 1 to 10 whole minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly sweepRate?: Duration;
  /**
   * Requests handled by one invocation, at the same time.
   *
   * Valid range: 1 to 10.
   *
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * Invocations at the same time for requests that are not urgent. Two more are for later looks at keys.
   *
   * Valid range: 2 to 1000.
   *
   * @default 8
   */
  readonly maxConcurrency?: number;
  /**
   * Invocations at the same time for urgent requests (`leaked`, `incident`). A function of their own carries them out.
   *
   * Valid range: 2 to 1000.
   *
   * @default 20
   */
  readonly maxUrgentConcurrency?: number;
  /**
   * Concurrent executions of the account that only the function for other requests and later looks at keys may use. AWS leaves at least
   * 100 of an account unreserved, so a new account with 10 can reserve none.
   *
   * Valid range: 4 to 1000, and at least 2 more than `maxConcurrency`.
   *
   * @default - none: the function shares what the account has not reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * The same for the function that carries out urgent requests.
   *
   * Valid range: 2 to 1000, and at least `maxUrgentConcurrency`.
   *
   * @default - none: the function shares what the account has not reserved
   */
  readonly reservedUrgentConcurrency?: number;
  /**
   * The VPC that all functions call from, for addresses of your own: behind NAT gateways they are the gateways', to be named in
   * `egressAddresses`. Its subnets have to reach the providers and AWS (SQS, SNS, EventBridge, DynamoDB, Secrets Manager).
   *
   * @default - none: the functions call from addresses of AWS that change
   */
  readonly vpc?: Vpc | IVpc;
  /**
   * The subnets of `vpc` to use. Public ones are refused: a function there has no way out.
   *
   * @default - the private ones with a way out
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The security groups of all functions in `vpc`. They have to let out HTTPS.
   *
   * @default - one that lets out HTTPS and nothing else
   */
  readonly securityGroups?: readonly ISecurityGroup[];
  /**
   * The addresses that the function calls from. A self-signed change of a key's address list that names none of them is refused,
   * since nothing could be proved after it.
   *
   * Valid range: at most 20 IPv4 or IPv6 addresses.
   *
   * @default - none: every such change is refused
   */
  readonly egressAddresses?: readonly string[];
  /**
   * What every alarm does when it is raised and when it ends, such as an `SnsAction` with a topic of yours in this region. Not with the
   * topics of this construct: CloudWatch may not publish there. What opens OpsItems or incidents is done only when an alarm is raised.
   *
   * Valid range: at most 5 actions, together with `urgentAlarmActions`.
   *
   * @default - nothing: the alarms show their state, and notify no one
   */
  readonly alarmActions?: readonly IAlarmAction[];
  /**
   * What urgent alarms do as well, such as waking a person: those that mean that a key may be alive which must die, and the one that says
   * that the kill path is down. `docs/runbook.md` lists them.
   *
   * Valid range: at most 5 actions, together with `alarmActions`.
   *
   * @default - no more than all other alarms
   */
  readonly urgentAlarmActions?: readonly IAlarmAction[];
  /**
   * Where your copy of `docs/runbook.md` is. The description of each alarm then links its section, as in `<runbookUrl>#the-sweep-fails`.
   *
   * Valid range: an address that begins with `https://`, without `#`, of at most 500 characters, known at synth.
   *
   * @default - none: the description names the section
   */
  readonly runbookUrl?: string;
  /**
   * How long an urgent key (`leaked`, `incident`) may live from when its request is due. Above it an alarm is raised.
   *
   * Valid range: 1 second to 1 day.
   *
   * @default Duration.minutes(1)
   */
  readonly timeToRevokeObjective?: Duration;
  /** @default RetentionDays.ONE_YEAR */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of the queues, the topics, the ledger, the logs and the schedules' group when the stack is deleted. `RemovalPolicy.DESTROY`
   * is for a try-out: the record of what was killed, and every request that waits, go with the stack.
   *
   * Valid range: `RemovalPolicy.RETAIN` or `RemovalPolicy.DESTROY`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}
