import { expect, it } from 'vitest';
import { readEnvironment } from '../../../../functions/edge/process/environment.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const NAMES = Object.keys(PROVIDERS);

const COMMON = {
  LEDGER_TABLE: 'ledger',
  REQUESTS_QUEUE_URL: 'http://127.0.0.1/requests',
  STUCK_QUEUE_URL: 'http://127.0.0.1/stuck',
  RESULTS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:results',
  NOTIFICATIONS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:notifications',
  BUS_NAME: 'bus',
  SECRET_PREFIX: 'key-revoker/',
  INSTANCE: 'desk',
  GIVE_UP_AFTER_SECONDS: '86400',
  PROVIDERS: 'bybit,kalshi',
  MODE: 'enforce',
};

it('reads what revoking is given', () => {
  const read = readEnvironment(
    {
      ...COMMON,
      LIMIT_URGENT: '50',
      LIMIT_OTHER: '0',
      EGRESS_ADDRESSES: '192.0.2.1, 192.0.2.2',
      IN_VPC: 'true',
      REQUEST_TOPICS: 'arn:aws:sns:eu-central-1:123456789012:leaks',
      OWN_ROLES: 'AROA1,AROA2',
      KALSHI_BASE_URL: 'http://127.0.0.1:1',
    },
    NAMES,
  );
  expect(read).toMatchObject({
    ledgerTable: 'ledger',
    busName: 'bus',
    baseUrls: { kalshi: 'http://127.0.0.1:1' },
  });
  expect(read.config).toEqual({
    instance: 'desk',
    secretPrefix: 'key-revoker/',
    secretArns: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:',
    mode: 'enforce',
    providers: ['bybit', 'kalshi'],
    giveUpAfterMs: 86_400_000,
    limits: { urgent: 50, other: 0 },
    egressAddresses: ['192.0.2.1', '192.0.2.2'],
    inVpc: true,
    requestTopics: ['arn:aws:sns:eu-central-1:123456789012:leaks'],
    ownRoles: ['AROA1', 'AROA2'],
  });
});

it('knows the queue of each lane', () => {
  const urls = { URGENT_QUEUE_URL: 'http://127.0.0.1/urgent', RECHECKS_QUEUE_URL: 'http://127.0.0.1/rechecks' };
  expect(readEnvironment({ ...COMMON, ...urls }, NAMES).queueUrls).toEqual({
    requests: 'http://127.0.0.1/requests',
    urgent: 'http://127.0.0.1/urgent',
    rechecks: 'http://127.0.0.1/rechecks',
  });
});

it('takes the one queue of an older template for every lane', () => {
  const [requests, urgent, rechecks] = Array.from({ length: 3 }, () => COMMON.REQUESTS_QUEUE_URL);
  expect(readEnvironment(COMMON, NAMES).queueUrls).toEqual({ requests, urgent, rechecks });
});

it('reads what the sweep is given, which is no limit and no role', () => {
  const read = readEnvironment({ ...COMMON, SWEEP_AHEAD_SECONDS: '600' }, NAMES);
  expect(read.sweepAheadMs).toBe(600_000);
  expect(read.config).toMatchObject({ ownRoles: [], requestTopics: [] });
  expect(read.baseUrls).toEqual({});
});

it.each(['', ' ', ','])('reads %j as no address at all', (EGRESS_ADDRESSES) => {
  expect(readEnvironment({ ...COMMON, EGRESS_ADDRESSES }, NAMES).config.egressAddresses).toEqual([]);
});

it.each([{ IN_VPC: 'false' }, {}])('is not in a VPC with %j', (more) => {
  expect(readEnvironment({ ...COMMON, ...more }, NAMES).config.inVpc).toBe(false);
});

it('does not take an empty base URL for one', () => {
  expect(readEnvironment({ ...COMMON, BYBIT_BASE_URL: '' }, NAMES).baseUrls).toEqual({});
});

it.each(Object.keys(COMMON))('does not start without %s', (name) => {
  expect(() => readEnvironment({ ...COMMON, [name]: undefined }, NAMES)).toThrow(
    new RegExp(`^Cannot start: ${name} \\(`),
  );
});

it.each([
  ['an empty name', { BUS_NAME: '' }],
  ['a topic that is no ARN', { RESULTS_TOPIC_ARN: 'results' }],
  ['a mode that is none', { MODE: 'dry' }],
  ['a provider that is none', { PROVIDERS: 'bybit,binance' }],
  ['no provider', { PROVIDERS: ',' }],
  ['a time in words', { GIVE_UP_AFTER_SECONDS: '1 day' }],
  ['a negative limit', { LIMIT_URGENT: '-1' }],
  ['neither yes nor no', { IN_VPC: 'yes' }],
  ['a limit of half a call', { LIMIT_OTHER: '0.5' }],
  ['an empty limit', { LIMIT_OTHER: '' }],
  ['an endless time', { SWEEP_AHEAD_SECONDS: 'Infinity' }],
])('does not start with %s', (_what, wrong) => {
  expect(() => readEnvironment({ ...COMMON, ...wrong }, NAMES)).toThrow(`Cannot start: ${Object.keys(wrong)[0]} (`);
});

it('names everything that is wrong at once', () => {
  expect(() => readEnvironment({}, NAMES)).toThrow(/LEDGER_TABLE \(not set\).*MODE/);
});
