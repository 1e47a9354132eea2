import { Duration } from 'aws-cdk-lib';
import { type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../../functions/core/metric-names.ts';
import { MISSED_TICKS } from '../../../functions/core/timing.ts';
import type { AlarmName, OptionalAlarmName } from './alarm-name.ts';
import { instanceMetric } from './instance-metric.ts';
import { errorRate, failuresOf, sweepsOf, throttlesOf, visible, type Watched } from './watched.ts';

/** `urgent`: a key may be alive that must die, or one may die that must not, and waiting makes it worse. */
export type Severity = 'urgent' | 'other';

/** One alarm: raised where the metric is above, or below, a number in each of so many periods. */
export interface AlarmRow {
  /** What is wrong, in one sentence without a full stop. */
  readonly says: string;
  /** The section of the runbook that tells what to do. */
  readonly section: string;
  readonly severity: Severity;
  /** Whether it means that requests are not carried out, so that the kill path counts as down. */
  readonly stopsRequests?: true;
  readonly metric: IMetric;
  readonly above?: number;
  readonly below?: number;
  /** @default 1 */
  readonly periods?: number;
  /** @default - no data is no trouble */
  readonly missing?: TreatMissingData;
}

/** As often as SQS counts its messages. */
const SHORTEST = Duration.minutes(1);
const SHORT = Duration.minutes(5);
const LONG = Duration.minutes(15);

/** A share of fewer says little; more do not come of one urgent request, while its provider is out. */
const LEAST_CALLS = 10;
/** A third of all calls fails where one of three providers is down. */
const MOST_ERRORS_PERCENT = 25;
/** One failure is made good by the next delivery or tick. */
const MOST_FAILURES = 1;
const MOST_THROTTLES = 10;
const MOST_PAUSED = Duration.hours(1);
/** After its last try a request is given up an hour late at most. */
const GRACE = Duration.hours(1);
/** A round takes an hour at most. */
const MOST_LISTING = Duration.hours(2);

/** The rows of the alarms that an instance has. */
export type AlarmTable = Readonly<Record<AlarmName, AlarmRow> & Partial<Record<OptionalAlarmName, AlarmRow>>>;

export const alarmTable = (watched: Watched): AlarmTable => {
  const { instance, queues, lostReceipts, ledger, revoke, revokeUrgent, sweep, props } = watched;
  const own = (name: MetricName, period = SHORT): IMetric => instanceMetric(instance, name, { period });
  const gauge = { missing: TreatMissingData.IGNORE };
  return {
    stuck: {
      says: 'A request ended as stuck or refused, and its key may be alive',
      section: 'A message is on the stuck queue',
      severity: 'urgent',
      metric: visible(queues.stuck, SHORT),
      above: 0,
    },
    undelivered: {
      says: 'An event or a schedule did not become a request',
      section: 'A message is on the undelivered queue',
      severity: 'urgent',
      stopsRequests: true,
      metric: visible(queues.undelivered, SHORT),
      above: 0,
    },
    requestsWaiting: {
      says: 'Requests have waited for a quarter of an hour without being taken',
      section: 'Requests are not taken',
      severity: 'urgent',
      stopsRequests: true,
      metric: visible(queues.requests, SHORT, Stats.MINIMUM),
      above: 0,
      periods: 3,
    },
    urgentRequestsWaiting: {
      says: 'Urgent requests have waited for three minutes without being taken',
      section: 'Urgent requests are not taken',
      severity: 'urgent',
      stopsRequests: true,
      metric: visible(queues.urgent, SHORTEST, Stats.MINIMUM),
      above: 0,
      periods: 3,
    },
    rechecksWaiting: {
      says: 'Later looks at keys have waited for six hours without being taken',
      section: 'Rechecks are not taken',
      severity: 'other',
      metric: visible(queues.rechecks, LONG, Stats.MINIMUM),
      above: 0,
      // The daily pass of a large fleet takes some hours.
      periods: 24,
    },
    oldestOpenCase: {
      says: 'A key that should be dead has been left alive for longer than a request may stay open',
      section: 'A case is open for too long',
      severity: 'other',
      metric: own('OldestOpenCaseSeconds', LONG),
      above: props.giveUpAfter.plus(GRACE).toSeconds(),
      ...gauge,
    },
    urgentWaiting: {
      says: 'An urgent request had not ended after a minute',
      section: 'An urgent request takes long',
      severity: 'urgent',
      metric: own('UrgentWaiting'),
      above: 0,
    },
    timeToRevoke: {
      says: `A leaked key lived longer than the objective of ${props.timeToRevokeObjective.toHumanString()}`,
      section: 'A leaked key lived too long',
      severity: 'other',
      metric: own('UrgentTimeToRevoke'),
      above: props.timeToRevokeObjective.toMilliseconds(),
    },
    sweepNotRun: {
      says: 'No sweep has finished in the time of three sweeps',
      section: 'The sweep does not run',
      severity: 'urgent',
      metric: sweepsOf(instance, Duration.seconds(MISSED_TICKS * props.sweepRate.toSeconds())),
      below: 1,
      // Before the first sweep ever there may be nothing to fill.
      missing: TreatMissingData.BREACHING,
    },
    reconciliationLate: {
      says: 'The tagged secrets have not been listed as a whole for more than two hours',
      section: 'The listing of secrets is late',
      severity: 'other',
      metric: own('ReconciliationAgeSeconds', LONG),
      above: MOST_LISTING.toSeconds(),
      ...gauge,
    },
    secretEventsLost: {
      says: 'An event about a secret was lost, so that a new date or version may show an hour late',
      section: 'A secret event was lost',
      severity: 'other',
      metric: visible(queues.lostEvents, SHORT),
      above: 0,
    },
    limitReached: {
      says: 'The calls at a provider have reached the hourly limit, and requests wait',
      section: 'A limit is reached',
      severity: 'urgent',
      metric: own('LimitReached'),
      above: 0,
    },
    resurrected: {
      says: 'A key is alive although it had been found gone',
      section: 'A dead key is alive',
      severity: 'urgent',
      metric: own('Resurrected'),
      above: 0,
    },
    notConfirmed: {
      says: 'A key is gone, and its settle window has been over for a quarter of an hour without a finding',
      section: 'A key is not confirmed',
      severity: 'other',
      metric: own('NotConfirmed', LONG),
      above: 0,
      ...gauge,
    },
    providerErrors: {
      says: 'Providers fail to answer more than a quarter of all calls',
      section: 'Providers do not answer',
      severity: 'other',
      metric: errorRate(instance, LEAST_CALLS, LONG),
      above: MOST_ERRORS_PERCENT,
    },
    accessDenied: {
      says: 'AWS denies the functions a secret, or something of their own',
      section: 'Access is denied',
      severity: 'urgent',
      metric: own('AccessDenied'),
      above: 0,
    },
    ledgerThrottled: {
      says: 'DynamoDB throttles the ledger',
      section: 'The ledger is throttled',
      severity: 'other',
      metric: throttlesOf(ledger, LONG),
      above: MOST_THROTTLES,
    },
    paused: {
      says: 'The system has been paused for more than an hour, and no key is revoked',
      section: 'The system is paused',
      severity: 'urgent',
      stopsRequests: true,
      metric: own('PausedSeconds'),
      above: MOST_PAUSED.toSeconds(),
      ...gauge,
    },
    notificationsFailed: {
      says: 'A notification for people was lost; its receipt was not',
      section: 'A notification was lost',
      severity: 'other',
      metric: own('NotificationsFailed'),
      above: 0,
    },
    itemFaults: {
      says: 'A ledger item cannot be read, or a sweep cannot serve it',
      section: 'A ledger item cannot be read',
      severity: 'other',
      metric: own('ItemFaults'),
      above: 0,
    },
    recordsForged: {
      says: 'The revoking function was given a message that is not from the requests queue',
      section: 'A record is forged',
      severity: 'urgent',
      metric: own('RecordsForged'),
      above: 0,
    },
    revokeFails: {
      says: 'The revoking function crashes, times out or is throttled again and again',
      section: 'The revoking function fails',
      severity: 'urgent',
      stopsRequests: true,
      metric: failuresOf(revoke, LONG),
      above: MOST_FAILURES,
    },
    revokeUrgentFails: {
      says: 'The revoking function for urgent requests crashes, times out or is throttled again and again',
      section: 'The revoking function for urgent requests fails',
      severity: 'urgent',
      stopsRequests: true,
      metric: failuresOf(revokeUrgent, SHORT),
      above: MOST_FAILURES,
    },
    sweepFails: {
      says: 'The sweep crashes, times out or is throttled again and again',
      section: 'The sweep fails',
      severity: 'other',
      metric: failuresOf(sweep, LONG),
      above: MOST_FAILURES,
    },
    ...(lostReceipts && {
      receiptsNotForwarded: {
        says: 'The bus of the prop receiptsBus did not take a receipt for a day',
        section: 'A receipt was not forwarded',
        severity: 'other',
        metric: visible(lostReceipts, SHORT),
        above: 0,
      },
    }),
  };
};
