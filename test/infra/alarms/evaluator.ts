import type { Datapoint } from '../../metrics-in.ts';
import { text } from '../policy-reader.ts';

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

const MINUTE = 60_000;

/**
 * What CloudWatch's documents leave open. An alarm has to be right under each reading.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
interface Reading {
  /** CloudWatch retrieves more periods than it evaluates, and does not say how many more: this range is wider by so many. */
  readonly morePeriods: number;
  /** Whether `FILL` fills a range in which no metric of the expression has a datapoint. */
  readonly fillsEmptyRange: boolean;
}

const READINGS: readonly Reading[] = [1, 2, 4].flatMap((morePeriods) =>
  [false, true].map((fillsEmptyRange) => ({ morePeriods, fillsEmptyRange })),
);

const pointsOf = ({ namespace, name, dimensions }: Looked, points: readonly Datapoint[]): readonly Datapoint[] =>
  points.filter(
    (point) => point.namespace === namespace && point.name === name && isSame(point.dimensions, dimensions),
  );

/** The values of a metric in the periods of the range that ends then, the newest first; `undefined` where it has none. */
const valuesOf = (looked: Looked, points: readonly Datapoint[], end: number, periods: number) => {
  const statistic = STATISTICS[looked.statistic];
  if (statistic === undefined)
    throw new Error(`Cannot evaluate ${looked.statistic}: it must be Sum, Maximum or Minimum`);
  const byPeriod = Map.groupBy(points, ({ at }) => Math.ceil((end - at) / looked.period) - 1);
  return Array.from({ length: periods }, (_, period) => {
    const values = byPeriod.get(period)?.map(({ value }) => value) ?? [];
    return values.length === 0 ? undefined : statistic(values);
  });
};

const LANGUAGE = /^(?:FILL|IF|[a-z]\w*|\d+|[\s(),+*/<>=-])+$/;

type Value = number | undefined;

const FILLED = /FILL\(\w+, \d+\)/g;

/** The part of metric math that the alarms use: arithmetic, comparisons, IF and FILL. Without a value that is not filled there is no result. */
const evaluated = (expression: string, values: ReadonlyMap<string, Value>): Value => {
  if (!LANGUAGE.test(expression))
    throw new Error(`Cannot evaluate ${expression}: it must be of IF, FILL, names and numbers`);
  const bare = new Set(expression.replaceAll(FILLED, '').match(/[a-z]\w*/g));
  if ([...values].some(([name, value]) => value === undefined && bare.has(name))) return undefined;
  const functions = {
    FILL: (value: Value, filling: number): number => value ?? filling,
    IF: (condition: boolean, yes: number, no: number): number => (condition ? yes : no),
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

const DYNAMODB = 'AWS/DynamoDB';

/** How missing data counts. An alarm that looks at DynamoDB ignores it, whatever the alarm says. */
const missingIn = (alarm: AlarmProperties): string =>
  metricsOf(alarm).some(({ namespace }) => namespace === DYNAMODB) ? 'ignore' : alarm.TreatMissingData;

/** What the periods of a range say, the newest first: breaching or not, `undefined` without a value. */
type Verdicts = readonly (boolean | undefined)[];

/**
 * The state by what a range says: the newest real datapoints count, also from before the evaluated periods. Only if the whole range has
 * fewer than the evaluated periods, missing ones are filled in beside all real ones.
 */
export const stateBy = (alarm: AlarmProperties, range: Verdicts, before: AlarmState): AlarmState => {
  const { EvaluationPeriods: wanted, DatapointsToAlarm: needed = wanted } = alarm;
  const real = range.filter((verdict) => verdict !== undefined).slice(0, wanted);
  const breaching = real.filter(Boolean).length;
  const missing = wanted - real.length;
  const how = missingIn(alarm);
  if (missing > 0 && how === 'missing') throw new Error('Cannot evaluate an alarm without TreatMissingData');
  if (breaching + (how === 'breaching' ? missing : 0) >= needed) return 'ALARM';
  return how === 'ignore' && breaching + missing >= needed ? before : 'OK';
};

/** Evaluates an alarm at the end of a minute. Its windows end there, wherever its periods would begin by the clock. */
const evaluate = (alarm: AlarmProperties, { morePeriods, fillsEmptyRange }: Reading) => {
  const looked = metricsOf(alarm);
  const periods = alarm.EvaluationPeriods + morePeriods;
  const expression = alarm.Metrics?.find(({ Expression }) => Expression)?.Expression ?? 'value';
  const isBreaching = COMPARISONS[alarm.ComparisonOperator];
  if (!isBreaching)
    throw new Error(
      `Cannot compare by ${alarm.ComparisonOperator}: it must be GreaterThanThreshold or LessThanThreshold`,
    );
  return (points: readonly Datapoint[], end: number, before: AlarmState): AlarmState => {
    const series = looked.map((each) => [each.id, valuesOf(each, pointsOf(each, points), end, periods)] as const);
    const isKnown = fillsEmptyRange || series.some(([, values]) => values.some((value) => value !== undefined));
    const verdicts = Array.from({ length: periods }, (_, period) => {
      const value = evaluated(expression, new Map(series.map(([id, values]) => [id, values[period]])));
      return isKnown && value !== undefined ? isBreaching(value, alarm.Threshold) : undefined;
    });
    return stateBy(alarm, verdicts, before);
  };
};

const startOfMinute = (at: number): number => Math.floor(at / MINUTE) * MINUTE;

/** From when to when an alarm is evaluated, in epoch milliseconds, and what it is at first. */
export interface Watch {
  /** @default `until` */
  readonly since?: number;
  readonly until: number;
  /** @default 'INSUFFICIENT_DATA' */
  readonly before?: AlarmState;
}

/** The state under one reading after an evaluation at the end of each minute. A datapoint belongs to the minute that it is in. */
const stateUnder = (
  reading: Reading,
  alarm: AlarmProperties,
  points: readonly Datapoint[],
  { until, since = until, before = 'INSUFFICIENT_DATA' }: Watch,
): AlarmState => {
  const at = evaluate(alarm, reading);
  const known = points.map((point) => ({ ...point, at: startOfMinute(point.at) }));
  let state = before;
  for (let end = startOfMinute(since) + MINUTE; end <= startOfMinute(until) + MINUTE; end += MINUTE)
    state = at(known, end, state);
  return state;
};

/** The states that an alarm may be in, by each reading of CloudWatch's rules, each once. One state: all readings agree. */
export const statesOf = (alarm: AlarmProperties, points: readonly Datapoint[], watch: Watch): readonly AlarmState[] => [
  ...new Set(READINGS.map((reading) => stateUnder(reading, alarm, points, watch))),
];
