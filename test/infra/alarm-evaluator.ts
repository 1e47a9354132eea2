import type { Datapoint } from '../metrics-in.ts';
import { text } from './policy-reader.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface MetricStat {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  };
  readonly Period: number;
  readonly Stat: string;
}

/** What is read of an alarm in a template. */
export interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData: string;
  readonly Metrics?: readonly { readonly Id: string; readonly Expression?: string; readonly MetricStat?: MetricStat }[];
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: MetricStat['Metric']['Dimensions'];
  readonly Period?: number;
  readonly Statistic?: string;
  readonly AlarmActions?: readonly unknown[];
}

/** One metric that an alarm looks at; values of dimensions as texts, of resources by their logical ids. */
export interface Looked {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly period: number;
  readonly statistic: string;
}

const lookedAt = (id: string, { Metric, Period, Stat }: MetricStat): Looked => ({
  id,
  namespace: Metric.Namespace,
  name: Metric.MetricName,
  dimensions: Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, text(Value)])),
  period: Period * 1_000,
  statistic: Stat,
});

/** The metrics that an alarm looks at. */
export const metricsOf = (alarm: AlarmProperties): readonly Looked[] => {
  if (alarm.Metrics) return alarm.Metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? lookedAt(Id, MetricStat) : []));
  const { Namespace = '', MetricName = '', Dimensions = [], Period = 0, Statistic: Stat = '' } = alarm;
  return [lookedAt('value', { Metric: { Namespace, MetricName, Dimensions }, Period, Stat })];
};

const STATISTICS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
};

const isSame = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value);

/** A metric's value in the period before an instant; `undefined` where it has none. */
const valueIn = (looked: Looked, points: readonly Datapoint[], until: number): number | undefined => {
  const statistic = STATISTICS[looked.statistic];
  if (statistic === undefined) throw new Error(`Cannot evaluate ${looked.statistic}, wanted Sum, Maximum or Minimum`);
  const values = points
    .filter(({ namespace, name }) => namespace === looked.namespace && name === looked.name)
    .filter(({ dimensions, at }) => isSame(dimensions, looked.dimensions) && at > until - looked.period && at <= until)
    .map(({ value }) => value);
  return values.length === 0 ? undefined : statistic(values);
};

const LANGUAGE = /^(?:FILL|IF|[a-z]\w*|\d+|[\s(),+*/<>=-])+$/;

/** The part of metric math that the alarms use: arithmetic, comparisons, IF and FILL. */
const evaluated = (expression: string, values: ReadonlyMap<string, number | undefined>): number | undefined => {
  if (!LANGUAGE.test(expression)) throw new Error(`Cannot evaluate ${expression}, wanted IF, FILL, names and numbers`);
  if ([...values.values()].every((value) => value === undefined)) return undefined;
  const functions = {
    FILL: (value: number | undefined, filling: number) => value ?? filling,
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  };
  const names = [...Object.keys(functions), ...values.keys()];
  const result: unknown = new Function(...names, `return ${expression}`)(
    ...Object.values(functions),
    ...values.values(),
  );
  return typeof result === 'number' && Number.isFinite(result) ? result : undefined;
};

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

const MISSING: Readonly<Record<string, boolean | undefined>> = { breaching: true, notBreaching: false };

/** The state of an alarm at an instant, given all datapoints until then; `before` is what it was. */
export const stateOf = (
  alarm: AlarmProperties,
  points: readonly Datapoint[],
  now: number,
  before: AlarmState = 'INSUFFICIENT_DATA',
): AlarmState => {
  const looked = metricsOf(alarm);
  const period = Math.max(...looked.map((each) => each.period));
  const expression = alarm.Metrics?.find(({ Expression }) => Expression)?.Expression ?? 'value';
  const isBreaching = COMPARISONS[alarm.ComparisonOperator];
  if (!isBreaching) throw new Error(`Cannot compare by ${alarm.ComparisonOperator}, wanted Greater or Less`);
  const verdicts = Array.from({ length: alarm.EvaluationPeriods }, (_, index) => {
    const values = new Map(looked.map((each) => [each.id, valueIn(each, points, now - index * period)]));
    const value = evaluated(expression, values);
    return value === undefined ? MISSING[alarm.TreatMissingData] : isBreaching(value, alarm.Threshold);
  });
  if (verdicts.every((verdict) => verdict === undefined)) return before;
  const breaching = verdicts.filter(Boolean).length;
  return breaching >= (alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods) ? 'ALARM' : 'OK';
};
