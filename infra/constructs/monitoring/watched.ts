import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { BY_STATE } from '../../../functions/core/ledger/keys.ts';
import { BY_STATE_2 } from '../../../functions/core/ledger/lists.ts';
import type { SettledProps } from '../../settled-props.ts';
import type { Queues } from '../messaging/queues.ts';
import { instanceMetric } from './instance-metric.ts';

/** All that is watched. */
export interface Watched {
  readonly instance: Construct;
  readonly queues: Queues;
  /** With the prop `receiptsBus`. */
  readonly lostReceipts: Queue | undefined;
  readonly ledger: Table;
  readonly revoke: IFunction;
  readonly revokeUrgent: IFunction;
  readonly sweep: IFunction;
  readonly props: Pick<SettledProps, 'providers' | 'giveUpAfter' | 'sweepRate' | 'timeToRevokeObjective'>;
}

/** Metrics that are there only while something happens count as none otherwise. */
const sumOf = (usingMetrics: Record<string, IMetric>, label: string, period: Duration): IMetric => {
  const expression = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  return new MathExpression({ expression: expression.join(' + '), usingMetrics, label, period });
};

/** Visible messages; not those that a consumer or an operator holds. */
export const visible = (queue: Queue, period: Duration, statistic: string = Stats.MAXIMUM): IMetric =>
  queue.metricApproximateNumberOfMessagesVisible({ period, statistic });

/** In seconds, how long ago the oldest message was sent: also one that waits for its next try. */
export const oldest = (queue: Queue, period: Duration): IMetric =>
  queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM });

/** Invocations that a function did not come to the end of, or that Lambda did not make. */
export const failuresOf = (made: IFunction, period: Duration): IMetric => {
  // Names of metrics have to differ within one graph.
  const name = made.node.id.toLowerCase();
  const all = { [`${name}Errors`]: made.metricErrors(), [`${name}Throttles`]: made.metricThrottles() };
  return sumOf(all, `${made.node.id} fails`, period);
};

/** Reads and writes that DynamoDB refused for the time being, in the table and in its indexes. */
export const throttlesOf = (ledger: Table, period: Duration): IMetric => {
  const of = (metricName: string, more: Readonly<Record<string, string>> = {}): IMetric =>
    ledger.metric(metricName, { statistic: Stats.SUM, dimensionsMap: { TableName: ledger.tableName, ...more } });
  const [reads, writes] = ['ReadThrottleEvents', 'WriteThrottleEvents'] as const;
  const [first, second] = [BY_STATE, BY_STATE_2].map((name) => ({ GlobalSecondaryIndexName: name }));
  const all = {
    reads: of(reads),
    writes: of(writes),
    indexReads: of(reads, first),
    indexWrites: of(writes, first),
    index2Reads: of(reads, second),
    index2Writes: of(writes, second),
  };
  return sumOf(all, 'Throttled', period);
};

/**
 * Sweeps that finished, 0 where none did. Without the zero CloudWatch would go back to older periods, and take a sweep for missing only
 * after several periods without one.
 */
export const sweepsOf = (instance: Construct, period: Duration): IMetric =>
  sumOf({ sweeps: instanceMetric(instance, 'SweepRan') }, 'Sweeps that finished', period);

/** In percent, of at least so many calls in the period; of fewer, and of none, it is 0. */
export const errorRate = (instance: Construct, leastCalls: number, period: Duration): IMetric => {
  const calls = instanceMetric(instance, 'ProviderCalls');
  const errors = instanceMetric(instance, 'ProviderErrors');
  const expression = `IF(FILL(calls, 0) >= ${leastCalls}, 100 * FILL(errors, 0) / FILL(calls, 1), 0)`;
  return new MathExpression({ expression, usingMetrics: { calls, errors }, label: 'Errors in percent', period });
};
