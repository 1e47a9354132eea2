import { Annotations, CfnOutput, Stack, Token } from 'aws-cdk-lib';
import type { CompositeAlarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functions } from './constructs/functions/functions.ts';
import { schedules, sweepSchedule } from './constructs/functions/schedules.ts';
import { forwardReceipts } from './constructs/messaging/forward-receipts.ts';
import { queues } from './constructs/messaging/queues.ts';
import { requestRules } from './constructs/messaging/request-rule.ts';
import { topics } from './constructs/messaging/results.ts';
import { secretEventRules } from './constructs/messaging/secret-event-rules.ts';
import { type Alarms, alarms } from './constructs/monitoring/alarms.ts';
import { dashboard } from './constructs/monitoring/dashboard.ts';
import { MeasuredConstruct } from './constructs/monitoring/measured-construct.ts';
import { savedQueries } from './constructs/monitoring/saved-queries.ts';
import { unreachableActions } from './constructs/monitoring/unreachable-actions.ts';
import { admitServices } from './constructs/permissions/admit-services.ts';
import { admitToBus } from './constructs/permissions/admit-to-bus.ts';
import { grantAll } from './constructs/permissions/grant-all.ts';
import { type Operated, operatePermissions } from './constructs/permissions/operate-permissions.ts';
import { admittedRoles } from './constructs/permissions/organization.ts';
import { allow, type GrantedResources, secretsArn } from './constructs/permissions/permissions.ts';
import { everyScheduleArn, passPermission } from './constructs/permissions/schedule-permissions.ts';
import { type Admit, onlyAdmitted, senderArn } from './constructs/permissions/senders.ts';
import { deploymentCard } from './constructs/store/deployment-card.ts';
import { ledger } from './constructs/store/ledger.ts';
import { PrefixClaim } from './constructs/store/prefix-claim.ts';
import type { KeyRevocationProps } from './key-revocation-props.ts';
import { REFUSED_REGIONS } from './provider-names.ts';
import { type SettledProps, settled } from './settled-props.ts';

/**
 * Kills API keys whose secrets are under a prefix: on a message, an event or at their expiry; proves it, publishes the proof, and
 * sets aside for a person what could not be done. The queues, the topics and the ledger are retained.
 */
export class KeyRevocation extends MeasuredConstruct {
  /** Takes requests, only from principals granted with `grantRequest`, from `organizationSenders`, the bus and `requestTopics`. */
  readonly requests: IQueue;
  /** The same for requests whose reason is `leaked` or `incident`, which wait behind no others here. */
  readonly urgent: IQueue;
  /** Takes later looks at keys, only from the functions. */
  readonly rechecks: IQueue;
  /** Every message here is a key that may still be alive. */
  readonly stuck: IQueue;
  /** Events and schedules that never became a request. */
  readonly undelivered: IQueue;
  /** Receipts are published here as JSON, with attributes to filter by. */
  readonly results: ITopic;
  /** What people should hear of, for mail and chats, with the same attributes. */
  readonly notifications: ITopic;
  /** Takes requests as `Key Revocation Requested` and carries receipts as `Key Revocation Result`. */
  readonly bus: EventBus | IEventBus;
  /** The record of requests and cases. */
  readonly ledger: Table;
  /** The group that one-time schedules belong into. */
  readonly scheduleGroup: IScheduleGroup;
  /** The role that one-time schedules name to reach the requests queue. */
  readonly scheduleRole: IRole;
  /** Everything that needs a person's attention. The props `alarmActions` and `urgentAlarmActions` say what the alarms do. */
  readonly alarms: Alarms;
  /** Raised while one of the alarms is that means that requests are not carried out. */
  readonly killPathDown: CompositeAlarm;
  readonly dashboard: Dashboard;
  readonly #admit: Admit;
  readonly #operated: Operated;
  readonly #given: SettledProps;

