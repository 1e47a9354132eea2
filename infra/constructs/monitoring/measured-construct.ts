import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MetricName } from '../../../functions/core/metric-names.ts';
import { instanceMetric } from './instance-metric.ts';

/**
 * The metrics of an instance, over 5 minutes unless told otherwise. Each is kept for the instance and for each provider
 * (`dimensionsMap: { provider: 'kalshi' }`), `Ended` also for each outcome of a provider.
 */
export abstract class MeasuredConstruct extends Construct {
  /** Any metric by its name. @default - the sum of what is counted, the maximum of what is measured */
  metric(name: MetricName, props?: MetricOptions): Metric {
    return instanceMetric(this, name, props);
  }

  /** Requests that ended, with any outcome. @default Sum */
  metricEnded(props?: MetricOptions): Metric {
    return this.metric('Ended', props);
  }

  /** Requests that ended with a dead key. @default Sum */
  metricRevoked(props?: MetricOptions): Metric {
    return this.metric('Revoked', props);
  }

  /** Requests that ended with a restricted key. @default Sum */
  metricRestricted(props?: MetricOptions): Metric {
    return this.metric('Restricted', props);
  }

  /** Requests that ended as a plan. @default Sum */
  metricPlanned(props?: MetricOptions): Metric {
    return this.metric('Planned', props);
  }

  /** Expiries that were taken back before their time. @default Sum */
  metricWithdrawn(props?: MetricOptions): Metric {
    return this.metric('Withdrawn', props);
  }

  /** Requests that a rule of this system said no to. @default Sum */
  metricRefused(props?: MetricOptions): Metric {
    return this.metric('Refused', props);
  }

  /** Requests that need a person: the key may be alive. @default Sum */
  metricStuck(props?: MetricOptions): Metric {
    return this.metric('Stuck', props);
  }

  /** Milliseconds from due to the first probe that found the key gone, where a call of this system killed it. @default Maximum */
  metricTimeToRevoke(props?: MetricOptions): Metric {
    return this.metric('TimeToRevoke', props);
  }

  /** The same, of requests whose reason is `leaked` or `incident`. @default Maximum */
  metricUrgentTimeToRevoke(props?: MetricOptions): Metric {
    return this.metric('UrgentTimeToRevoke', props);
  }

  /** Urgent requests that were not over after a minute, and again each hour. @default Sum */
  metricUrgentWaiting(props?: MetricOptions): Metric {
    return this.metric('UrgentWaiting', props);
  }

  /** Keys found alive after their death was proved. @default Sum */
  metricResurrected(props?: MetricOptions): Metric {
    return this.metric('Resurrected', props);
  }

  /** Hours in which a provider's limit of calls was reached. @default Sum */
  metricLimitReached(props?: MetricOptions): Metric {
    return this.metric('LimitReached', props);
  }

  /** Exchanges with providers. @default Sum */
  metricProviderCalls(props?: MetricOptions): Metric {
    return this.metric('ProviderCalls', props);
  }

  /** Exchanges without a reply, or with one that says 429 or 5xx. @default Sum */
  metricProviderErrors(props?: MetricOptions): Metric {
    return this.metric('ProviderErrors', props);
  }

  /** Keys that may be alive although they should be dead by now, as each sweep finds them. @default Maximum */
  metricOpenCases(props?: MetricOptions): Metric {
    return this.metric('OpenCases', props);
  }

  /** Seconds since the oldest of these became one. @default Maximum */
  metricOldestOpenCase(props?: MetricOptions): Metric {
    return this.metric('OldestOpenCaseSeconds', props);
  }

  /** Sweeps that finished. @default Sum */
  metricSweepRan(props?: MetricOptions): Metric {
    return this.metric('SweepRan', props);
  }
}
