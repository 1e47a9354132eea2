import { expect, it } from 'vitest';
import { stuckOf } from '../../../../functions/operator/stuck/stuck-copy.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const ORDER = { provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/desk', target: 'self' };
const event = { 'detail-type': 'Key Revocation Requested', id: 'E', detail: ORDER };
const envelope = (message: unknown) => ({
  ...{ Type: 'Notification', TopicArn: 'arn:aws:sns:eu-central-1:123456789012:leaks', MessageId: 'S' },
  Message: JSON.stringify(message),
});

it.each<[string, unknown, string]>([
  ['as it is', ORDER, 'M'],
  ['in an event', event, 'E'],
  ['in an envelope, whatever its topic', envelope(ORDER), 'M'],
  ['in an event in an envelope', envelope(event), 'E'],
])('a message that crashed the function is a request %s, under the id that it was claimed with', (_where, body, id) => {
  const stuck = stuckOf(PROVIDERS, { Body: JSON.stringify(body), MessageId: 'M', ReceiptHandle: 'h' });
  expect(stuck).toMatchObject({ requestId: id, attempt: 1, outcome: undefined, request: ORDER });
});
