import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  type MetricOptions,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { LANES } from '../../../functions/core/lane.ts';
import type { MetricName } from '../../../functions/core/metric-names.ts';
import type { AllAlarms } from './alarms.ts';
import { instanceMetric } from './instance-metric.ts';
import { failuresOf, oldest, throttlesOf, visible, type Watched } from './watched.ts';

const PERIOD = Duration.minutes(5);
const WIDTH = 24;

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): IWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], width: WIDTH / 3 });

/** What is open, what ended and how fast, what the providers, the sweep and the functions do. */
const widgets = ({
  instance,
  queues,
  ledger,
  revoke,
  revokeUrgent,
  sweep,
  props,
}: Watched): readonly (readonly IWidget[])[] => {
  const own = (name: MetricName, more: MetricOptions = {}): IMetric =>
    instanceMetric(instance, name, { period: PERIOD, label: name, ...more });
  const all = (...names: readonly MetricName[]): readonly IMetric[] => names.map((name) => own(name));
  const byProvider = (name: MetricName): readonly IMetric[] =>
    props.providers.map((provider) => own(name, { dimensionsMap: { provider }, label: `${name} ${provider}` }));
  const times = ([Stats.p(50), Stats.p(90), Stats.MAXIMUM] as const).map((statistic) =>
    own('TimeToRevoke', { statistic, label: `TimeToRevoke ${statistic}` }),
  );
  return [
    [
      graph('Open', all('OpenCases'), all('OldestOpenCaseSeconds')),
      graph(
        'On the queues',
        Object.values(queues).map((queue) => visible(queue, PERIOD)),
      ),
      graph(
        'To look at',
        all(
          ...(['UrgentWaiting', 'Resurrected', 'LimitReached', 'AccessDenied'] as const),
          ...(['NotificationsFailed', 'ItemFaults', 'RecordsForged'] as const),
        ),
      ),
    ],
    [
      graph('Ended', all('Revoked', 'Restricted', 'Planned', 'Withdrawn', 'Refused', 'Stuck')),
      graph('Ended by provider', byProvider('Ended')),
      graph('Time to revoke', [...times, own('UrgentTimeToRevoke')]),
    ],
    [
      graph('Found after the end', all('Confirmed', 'Unconfirmed', 'Resurrected', 'Widened')),
      graph('Time to confirm', [own('TimeToConfirm', { statistic: Stats.MAXIMUM })]),
      graph('Exposed', [own('ExposedMs', { statistic: Stats.MAXIMUM })]),
    ],
    [
      graph('Calls at providers', byProvider('ProviderCalls')),
      graph('Without an answer', byProvider('ProviderErrors')),
      graph(
        'Sweep',
        all('SweepRan', 'OrdersSent', 'OrdersUnreadable'),
        all('PausedSeconds', 'ReconciliationAgeSeconds'),
      ),
    ],
    [
      graph(
        'Duration',
        [revoke, revokeUrgent, sweep].map((made) => made.metricDuration({ statistic: Stats.MAXIMUM })),
      ),
      graph(
        'Functions that fail',
        [revoke, revokeUrgent, sweep].map((made) => failuresOf(made, PERIOD)),
      ),
      graph('Ledger', [throttlesOf(ledger, PERIOD)]),
    ],
    [
      graph(
        'Oldest message',
        LANES.map((lane) => oldest(queues[lane], PERIOD)),
      ),
      graph(
        'Batches at once',
        [revoke, revokeUrgent].map((made) => made.metric('ConcurrentExecutions', { statistic: Stats.MAXIMUM })),
      ),
    ],
  ];
};

/** One page that shows how an instance is doing. */
export const dashboard = (scope: Construct, watched: Watched, { alarms, killPathDown }: AllAlarms): Dashboard => {
  const states = new AlarmStatusWidget({
    title: 'Alarms',
    alarms: [killPathDown, ...Object.values(alarms)],
    width: WIDTH,
  });
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.days(1),
    widgets: [[states], ...widgets(watched).map((row) => [...row])],
  });
};
