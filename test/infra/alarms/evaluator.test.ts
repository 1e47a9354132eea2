import { describe, expect, it } from 'vitest';
import type { AlarmName } from '../../../infra/constructs/monitoring/alarm-name.ts';
import type { Datapoint } from '../../metrics-in.ts';
import { find } from '../policy-reader.ts';
import { template } from '../template.ts';
import { type AlarmProperties, type AlarmState, metricsOf, stateBy, statesOf } from './evaluator.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 5, 12);

const alarm = (name: AlarmName): AlarmProperties =>
  find(template, 'AWS::CloudWatch::Alarm', `Revocation${name.charAt(0).toUpperCase()}${name.slice(1)}Alarm`)
    .Properties as unknown as AlarmProperties;

/** A datapoint of each of these metrics of an alarm, so many minutes after noon. */
const points = (of: AlarmProperties, name: string, ...values: readonly (readonly [minute: number, value: number])[]) =>
  metricsOf(of)
    .filter((looked) => looked.name === name)
    .flatMap(({ namespace, dimensions }) =>
      values.map(([minute, value]): Datapoint => ({ namespace, name, dimensions, value, at: NOON + minute * MINUTE })),
    );

/** The states at the end of a minute after noon. */
const at = (of: AlarmProperties, data: readonly Datapoint[], minute: number, before: AlarmState = 'OK') =>
  statesOf(of, data, { since: NOON, until: NOON + minute * MINUTE, before });

/** As AWS writes it: `0` is not breaching, `X` is breaching, `-` is missing, the newest last. */
const rangeOf = (written: string) =>
  written
    .split(' ')
    .reverse()
    .map((one) => ({ 0: false, X: true })[one]);

const threePeriods = (needed: number, TreatMissingData: string, Namespace = 'KeyRevoker'): AlarmProperties => ({
  ...{ AlarmDescription: '', ComparisonOperator: 'GreaterThanThreshold', Threshold: 0, EvaluationPeriods: 3 },
  ...{ DatapointsToAlarm: needed, TreatMissingData, Namespace, MetricName: 'Ended', Period: 60, Statistic: 'Sum' },
});

describe('the table of AWS', () => {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
  it.each<[string, number, AlarmState, AlarmState]>([
    ['0 - X - X', 3, 'OK', 'OK'],
    ['- - - - 0', 3, 'OK', 'OK'],
    ['- - - - -', 3, 'ALARM', 'OK'],
    ['0 X X - X', 3, 'ALARM', 'ALARM'],
    ['- - X - -', 3, 'ALARM', 'OK'],
    ['0 - X - X', 2, 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 2, 'ALARM', 'ALARM'],
    ['0 - X - -', 2, 'ALARM', 'OK'],
    ['- - - - 0', 2, 'ALARM', 'OK'],
    ['- - - X -', 2, 'ALARM', 'OK'],
  ])('says of %s, of which %i of 3 raise an alarm: breaching %s, not breaching %s', (written, needed, bad, good) => {
    const by = (missing: string) => stateBy(threePeriods(needed, missing), rangeOf(written), 'INSUFFICIENT_DATA');
    expect([by('breaching'), by('notBreaching')]).toEqual([bad, good]);
  });

  it.each<[string, AlarmState, AlarmState]>([
    ['- - - - -', 'ALARM', 'ALARM'],
    ['- - X - -', 'OK', 'OK'],
    ['- - - - 0', 'ALARM', 'OK'],
  ])('says of %s, missing data ignored, after %s: %s', (written, before, state) =>
    expect(stateBy(threePeriods(3, 'ignore'), rangeOf(written), before)).toBe(state),
  );

  it('holds for DynamoDB as if missing data were ignored, whatever the alarm says', () => {
    const ofDynamo = threePeriods(3, 'notBreaching', 'AWS/DynamoDB');
    expect(stateBy(ofDynamo, rangeOf('- - - - -'), 'ALARM')).toBe('ALARM');
  });
});

