import type { Stack } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { KeyRevocation } from '../../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../../infra/key-revocation-props.ts';
import { widgetsOf } from '../dashboard-reader.ts';
import { arnOf, find, text } from '../policy-reader.ts';
import { stackWith, templateOf } from '../synthesized.ts';
import { template } from '../template.ts';
import { type AlarmProperties, metricsOf } from './evaluator.ts';

const TYPE = 'AWS::CloudWatch::Alarm';
const alarmsOf = (made = template) => Object.entries(made.Resources).filter(([, { Type }]) => Type === TYPE);
const propertiesOf = (id: string, props: (stack: Stack) => KeyRevocationProps): AlarmProperties =>
  find(templateOf(stackWith(props)), TYPE, `R${id}`).Properties as unknown as AlarmProperties;

describe('alarms', () => {
  it('look at the instance as a whole, or at what it is made of', () => {
    const own = alarmsOf().flatMap(([, { Properties }]) => metricsOf(Properties as unknown as AlarmProperties));
    expect(own.length).toBeGreaterThan(alarmsOf().length);
    for (const { namespace, dimensions } of own) {
      if (namespace === 'KeyRevoker') expect(dimensions).toEqual({ instance: 'KeyRevoker/Revocation' });
      else expect(Object.values(dimensions)[0]).toMatch(/^(ref:)?Revocation|^by-state(-2)?$/);
    }
  });

  it.each<[string, string, KeyRevocationProps, Partial<AlarmProperties>]>([
    [
      'an hour after the longest request',
      'OldestOpenCaseAlarm',
      { giveUpAfter: Duration.hours(2) },
      { Threshold: 10_800 },
    ],
    ['the objective', 'TimeToRevokeAlarm', { timeToRevokeObjective: Duration.seconds(5) }, { Threshold: 5_000 }],
    ['a minute without one', 'TimeToRevokeAlarm', {}, { Threshold: 60_000 }],
  ])('go by %s', (_what, id, props, expected) => expect(propertiesOf(id, () => props)).toMatchObject(expected));

  it('go by the time of three sweeps', () => {
    const made = propertiesOf('SweepNotRunAlarm', () => ({ sweepRate: Duration.minutes(2) }));
    expect(metricsOf(made)).toMatchObject([{ name: 'SweepRan', period: 360_000 }]);
  });

  it('say the objective in words', () =>
    expect(propertiesOf('TimeToRevokeAlarm', () => ({ timeToRevokeObjective: Duration.seconds(90) }))).toMatchObject({
      AlarmDescription: expect.stringContaining('longer than the objective of 1 minute 30 seconds. See '),
    }));

  it('of two instances look at their own', () => {
    const stack = stackWith(() => ({}));
    new KeyRevocation(stack, 'Other', { prefix: 'other/' });
    const of = (id: string) =>
      metricsOf(find(templateOf(stack), TYPE, id).Properties as unknown as AlarmProperties)[0]?.dimensions;
    expect([of('RResurrectedAlarm'), of('OtherResurrectedAlarm')]).toEqual([
      { instance: 'S/R' },
      { instance: 'S/Other' },
    ]);
  });
});

describe('the dashboard', () => {
  it('shows every alarm, first the one that the kill path is down', () => {
    const widgets = widgetsOf(find(template, 'AWS::CloudWatch::Dashboard', 'RevocationDashboard'));
    const shown = widgets.flatMap(({ properties: { alarms = [] } }) => alarms);
    const { id } = find(template, 'AWS::CloudWatch::CompositeAlarm', 'RevocationKillPathDownAlarm');
    expect(shown).toEqual([arnOf(id), ...alarmsOf().map(([each]) => arnOf(each))]);
  });

  it('shows the providers that there are', () => {
    const made = templateOf(stackWith(() => ({ providers: ['kalshi'] })));
    const body = text(find(made, 'AWS::CloudWatch::Dashboard', 'RDashboard').Properties['DashboardBody']);
    expect(body).toContain('"ProviderCalls kalshi"');
    expect(body).not.toContain('bybit');
  });
});

describe('metric methods', () => {
  const stack = stackWith(() => ({}));
  const revocation = stack.node.findChild('R') as KeyRevocation;

  it.each([
    ['metricEnded', 'Ended', 'Sum'],
    ['metricRevoked', 'Revoked', 'Sum'],
    ['metricRestricted', 'Restricted', 'Sum'],
    ['metricPlanned', 'Planned', 'Sum'],
    ['metricWithdrawn', 'Withdrawn', 'Sum'],
    ['metricRefused', 'Refused', 'Sum'],
    ['metricStuck', 'Stuck', 'Sum'],
    ['metricTimeToRevoke', 'TimeToRevoke', 'Maximum'],
    ['metricUrgentTimeToRevoke', 'UrgentTimeToRevoke', 'Maximum'],
    ['metricUrgentWaiting', 'UrgentWaiting', 'Sum'],
    ['metricResurrected', 'Resurrected', 'Sum'],
    ['metricLimitReached', 'LimitReached', 'Sum'],
    ['metricProviderCalls', 'ProviderCalls', 'Sum'],
    ['metricProviderErrors', 'ProviderErrors', 'Sum'],
    ['metricOpenCases', 'OpenCases', 'Maximum'],
    ['metricOldestOpenCase', 'OldestOpenCaseSeconds', 'Maximum'],
    ['metricSweepRan', 'SweepRan', 'Sum'],
  ] as const)('%s is %s of the instance, its %s', (method, metricName, statistic) =>
    expect(revocation[method]()).toMatchObject({
      namespace: 'KeyRevoker',
      metricName,
      statistic,
      dimensions: { instance: 'S/R' },
    }),
  );

  it('take what the methods of other constructs take', () => {
    const metric = revocation.metricTimeToRevoke({
      statistic: 'p90',
      period: Duration.hours(1),
      dimensionsMap: { provider: 'kalshi' },
    });
    expect(metric).toMatchObject({ statistic: 'p90', dimensions: { instance: 'S/R', provider: 'kalshi' } });
    expect(metric.period.toHours()).toBe(1);
    const made = new Alarm(stack, 'Own', { metric, threshold: 1, evaluationPeriods: 1 });
    expect(made.node.path).toBe('S/Own');
  });
});
