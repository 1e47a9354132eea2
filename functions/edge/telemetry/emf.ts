import { Metrics } from '@aws-lambda-powertools/metrics';
import { type Dimension, METRICS, type MetricName, NAMESPACE } from '../../core/metric-names.ts';

export type Values = Readonly<Partial<Record<MetricName, number>>>;
export type Dimensions = Readonly<Record<Dimension, string>>;

/** The sets of dimensions of one breakdown: only the instance, and then each dimension with all before it. */
const setsOf = (instance: string, by: readonly Dimension[], dimensions: Dimensions) =>
  Array.from({ length: by.length + 1 }, (_, count) => ({
    instance,
    ...Object.fromEntries(by.slice(0, count).map((name) => [name, dimensions[name]])),
  }));

const byBreakdown = (values: Values): readonly (readonly [by: readonly Dimension[], values: Values])[] => {
  const groups = new Map<string, readonly [readonly Dimension[], Values]>();
  for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
    const { by } = METRICS[name];
    if (Number.isFinite(value)) groups.set(by.join(), [by, { ...groups.get(by.join())?.[1], [name]: value }]);
  }
  return [...groups.values()];
};

/** It warns where two sets share a dimension, as ours do on purpose. */
const silent = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Makes what writes metrics on standard output, in the embedded metric format that CloudWatch reads out of a function's log. They go
 * out at once: nothing is lost with a process that ends, and records that are handled at the same time do not meet. A value that is no
 * finite number is left out.
 */
export const writeMetrics = (instance: string): ((values: Values, dimensions: Dimensions) => void) => {
  const metrics = new Metrics({ namespace: NAMESPACE, logger: silent });
  metrics.clearDefaultDimensions(); // it brings one of its own
  return (values, dimensions) => {
    for (const [by, group] of byBreakdown(values)) {
      for (const set of setsOf(instance, by, dimensions)) metrics.addDimensions(set);
      for (const [name, value] of Object.entries(group))
        metrics.addMetric(name, METRICS[name as MetricName].unit, value);
      metrics.publishStoredMetrics();
    }
  };
};
