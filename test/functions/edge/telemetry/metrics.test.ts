import { afterEach, describe, expect, it, vi } from 'vitest';
import { epochMs } from '../../../../functions/core/epoch.ts';
import { METRICS } from '../../../../functions/core/metric-names.ts';
import type { LogFacts } from '../../../../functions/core/ports.ts';
import type { HttpCall, MaybeReply } from '../../../../functions/core/provider.ts';
import { Secret } from '../../../../functions/core/secret.ts';
import { logAs } from '../../../../functions/edge/telemetry/log.ts';
import { measuring } from '../../../../functions/edge/telemetry/metrics.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';
import { metricsIn } from '../../../metrics-in.ts';
import { frozenClock } from '../frozen-clock.ts';

afterEach(() => vi.restoreAllMocks());

/** Everything that was written while something was done. */
const written = async (work: () => unknown): Promise<readonly string[]> => {
  const chunks: string[] = [];
  const keep = (chunk: unknown) => chunks.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  await work();
  vi.restoreAllMocks();
  return chunks;
};

const metered = () => {
  const measured = measuring('desk', PROVIDERS, frozenClock());
  return { ...measured, log: logAs('desk', measured.metricsOf) };
};

/** Values by `name{dimensions}`. */
const metricsOf = async (event: string, facts: LogFacts, how: 'info' | 'warn' = 'info') =>
  metricsIn(await written(() => metered().log[how](event, facts)));

const ENDED = { provider: 'kalshi', outcome: 'revoked', dryRun: false, urgent: false, timeToRevokeMs: 431 };
const PROVIDER = '{instance=desk,provider=kalshi}';

describe('the end of a request', () => {
  it('is counted for the instance, for the provider, and by its outcome', async () => {
    expect(await metricsOf('request ended', ENDED)).toEqual({
      'Ended{instance=desk}': [1],
      'Ended{instance=desk,provider=kalshi}': [1],
      'Ended{instance=desk,provider=kalshi,outcome=revoked}': [1],
      'Revoked{instance=desk}': [1],
      'Revoked{instance=desk,provider=kalshi}': [1],
      'TimeToRevoke{instance=desk}': [431],
      'TimeToRevoke{instance=desk,provider=kalshi}': [431],
    });
  });

  it.each([
    ['revoked', 'Revoked'],
    ['already-revoked', 'Revoked'],
    ['restricted', 'Restricted'],
    ['planned', 'Planned'],
    ['withdrawn', 'Withdrawn'],
    ['refused', 'Refused'],
    ['stuck', 'Stuck'],
  ])('as %s counts as %s', async (outcome, name) => {
    const found = await metricsOf('request ended', { ...ENDED, outcome });
    expect(found).toMatchObject({
      [`${name}{instance=desk}`]: [1],
      [`Ended{instance=desk,provider=kalshi,outcome=${outcome}}`]: [1],
    });
    const isTimed = Object.keys(found).some((key) => key.startsWith('TimeToRevoke'));
    expect(isTimed).toBe(outcome === 'revoked');
  });

  it.each([
    ['a plan', { dryRun: true }, undefined],
    ['an urgent request', { urgent: true }, [431]],
    ['another', {}, undefined],
  ])('of %s has its urgent time or none', async (_what, facts, expected) => {
    const found = await metricsOf('request ended', { ...ENDED, ...facts });
    expect(found[`UrgentTimeToRevoke${PROVIDER}`]).toEqual(expected);
  });

  it('of a plan has no time at all', async () => {
    expect(await metricsOf('request ended', { ...ENDED, dryRun: true })).not.toHaveProperty(`TimeToRevoke${PROVIDER}`);
  });

  it('that came before its time took none', async () => {
    const found = await metricsOf('request ended', { ...ENDED, timeToRevokeMs: -5 });
    expect(found[`TimeToRevoke${PROVIDER}`]).toEqual([0]);
  });

  it('is bounded, whatever the facts say', async () => {
    const found = await metricsOf('request ended', { ...ENDED, provider: 'toString', outcome: 'stuck' });
    expect(found).toHaveProperty('Ended{instance=desk,provider=unknown,outcome=stuck}');
    expect(await metricsOf('request ended', { ...ENDED, outcome: 'toString' })).toEqual({});
    expect(await metricsOf('request ended', { ...ENDED, timeToRevokeMs: Number.NaN })).not.toHaveProperty(
      `TimeToRevoke${PROVIDER}`,
    );
  });
});