  /** @throws Error when a prop is outside its valid range or the prefix overlaps another instance's. */
  constructor(scope: Construct, id: string, props: KeyRevocationProps = {}) {
    super(scope, id);
    const given = settled(props);
    this.#given = given;
    const claim = new PrefixClaim(this, 'Prefix', given.prefix);
    warnOfRegion(this, given.providers);

    const made = queues(this, given);
    this.requests = made.requests;
    this.urgent = made.urgent;
    this.rechecks = made.rechecks;
    this.stuck = made.stuck;
    this.undelivered = made.undelivered;
    const { results, notifications } = topics(this, given);
    this.results = results;
    this.notifications = notifications;
    this.bus = given.bus ?? new EventBus(this, 'Bus');
    this.ledger = ledger(this, given);
    const reach: GrantedResources = {
      ...given,
      queues: made,
      results,
      notifications,
      bus: this.bus,
      ledger: this.ledger,
    };

    const rules = requestRules(this, this.bus, made);
    secretEventRules(this, made);
    const roles = given.organizationSenders && admittedRoles(this, given.organizationSenders);
    if (roles) admitToBus(this, this.bus, roles);
    if (given.encryptionKey) admitServices(this, given.encryptionKey, { topics: given.requestTopics, roles });
    const forSchedules = schedules(this, reach, given.removalPolicy);
    const { group, requestRole } = forSchedules;
    this.scheduleGroup = group;
    this.scheduleRole = requestRole;
    const { revokeRole, sweepRole, revoke, revokeUrgent, sweep, mappings, logGroups } = functions(this, reach, given);
    savedQueries(this, logGroups);
    sweepSchedule(this, { group, sweep, reach, rate: given.sweepRate });
    const others = { topics: given.requestTopics, roles };
    const admitThere = [
      onlyAdmitted(made.requests, { ruleArn: rules.requests.ruleArn, ...others }),
      onlyAdmitted(made.urgent, { ruleArn: rules.urgent.ruleArn, ...others }),
    ];
    this.#admit = (arn) => {
      for (const admit of admitThere) admit(arn);
    };
    const admitToRechecks = onlyAdmitted(made.rechecks);
    for (const role of [revokeRole, sweepRole, requestRole]) this.#admit(senderArn(this, role));
    for (const role of [revokeRole, sweepRole]) admitToRechecks(senderArn(this, role));
    const to = given.receiptsBus;
    const lostReceipts = to && forwardReceipts(this, { from: this.bus, to }, given);
    const watched = {
      instance: this,
      queues: made,
      lostReceipts,
      ledger: this.ledger,
      revoke,
      revokeUrgent,
      sweep,
      props: given,
    };
    const raised = alarms(this, watched, given);
    this.alarms = raised.alarms;
    this.killPathDown = raised.killPathDown;
    this.dashboard = dashboard(this, watched, raised);
    const card = claim.write(deploymentCard(this, { ...forSchedules, reach, props: given, mappings }));
    this.#operated = { ...forSchedules, reach, card, mappings };
    claim.goesBefore(this);
    const every = [raised.killPathDown, ...Object.values(raised.alarms)];
    this.node.addValidation({ validate: () => unreachableActions(every, [results, notifications]) });
  }

  /**
   * Writes the names that people, scripts and the commands of the documents need as outputs of the stack: `RequestsQueueUrl` and so on. One
   * instance of a stack can do so.
   */
  addOutputs(): void {
    const { mode, prefix } = this.#given;
    const outputs = {
      // What was deployed, so that a user can check what they typed.
      Mode: mode,
      Prefix: prefix,
      RequestsQueueUrl: this.requests.queueUrl,
      UrgentQueueUrl: this.urgent.queueUrl,
      RechecksQueueUrl: this.rechecks.queueUrl,
      StuckQueueUrl: this.stuck.queueUrl,
      UndeliveredQueueUrl: this.undelivered.queueUrl,
      ResultsTopicArn: this.results.topicArn,
      NotificationsTopicArn: this.notifications.topicArn,
      BusName: this.bus.eventBusName,
      LedgerTable: this.ledger.tableName,
      ScheduleGroup: this.scheduleGroup.scheduleGroupName,
      ScheduleRoleArn: this.scheduleRole.roleArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(Stack.of(this), name, { value });
  }

  /**
   * Lets a role or a user, of this account or another, send requests. A sender may kill every key under the prefix. A grant
   * made on a queue itself has no effect.
   *
   * @throws Error when the grantee is a service, a group, a whole account or a pattern.
   */
  grantRequest(grantee: IGrantable): Grant {
    this.#admit(senderArn(this, grantee));
    return this.requests.grantSendMessages(grantee).combine(this.urgent.grantSendMessages(grantee));
  }

  /** Lets a principal of this account schedule requests: create schedules in `scheduleGroup` that act as `scheduleRole`. */
  grantSchedule(grantee: IGrantable): Grant {
    const every = everyScheduleArn(this.scheduleGroup);
    const statements = [allow(['scheduler:CreateSchedule'], [every]), passPermission(this.scheduleRole)];
    return grantAll(grantee, statements, { [every]: EVERY_SCHEDULE });
  }

  /**
   * Lets a principal of this account use the operator's command line: send requests, see what became of them, schedule them, handle
   * those that are stuck, raise the limits for a time, pause, and read the secrets under the prefix.
   *
   * @throws Error when the grantee is a service, a group, a whole account or a pattern, or its policy is not this app's to write.
   */
  grantOperate(grantee: IGrantable): Grant {
    this.#admit(senderArn(this, grantee));
    return grantAll(grantee, operatePermissions(this.#operated), {
      [everyScheduleArn(this.scheduleGroup)]: EVERY_SCHEDULE,
      [secretsArn(this.#operated.reach)]: 'Every secret under the prefix',
      '*': 'ListSecrets, ListSchedules and GetAccountSettings know no resource',
    });
  }
}

const EVERY_SCHEDULE = 'Every schedule of the group';

/** Warns if a provider refuses this region. A region that is known only at deploy may be any region. */
const warnOfRegion = (scope: Construct, providers: readonly string[]): void => {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) return;
  const refused = REFUSED_REGIONS.filter(
    ({ provider, begins }) => providers.includes(provider) && region.startsWith(begins),
  );
  for (const { provider, title, country } of refused) {
    const message = `${title} refuses addresses in ${country}: its keys cannot be revoked from ${region}. Deploy to another region, or leave ${provider} out of providers`;
    Annotations.of(scope).addWarningV2(`key-revoker:${provider}-region`, message);
  }
};
