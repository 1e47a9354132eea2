import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../../../functions/core/request/parse-request.ts';
import { wrapperOf } from '../../../../functions/core/request/wrappers.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

/** In every message, as a scanner would have it. */
const CANARY = 'rqsty-sk-canary0123456789abcdef0123456789';
const ORDER = { provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/desk', target: 'self' };
const TEXT = JSON.stringify(ORDER);
const ALERT = 'an alert names no key that can be deleted: send a request with provider, operation, secretId and target';

const SNS = {
  Type: 'Notification',
  MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
  TopicArn: 'arn:aws:sns:eu-central-1:123456789012:leaks',
  Message: TEXT,
  Timestamp: '2026-11-21T12:00:00.000Z',
  SignatureVersion: '1',
  Signature: CANARY,
  SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/x.pem',
};
const RECORD = { messageId: 'm', receiptHandle: CANARY, body: TEXT, attributes: {}, eventSource: 'aws:sqs' };
const event = (source: string, type: string, detail: unknown) => ({
  ...{
    version: '0',
    id: 'e',
    source,
    'detail-type': type,
    account: '123456789012',
    region: 'us-east-1',
    resources: [],
  },
  detail,
});
const GITLEAKS = {
  RuleID: 'generic-api-key',
  Secret: CANARY,
  Match: CANARY,
  File: 'a.ts',
  Commit: 'c',
  Fingerprint: 'f',
};
const TRUFFLEHOG = {
  SourceMetadata: {},
  SourceName: 'git',
  DetectorName: 'Bybit',
  Verified: true,
  Raw: CANARY,
  Redacted: '',
};
const BETTERLEAKS = {
  ruleID: 'r',
  description: '',
  confidence: 'high',
  match: CANARY,
  secret: CANARY,
  location: {},
  tags: [],
};
const KINGFISHER = { rule: { id: 'k', name: 'n' }, finding: { snippet: CANARY, fingerprint: '1' } };

/** What comes, what it is called, and what its sender is told to do. */
const SENT: readonly (readonly [what: string, message: unknown, fix: string])[] = [
  ['an SNS envelope', SNS, 'set RawMessageDelivery on the subscription of the queue'],
  [
    'an SNS envelope',
    { ...SNS, Type: 'SubscriptionConfirmation', Token: CANARY },
    'set RawMessageDelivery on the subscription of the queue',
  ],
  ['an event with records', { Records: [{ ...RECORD }] }, 'send the body of each record'],
  ['an event with records', { Records: [{ EventSource: 'aws:sns', Sns: SNS }] }, 'send the body of each record'],
  ['a record of SQS', RECORD, 'send the body of the record'],
  ['a record of SQS in a list', [RECORD], 'send the body of the record'],
  [
    'the input of SendMessage',
    { QueueUrl: 'https://sqs', MessageBody: TEXT },
    'with the universal target of a schedule, put the order as a text into MessageBody',
  ],
  [
    'a CloudEvent',
    { specversion: '1.0', type: 'leak', source: '/x', id: '1', data: ORDER },
    'send what is in its data',
  ],
  [
    'a request of API Gateway or of a function URL',
    { httpMethod: 'POST', requestContext: {}, body: TEXT },
    'send the body of the request',
  ],
  [
    'a request of API Gateway or of a function URL',
    { rawPath: '/', requestContext: {} },
    'send the body of the request',
  ],
  [
    'the record of a Lambda destination',
    { requestContext: {}, requestPayload: ORDER, responseContext: {}, responsePayload: null },
    'send what is in its responsePayload, if that is the order',
  ],
  [
    'a task of Step Functions that waits for a token',
    { ...ORDER, taskToken: CANARY },
    'send only the order: this system does not call back',
  ],
  [
    'a task of Step Functions that waits for a token',
    { TaskToken: CANARY, input: ORDER },
    'send only the order: this system does not call back',
  ],
  [
    'a receipt of this system',
    { receiptId: 'x#1', outcome: 'stuck', keyState: 'alive', request: {} },
    'send a request',
  ],
  [
    'a GitHub secret scanning alert',
    { action: 'publicly_leaked', alert: { number: 1, secret: CANARY }, repository: {} },
    ALERT,
  ],
  ['an alert of the GitHub partner programme in a list', [{ token: CANARY, type: 'bybit', url: 'https://x' }], ALERT],
  ['a GitGuardian incident', { source: 'GitGuardian', action: 'incident_triggered', incident: {} }, ALERT],
  ['a GitGuardian incident', { incident: { id: 1, detector: { name: 'x' }, hmsl_hash: CANARY } }, ALERT],
  ['an event of AWS Health', event('aws.health', 'AWS Health Event', { service: 'RISK' }), ALERT],
  ['a finding of GuardDuty', event('aws.guardduty', 'GuardDuty Finding', { type: 'x' }), ALERT],
  ['a finding of Security Hub', event('aws.securityhub', 'Security Hub Findings - Imported', { findings: [] }), ALERT],
  ['a finding of Macie', event('aws.macie', 'Macie Finding', {}), ALERT],
  ['an alert of PagerDuty', { event: { id: '1', event_type: 'incident.triggered' } }, ALERT],
  ['a press of a button in Slack', { type: 'block_actions', user: {}, actions: [] }, ALERT],
  ['a finding of TruffleHog', TRUFFLEHOG, ALERT],
  ['a finding of Gitleaks', GITLEAKS, ALERT],
  ['a finding of Gitleaks in a list', [GITLEAKS, GITLEAKS], ALERT],
  ['a finding of Betterleaks', BETTERLEAKS, ALERT],
  ['a report of Kingfisher', { findings: [KINGFISHER], access_map: [] }, ALERT],
  ['a finding of Kingfisher', KINGFISHER, ALERT],
  [
    'an event whose detail is a text',
    event('secops', 'Key Revocation Requested', TEXT),
    'send the order as an object in detail, without quotes around it',
  ],
  [
    'an event of another kind',
    event('secops', 'Key Revocation Result', {}),
    'send events with the detail-type Key Revocation Requested',
  ],
  [
    'an event of another kind',
    event('secops', 'key revocation requested', ORDER),
    'send events with the detail-type Key Revocation Requested',
  ],
  ['a list of requests', [ORDER, ORDER], 'send each in a message of its own'],
];

it.each(SENT)('%s is named, with what to do, and nothing of it is repeated', (what, message, fix) => {
  expect(wrapperOf(message)).toBe(`${what}: ${fix}`);
  const parsed = parseRequest(PROVIDERS, JSON.stringify(message));
  expect(parsed).toEqual({
    kind: 'refused',
    code: 'malformed',
    message: `Cannot act on ${what}: ${fix}`,
    fields: [],
    clean: undefined,
    provider: undefined,
  });
  expect(JSON.stringify(parsed)).not.toContain(CANARY);
});

describe('no wrapper', () => {
  it.each<[string, unknown]>([
    ['is an order', ORDER],
    ['is an event with an order', event('secops', 'Key Revocation Requested', ORDER)],
    ['is an object of anything else', { a: 1 }],
    ['is a list of anything else', [{ a: 1 }]],
    ['is an empty list', []],
    ['is a text', 'x'],
    ['is null', null],
    ['is an event without a detail', { 'detail-type': 'x' }],
    ['has names from the prototype', { constructorOf: 1 }],
  ])('%s', (_what, value) => expect(wrapperOf(value)).toBeUndefined());
});