describe('other events', () => {
  it.each<[string, LogFacts, Record<string, number[]>]>([
    [
      'sweep done',
      { secrets: 9, sent: 3, left: 1, unreadable: 2 },
      { 'SweepRan{instance=desk}': [1], 'OrdersSent{instance=desk}': [3], 'OrdersUnreadable{instance=desk}': [2] },
    ],
    [
      'gauges read',
      { openCases: 2, oldestOpenCaseSeconds: 90, pausedSeconds: 0, reconciliationAgeSeconds: 7 },
      {
        'OpenCases{instance=desk}': [2],
        'OldestOpenCaseSeconds{instance=desk}': [90],
        'PausedSeconds{instance=desk}': [0],
        'ReconciliationAgeSeconds{instance=desk}': [7],
      },
    ],
    [
      'key settled',
      { provider: 'kalshi', outcome: 'confirmed', timeToConfirmMs: 602_000, exposedMs: -3 },
      {
        'Confirmed{instance=desk}': [1],
        [`Confirmed${PROVIDER}`]: [1],
        'TimeToConfirm{instance=desk}': [602_000],
        [`TimeToConfirm${PROVIDER}`]: [602_000],
        'ExposedMs{instance=desk}': [0],
        [`ExposedMs${PROVIDER}`]: [0],
      },
    ],
    [
      'key settled',
      { provider: 'kalshi', outcome: 'unconfirmed', timeToConfirmMs: 602_000 },
      { 'Unconfirmed{instance=desk}': [1], [`Unconfirmed${PROVIDER}`]: [1] },
    ],
    [
      'key settled',
      { provider: 'kalshi', outcome: 'resurrected' },
      { 'Resurrected{instance=desk}': [1], [`Resurrected${PROVIDER}`]: [1] },
    ],
    [
      'key settled',
      { provider: 'kalshi', outcome: 'widened' },
      { 'Widened{instance=desk}': [1], [`Widened${PROVIDER}`]: [1] },
    ],
    [
      'key settled',
      { provider: 'kalshi', outcome: 'stuck' },
      { 'Stuck{instance=desk}': [1], [`Stuck${PROVIDER}`]: [1] },
    ],
    ['windows read', { resent: 1, notConfirmed: 2 }, { 'NotConfirmed{instance=desk}': [2] }],
    ['widened', { provider: 'kalshi' }, { 'Widened{instance=desk}': [1], [`Widened${PROVIDER}`]: [1] }],
    ['resurrected', { provider: 'kalshi' }, { 'Resurrected{instance=desk}': [1], [`Resurrected${PROVIDER}`]: [1] }],
    [
      'limit reached',
      { provider: 'kalshi', kind: 'urgent', max: 5 },
      { 'LimitReached{instance=desk}': [1], [`LimitReached${PROVIDER}`]: [1] },
    ],
    [
      'urgent request waits',
      { provider: 'kalshi' },
      { 'UrgentWaiting{instance=desk}': [1], [`UrgentWaiting${PROVIDER}`]: [1] },
    ],
    ['access denied', {}, { 'AccessDenied{instance=desk}': [1] }],
    ['ledger item unreadable', {}, { 'ItemFaults{instance=desk}': [1] }],
    ['ledger item failed', {}, { 'ItemFaults{instance=desk}': [1] }],
    ['record forged', {}, { 'RecordsForged{instance=desk}': [1] }],
    ['notification not sent', {}, { 'NotificationsFailed{instance=desk}': [1] }],
    ['look done', { requestId: 'R' }, {}],
    ['toString', {}, {}],
  ])('%s', async (event, facts, expected) => expect(await metricsOf(event, facts, 'warn')).toEqual(expected));
});

describe('an exchange with a provider', () => {
  const call: HttpCall = {
    method: 'GET',
    changes: false,
    provider: 'kalshi',
    host: 'api.example.com',
    path: '/CANARY',
    headers: new Secret({ authorization: 'CANARY' }),
  };
  const reply = (status: number): MaybeReply => ({ status, headers: {}, body: 'CANARY', at: epochMs(0) });

  it.each([
    ['200', reply(200), 0],
    ['404', reply(404), 0],
    ['429', reply(429), 1],
    ['499', reply(499), 0],
    ['500', reply(500), 1],
    ['503', reply(503), 1],
    ['no reply', undefined, 1],
  ])('with %s is counted, and handed on as it is', async (_what, answer, errors) => {
    let given: MaybeReply;
    const { send: sendBy, exchanges, log } = metered();
    const send = sendBy(async () => answer);
    const lines = await written(async () => {
      given = await send(call, epochMs(0));
      await send(call, epochMs(0));
      for (const of of exchanges()) log.info(...of);
    });
    expect(given).toBe(answer);
    expect(metricsIn(lines)).toMatchObject({
      [`ProviderCalls${PROVIDER}`]: [2],
      [`ProviderErrors${PROVIDER}`]: [2 * errors],
      'ProviderErrors{instance=desk}': [2 * errors],
    });
    expect(lines.join()).not.toContain('CANARY');
    expect(exchanges()).toEqual([]);
  });
});

it('is written at once, in the line of its event', async () => {
  const lines = await written(() => {
    const { log } = metered();
    log.info('request ended', ENDED);
    log.info('request ended', { ...ENDED, provider: 'bybit', outcome: 'stuck', requestId: 'R' });
    log.info('look done', { requestId: 'R' });
  });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { message: 'request ended', level: 'INFO', _aws: { Timestamp: frozenClock().now() } },
    { message: 'request ended', requestId: 'R', provider: 'bybit', outcome: 'stuck' },
    { message: 'look done', requestId: 'R' },
  ]);
  expect(lines[2]).not.toContain('_aws');
});

it('of a warning is written in a line of its own, on standard output', async () => {
  const chunks: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => chunks.push(String(chunk)) > 0);
  metered().log.warn('resurrected', { provider: 'kalshi', requestId: 'R' });
  vi.restoreAllMocks();
  expect(chunks.map((line) => JSON.parse(line))).toMatchObject([{ message: 'counted: resurrected', Resurrected: 1 }]);
  expect(chunks.join()).not.toContain('requestId');
});

it('gives each metric its unit', async () => {
  const lines = await written(() => {
    const { log } = metered();
    log.info('request ended', { ...ENDED, urgent: true });
    log.info('gauges read', { openCases: 0, oldestOpenCaseSeconds: 0, pausedSeconds: 0, reconciliationAgeSeconds: 0 });
  });
  const units = lines.flatMap((line) =>
    JSON.parse(line)._aws.CloudWatchMetrics.flatMap(({ Metrics }: { readonly Metrics: readonly object[] }) => Metrics),
  );
  for (const { Name, Unit } of units) expect(Unit).toBe(METRICS[Name as keyof typeof METRICS].unit);
  expect(new Set(units.map(({ Unit }) => Unit))).toEqual(new Set(['Count', 'Milliseconds', 'Seconds']));
});
