import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LANES } from '../../../../functions/core/lane.ts';
import {
  cardName,
  DeploymentCard,
  laneIn,
  lanesIn,
  readCard,
} from '../../../../functions/core/request/deployment-card.ts';

const CARD: DeploymentCard = {
  version: 1,
  instance: 'KeyRevoker/Revocation',
  stack: 'KeyRevoker',
  prefix: 'key-revoker/',
  mode: 'enforce',
  providers: ['bybit', 'kalshi'],
  requestsQueueUrl: 'https://sqs/requests',
  requestsQueueArn: 'arn:requests',
  stuckQueueUrl: 'https://sqs/stuck',
  undeliveredQueueUrl: 'https://sqs/undelivered',
  undeliveredQueueArn: 'arn:undelivered',
  resultsTopicArn: 'arn:results',
  busName: 'bus',
  ledgerTable: 'ledger',
  scheduleGroup: 'group',
  scheduleRoleArn: 'arn:role',
  eventSourceMappingId: '0c3dcb5e',
  giveUpAfterSeconds: 86_400,
  limits: { urgent: 1_000, other: 200 },
  egressAddresses: [],
};

describe('readCard', () => {
  it('reads a card', () => expect(readCard(JSON.stringify(CARD))).toEqual(CARD));

  it('reads one that only plans', () =>
    expect(readCard(JSON.stringify({ ...CARD, mode: 'observe' }))?.mode).toBe('observe'));

  it('leaves out what a later version has added', () =>
    expect(readCard(JSON.stringify({ ...CARD, more: 1 }))).toEqual(CARD));

  it.each([
    ['a text that is no JSON', 'KeyRevoker'],
    ['another version', JSON.stringify({ ...CARD, version: 2 })],
    ['a card without a provider', JSON.stringify({ ...CARD, providers: [] })],
    ...Object.keys(CARD).map((field) => [`a card without ${field}`, JSON.stringify({ ...CARD, [field]: undefined })]),
  ])('does not read %s', (_what, text = '') => expect(readCard(text)).toBeUndefined());

  it('has no field that may be missing, but for those that later versions have added', () => {
    const optional = Object.entries(DeploymentCard.shape).flatMap(([name, type]) => (type.isOptional() ? [name] : []));
    expect(optional).toEqual(['lanes', 'concurrency', 'sweepEverySeconds', 'alarmActions', 'urgentAlarmActions']);
    expect(Object.keys(DeploymentCard.shape).filter((name) => !optional.includes(name))).toEqual(Object.keys(CARD));
  });
});

describe('the lanes of a deployment', () => {
  const requests = { queueUrl: 'https://sqs/1/requests', queueArn: 'arn:sqs:1:requests', eventSourceMappingId: 'a' };
  const card: DeploymentCard = {
    ...CARD,
    ...{ requestsQueueUrl: requests.queueUrl, requestsQueueArn: requests.queueArn, eventSourceMappingId: 'a' },
  };

  it('are the one queue of a deployment without others', () => {
    expect(lanesIn(card)).toEqual(['requests']);
    expect(LANES.map((lane) => laneIn(card, lane))).toEqual([requests, requests, requests]);
  });

  it('have a queue and a mapping each, beside the requests queue', () => {
    const lanes = {
      urgent: { queueName: 'soon', eventSourceMappingId: 'b' },
      rechecks: { queueName: 'later', eventSourceMappingId: 'c' },
    };
    const read = readCard(JSON.stringify({ ...card, lanes }));
    if (read === undefined) throw new Error('Cannot read the card');
    expect(lanesIn(read)).toEqual(LANES);
    expect(LANES.map((lane) => laneIn(read, lane))).toEqual([
      requests,
      { queueUrl: 'https://sqs/1/soon', queueArn: 'arn:sqs:1:soon', eventSourceMappingId: 'b' },
      { queueUrl: 'https://sqs/1/later', queueArn: 'arn:sqs:1:later', eventSourceMappingId: 'c' },
    ]);
  });
});

// printf 'key-revoker/' | sha256sum
it('names the parameter in letters, digits and dashes', () =>
  expect(cardName('desk//7_', () => 'd'.repeat(64))).toBe('/key-revoker/prefix/desk-7-dddddddddddd'));

it('names the parameter after the prefix', () =>
  expect(cardName('key-revoker/', (text) => createHash('sha256').update(text).digest('hex'))).toBe(
    '/key-revoker/prefix/key-revoker-9ed47f23a58f',
  ));