describe('windows', () => {
  const counted = threePeriods(1, 'notBreaching');
  const quarterly: AlarmProperties = { ...counted, EvaluationPeriods: 1, DatapointsToAlarm: 1, Period: 900 };

  it('slide: two of four minutes apart are in one of a quarter of an hour, wherever the quarter begins', () => {
    const data = points({ ...quarterly, Threshold: 1 }, 'Ended', [13, 1], [17, 1]);
    expect(at({ ...quarterly, Threshold: 1 }, data, 18)).toEqual(['ALARM']);
  });

  it('hold a datapoint of the minute that has just begun only at its end', () => {
    const data = points(counted, 'Ended', [3.5, 1]);
    expect([at(counted, data, 2), at(counted, data, 3)]).toEqual([['OK'], ['ALARM']]);
  });

  it('before those that are evaluated count while those have no datapoint, by some readings', () => {
    const data = points(quarterly, 'Ended', [1, 1]);
    expect(at(quarterly, data, 20)).toEqual(['ALARM']);
    expect(at(quarterly, data, 40).toSorted()).toEqual(['ALARM', 'OK']);
    expect(at(quarterly, data, 80)).toEqual(['OK']);
  });
});

describe('an alarm for what did not happen', () => {
  const sweeps = alarm('sweepNotRun');
  const last = points(sweeps, 'SweepRan', [0, 1], [5, 1]);

  it('is raised a quarter of an hour after the last sweep, and ends with the next one', () => {
    expect([at(sweeps, last, 18), at(sweeps, last, 20)]).toEqual([['OK'], ['ALARM']]);
    expect(at(sweeps, last, 300)).toEqual(['ALARM']);
    expect(at(sweeps, [...last, ...points(sweeps, 'SweepRan', [40, 1])], 40)).toEqual(['OK']);
  });

  it('is raised where no sweep ever ran', () => expect(at(sweeps, [], 0, 'INSUFFICIENT_DATA')).toEqual(['ALARM']));

  it('would come late without the zero: half an hour to an hour and more, as AWS retrieves more or fewer periods', () => {
    const [ran] = metricsOf(sweeps);
    const plain: AlarmProperties = {
      ...threePeriods(1, 'breaching'),
      ...{ ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: 1, Period: 900 },
      MetricName: 'SweepRan',
      Dimensions: Object.entries(ran?.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
    };
    expect(at(plain, last, 20)).toEqual(['OK']);
    expect(at(plain, last, 36).toSorted()).toEqual(['ALARM', 'OK']);
    expect(at(plain, last, 90)).toEqual(['ALARM']);
  });
});

describe('an alarm that was raised', () => {
  it.each(['providerErrors', 'ledgerThrottled', 'revokeFails'] as const)(
    '%s ends a quarter of an hour after the last of what it counts',
    (name) => {
      const of = alarm(name);
      const names = new Set(metricsOf(of).map((looked) => looked.name));
      const data = [...names].flatMap((metric) => points(of, metric, [0, 20]));
      expect([0, 14, 15].map((minute) => at(of, data, minute))).toEqual([['ALARM'], ['ALARM'], ['OK']]);
    },
  );

  it.each(['resurrected', 'recordsForged', 'accessDenied', 'urgentWaiting', 'timeToRevoke'] as const)(
    '%s ends within 25 minutes of the last event, when AWS retrieves that no more',
    (name) => {
      const of = alarm(name);
      const data = points(of, metricsOf(of)[0]?.name ?? '', [0, 1_000_000]);
      expect([at(of, data, 4), at(of, data, 25)]).toEqual([['ALARM'], ['OK']]);
    },
  );

  it.each(['oldestOpenCase', 'paused', 'notConfirmed', 'reconciliationLate'] as const)(
    '%s stays as it is while no sweep says otherwise',
    (name) => {
      const of = alarm(name);
      const metric = metricsOf(of)[0]?.name ?? '';
      const data = points(of, metric, [0, 1_000_000]);
      expect(at(of, data, 300)).toEqual(['ALARM']);
      expect(at(of, [...data, ...points(of, metric, [290, 0])], 300)).toEqual(['OK']);
    },
  );
});
