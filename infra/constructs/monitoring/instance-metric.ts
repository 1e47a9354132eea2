import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type MetricName, NAMESPACE } from '../../../functions/core/metric-names.ts';

/** Of these the worst is what counts, of all others the sum. */
const MEASURED: readonly MetricName[] = [
  'TimeToRevoke',
  'UrgentTimeToRevoke',
  'OrdersUnreadable',
  'OpenCases',
  'OldestOpenCaseSeconds',
  'PausedSeconds',
  'ReconciliationAgeSeconds',
];

/** A metric of one instance; `dimensionsMap` narrows it to a provider, or to a provider and an outcome. */
export const instanceMetric = (instance: Construct, metricName: MetricName, props: MetricOptions = {}): Metric =>
  new Metric({
    statistic: MEASURED.includes(metricName) ? Stats.MAXIMUM : Stats.SUM,
    ...props,
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: { instance: instance.node.path, ...props.dimensionsMap },
  }).attachTo(instance);
