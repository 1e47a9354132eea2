import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../functions/core/metric-names.ts';
import type { AlarmName } from '../../../infra/constructs/monitoring/alarm-name.ts';
import { type AlarmProperties, type AlarmState, metricsOf, statesOf } from '../../infra/alarms/evaluator.ts';
import { graphedIn } from '../../infra/dashboard-reader.ts';
import { find } from '../../infra/policy-reader.ts';
import { type Datapoint, seriesOf } from '../../metrics-in.ts';
import { kalshiUser, master, RESTRICTIONS, requestyOrganisation } from '../system/orders.ts';
import { systemForEachTest } from '../system/system.ts';
import { NEAR_MISSES } from './near-misses.ts';
import { resumed, TROUBLES, visibleOn } from './troubles.ts';

const system = systemForEachTest();

const alarm = (name: string): AlarmProperties => {
  const id = `Revocation${name.charAt(0).toUpperCase()}${name.slice(1)}Alarm`;
  return find(system().template, 'AWS::CloudWatch::Alarm', id).Properties as unknown as AlarmProperties;
};

/** An alarm's states, by our own metrics and by what AWS says itself: now, or after it was OK then. One state if all readings agree. */
const states = (id: string, said: readonly Datapoint[], okAt?: number): readonly AlarmState[] =>
  statesOf(alarm(id), [...system().metrics(), ...said], {
    until: Date.now(),
    ...(okAt !== undefined && { since: okAt, before: 'OK' }),
  });

/** Before its first throttle an alarm that looks only at DynamoDB may have nothing to go by, since it ignores missing data. */
const CALM: Readonly<Partial<Record<AlarmName, readonly AlarmState[]>>> = {
  ledgerThrottled: ['INSUFFICIENT_DATA', 'OK'],
};

const quietQueues = (): Promise<readonly Datapoint[]> =>
  Promise.all(['Stuck', 'Undelivered', 'Requests', 'Urgent', 'Rechecks'].map((part) => visibleOn(system(), part)));

describe('every alarm', () => {
  it.each(Object.keys(TROUBLES) as AlarmName[])('%s is raised by its trouble, and not before', async (id) => {
    await system().tick();
    const quiet = await quietQueues();
    expect(states(id, quiet)).toEqual(CALM[id] ?? ['OK']);
    const okAt = Date.now();
    system().advance(1_000);
    const said = await TROUBLES[id](system());
    expect(states(id, [...quiet, ...said], okAt)).toEqual(['ALARM']);
  });
});

describe('an alarm with a threshold', () => {
  it.each(Object.entries(NEAR_MISSES))('%s is not raised by what stays below it', async (name, miss) => {
    await system().tick();
    const quiet = await quietQueues();
    const okAt = Date.now();
    system().advance(1_000);
    const said = await miss(system());
    expect(states(name, [...quiet, ...said], okAt)).toEqual(['OK']);
  });
});

const MINUTE = 60_000;

/** One run in which everything happens that is counted or measured. */
const everything = async (): Promise<void> => {
  const running = system();
  const masters = await Promise.all([1, 2, 3].map((n) => master(running, { n })));
  const [planned, withdrawn, refused] = masters.map(({ secretId }) => secretId);
  const kalshi = await kalshiUser(running);
  const requesty = await requestyOrganisation(running);
  const restriction = await RESTRICTIONS[0]?.arrange(running, 4);
  const deleteKey = { operation: 'delete-key', target: 'self', reason: 'leaked' };
  const deleteMaster = { provider: 'bybit', operation: 'delete-master-key', target: 'self' };
  await running.send({ ...deleteKey, provider: 'kalshi', secretId: kalshi.targetSecret });
  await running.send({ ...deleteKey, provider: 'requesty', secretId: requesty.targetSecret });
  await running.send(restriction?.request);
  await running.settle();
  // In the settle window one key gets rights back, and the secret of another one is deleted.
  if (restriction) running.bybit.patch(restriction.world, restriction.keyId, { readOnly: 0 });
  const gone = { SecretId: kalshi.targetSecret, ForceDeleteWithoutRecovery: true };
  await running.secrets.send(new DeleteSecretCommand(gone));
  running.advance(10 * MINUTE);
  await running.settle();
  const due = { 'expires-at': new Date(Date.now() + 600_000).toISOString(), ...deleteMaster };
  const tags = (fields: object) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [`key-revoker:${name}`, value]));
  await running.tag(withdrawn ?? '', tags({ ...due, target: '' }));
  await running.tick();
  await running.tag(withdrawn ?? '', tags({ 'expires-at': new Date(Date.now() + 6_000_000).toISOString() }));
  await running.send({ ...deleteMaster, secretId: planned, dryRun: true });
  await running.send({ ...deleteMaster, secretId: refused, expectedEnvironment: 'demo' });
  await running.send({ ...deleteMaster, secretId: 'key-revoker/nowhere' });
  await running.settle();
};

const CAUSED = [
  ...(['itemFaults', 'notificationsFailed', 'resurrected', 'urgentWaiting', 'limitReached', 'accessDenied'] as const),
  'recordsForged',
] as const;

describe('every metric', () => {
  it('that an alarm or the dashboard names is emitted', async () => {
    await everything();
    for (const id of CAUSED) {
      system().bybit.faults.clear();
      await system().settle();
      await TROUBLES[id](system());
      await resumed(system());
    }
    const emitted = new Set(system().metrics().map(seriesOf));
    const alarms = Object.keys(TROUBLES).flatMap((id) => metricsOf(alarm(id)));
    const graphed = graphedIn(find(system().template, 'AWS::CloudWatch::Dashboard', 'RevocationDashboard'));
    const named = [...alarms, ...graphed].filter(({ namespace }) => namespace === 'KeyRevoker');
    expect(named.map(seriesOf).filter((series) => !emitted.has(series))).toEqual([]);
    // And none is left that nobody has ever seen.
    const shown = new Set(named.map(({ name }) => name));
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });
});
