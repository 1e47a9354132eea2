import type { EpochMs } from '../../core/epoch.ts';
import { type Dimension, METRICS, type MetricName, NAMESPACE } from '../../core/metric-names.ts';

export type Values = Readonly<Partial<Record<MetricName, number>>>;
export type Dimensions = Readonly<Record<Dimension, string>>;

/** The fields that make metrics of a line of the log. */
export type Embedded = Readonly<Record<string, unknown>>;

/** The names of the dimensions of one breakdown: only the instance, and then each dimension with all before it. */
const setsOf = (by: readonly Dimension[]): readonly (readonly string[])[] =>
  Array.from({ length: by.length + 1 }, (_, count) => ['instance', ...by.slice(0, count)]);

/**
 * The fields of CloudWatch's embedded metric format: CloudWatch reads them out of a function's log, in any line of JSON. A value that is no
 * finite number is left out.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @returns undefined without a value
 */
export const embedded = (
  instance: string,
  values: Values,
  dimensions: Dimensions,
  at: EpochMs,
): Embedded | undefined => {
  const finite = (Object.entries(values) as [MetricName, number][]).filter(([, value]) => Number.isFinite(value));
  if (finite.length === 0) return undefined;
  const groups = Object.groupBy(finite, ([name]) => METRICS[name].by.join());
  const used = new Set<Dimension>(finite.flatMap(([name]) => METRICS[name].by));
  return {
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: Object.values(groups).map((group = []) => ({
        Namespace: NAMESPACE,
        Dimensions: setsOf(METRICS[(group[0] as [MetricName, number])[0]].by), // a group has a member
        Metrics: group.map(([name]) => ({ Name: name, Unit: METRICS[name].unit })),
      })),
    },
    instance,
    ...Object.fromEntries([...used].map((name) => [name, dimensions[name]])),
    ...Object.fromEntries(finite),
  };
};
