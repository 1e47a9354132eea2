import { expect, it } from 'vitest';
import { parseRequest } from '../../../../functions/core/request/parse-request.ts';
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
/** An envelope of a topic that is named. */
const NAMED = { ...SNS, TopicArn: 'arn:aws:sns:eu-central-1:123456789012:requests' };
const EACH = 'send the body of each record in a message of its own';
const RECORD = { messageId: 'm', receiptHandle: CANARY, body: TEXT, attributes: {}, eventSource: 'aws:sqs' };
const event = (source: string, type: string, detail: unknown) => ({
  ...{ version: '0', id: 'e', source, 'detail-type': type, account: '123456789012', time: '2026-11-21T12:00:00Z' },
  ...{ region: 'us-east-1', resources: [] },
  detail,
});

const GITHUB = {
  action: 'publicly_leaked',
  alert: {
    number: 42,
    created_at: '2026-11-21T11:59:00Z',
    url: 'https://api.github.com/repos/acme/bot/secret-scanning/alerts/42',
    secret_type: 'bybit_api_key',
    secret_type_display_name: 'Bybit API Key',
    validity: 'active',
    publicly_leaked: true,
    secret: CANARY,
  },
  repository: { id: 1, full_name: 'acme/bot', private: false },
  sender: { login: 'jane-of-acme' },
};
const GITGUARDIAN = {
  source: 'GitGuardian',
  timestamp: '2026-11-21T12:00:00Z',
  action: 'incident_triggered',
  message: 'A new incident has been detected.',
  target_user: 'jane@example.com',
  incident: {
    id: 7,
    date: '2026-11-21T11:59:00Z',
    detector: { name: 'bybit_keys', display_name: 'Bybit Keys', nature: 'specific', family: 'apikey' },
    secret_hash: CANARY,
    hmsl_hash: CANARY,
    validity: 'valid',
    assignee_email: 'jane@example.com',
    gitguardian_url: 'https://dashboard.gitguardian.com/incidents/7',
    share_url: 'https://dashboard.gitguardian.com/share/incidents/canary',
  },
};
const HEALTH = {
  eventArn: 'arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/AWS_RISK_CREDENTIALS_EXPOSED_1',
  service: 'RISK',
  eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
  eventTypeCategory: 'issue',
  startTime: 'Sat, 21 Nov 2026 11:59:00 GMT',
  affectedEntities: [{ entityValue: 'AKIAIOSFODNN7EXAMPLE' }],
};
const GUARDDUTY = {
  schemaVersion: '2.0',
  id: CANARY,
  type: 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS',
  severity: 8,
  resource: {
    resourceType: 'AccessKey',
    accessKeyDetails: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      principalId: 'AIDACKCEVSQ6C2EXAMPLE',
      userName: 'jane-of-acme',
    },
  },
};
const SECURITY_HUB = {
  actionName: 'RevokeKeys',
  findings: [
    { SchemaVersion: '2018-10-08', Id: CANARY, ProductArn: 'arn:aws:securityhub', Title: 'Leaked credential' },
  ],
};
const GITLEAKS = {
  RuleID: 'generic-api-key',
  Description: 'Generic API Key',
  StartLine: 1,
  Match: `secret = "${CANARY}"`,
  Secret: CANARY,
  File: 'config/desk.ts',
  Commit: '0123456789012345678901234567890123456789',
  Author: 'Jane of Acme',
  Email: 'jane@example.com',
  Tags: [],
  Fingerprint: 'config/desk.ts:generic-api-key:1',
};
const TRUFFLEHOG = {
  SourceMetadata: { Data: { Git: { commit: 'canary-commit', email: 'jane@example.com' } } },
  SourceName: 'trufflehog - git',
  DetectorType: 17,
  DetectorName: 'BybitKey',
  DecoderName: 'PLAINTEXT',
  Verified: true,
  Raw: CANARY,
  RawV2: CANARY,
  Redacted: '',
  ExtraData: null,
};
const BETTERLEAKS = {
  ruleID: 'generic-api-key',
  description: 'Generic API Key',
  confidence: 'high-confidence',
  match: CANARY,
  secret: CANARY,
  location: { path: 'config/desk.ts', startLine: 1 },
  tags: [],
  validation: { status: 'needs_validation' },
  componentSets: [{ components: [{ secret: CANARY }] }],
};
const KINGFISHER = {
  rule: { id: 'kingfisher.bybit.1', name: 'Bybit Key' },
  finding: {
    snippet: CANARY,
    fingerprint: '1234567890123',
    validation: { status: 'Active Credential', response: 'canary-response' },
    path: 'config/desk.ts',
  },
};

/** What comes, what it is called, and what its sender is told to do. */
const SENT: readonly (readonly [what: string, message: unknown, fix: string])[] = [
  [
    'an SNS envelope',
    SNS,
    'set RawMessageDelivery on the subscription of the queue, or name the topic in requestTopics',
  ],
  [
    'a message of SNS about a subscription',
    {
      ...SNS,
      Type: 'SubscriptionConfirmation',
      Token: CANARY,
      SubscribeURL: 'https://sns.eu-central-1.amazonaws.com/',
    },
    'subscribe the queue from its own account, which needs no confirmation',
  ],
  ['an event with records', { Records: [RECORD, RECORD] }, EACH],
  ['an event with records', { Records: [{ EventSource: 'aws:sns', Sns: SNS }] }, EACH],
  ['an event with records', { Records: [] }, EACH],
  ['a record of SQS in a list', [RECORD, RECORD], EACH],
  [
    'a record of a stream or of another AWS service',
    { eventSource: 'aws:kinesis', partitionKey: 'canary', data: CANARY },
    'send only the order, with an input transformer',
  ],
  [
    'the input of SendMessage',
    { QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/1/q', MessageBody: TEXT },
    'with the universal target of a schedule, put the order as a text into MessageBody',
  ],
  [
    'the input of PutEvents',
    {
      Entries: [{ DetailType: 'Key Revocation Requested', Detail: TEXT, EventBusName: 'canary-bus', Source: 'secops' }],
    },
    'give it to PutEvents as a universal target of a schedule, or send the order to the queue',
  ],
  [
    'a CloudEvent',
    { specversion: '1.0', type: 'leaked-key', source: '/canary', id: '1', data: ORDER },
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
  ['a GitHub secret scanning alert', GITHUB, ALERT],
  [
    'an alert of the GitHub partner programme in a list',
    [{ token: CANARY, type: 'bybit_key', url: 'https://x' }],
    ALERT,
  ],
  ['a GitGuardian incident', GITGUARDIAN, ALERT],
  ['a GitGuardian incident', { source: 'GitGuardian', action: 'incident_triggered', incident: {} }, ALERT],
  ['a GitGuardian incident', { incident: GITGUARDIAN.incident }, ALERT],
  ['an event of AWS Health', event('aws.health', 'AWS Health Event', HEALTH), ALERT],
  ['an event of AWS Health', event('acme.forwarder', 'AWS Health Abuse Event', HEALTH), ALERT],
  ['a finding of GuardDuty', event('aws.guardduty', 'GuardDuty Finding', GUARDDUTY), ALERT],
  ['a finding of Security Hub', event('aws.securityhub', 'Security Hub Findings - Imported', SECURITY_HUB), ALERT],
  ['a finding of Security Hub', event('aws.securityhub', 'Findings Imported V2', SECURITY_HUB), ALERT],
  ['a finding of Security Hub', event('acme', 'Security Hub Findings - Custom Action', SECURITY_HUB), ALERT],
  [
    'a GitHub code scanning alert',
    { action: 'created', alert: { rule: {}, tool: {}, text: CANARY }, repository: {} },
    ALERT,
  ],
  [
    'a Dependabot alert',
    { action: 'created', alert: { dependency: {}, security_advisory: {} }, repository: {} },
    ALERT,
  ],
  ['a GitHub secret scanning alert in a list', [{ secret_type: 'x', locations_url: 'x', secret: CANARY }], ALERT],
  [
    'a request to bypass push protection of GitHub',
    { action: 'requested', exemption_request: {}, repository: {}, sender: {} },
    ALERT,
  ],
  ['a webhook of GitHub', { zen: CANARY, repository: {}, sender: {} }, ALERT],
  ['a report of ggshield', { id: 'a', entities_with_incidents: [{ match: CANARY }] }, ALERT],
  ['a report of GitLab', { version: '15', vulnerabilities: [{ raw_source_code_extract: CANARY }], scan: {} }, ALERT],
  ['a webhook of GitLab', { object_kind: 'vulnerability' }, ALERT],
  ['a leaked token from GitLab in a list', [{ type: 'x', token: CANARY, location: 'x' }], ALERT],
  ['a report in SARIF', { version: '2.1.0', runs: [{ tool: {}, results: [CANARY] }] }, ALERT],
  ['a baseline of detect-secrets', { plugins_used: [], results: {} }, ALERT],
  ['a report of Semgrep', { results: [{ check_id: 'x', lines: CANARY }] }, ALERT],
  ['a report of Trivy', { SchemaVersion: 2, ArtifactName: 'x', Results: [CANARY] }, ALERT],
  ['a finding of TruffleHog', { stringsFound: [CANARY], commitHash: 'x' }, ALERT],
  ['an event of Slack', { type: 'event_callback', event_id: 'x', team_id: 'x', event: { text: CANARY } }, ALERT],
  ['an event of Slack', { type: 'url_verification', token: CANARY, challenge: CANARY }, ALERT],
  ['an alert of PagerDuty', { routing_key: CANARY, event_action: 'trigger' }, ALERT],
  ['an alert of Opsgenie', { action: 'Create', alert: { alertId: 'x', message: CANARY } }, ALERT],
  ['a webhook of Jira', { webhookEvent: 'jira:issue_created', issue: { text: CANARY } }, ALERT],
  ['an alert of Sentry', { action: 'triggered', data: { event: CANARY }, installation: {} }, ALERT],
  ['an alert of Prometheus or Grafana', { alerts: [], commonLabels: {}, commonAnnotations: CANARY }, ALERT],
  ['a webhook of Snyk', { project: {}, newIssues: [CANARY] }, ALERT],
  ['an event of AWS', event('aws.config', 'Config Rules Compliance Change', { id: CANARY }), ALERT],
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
    'an event of another kind',
    event('secops', 'Key Revocation Result', {}),
    'send events with the detail-type Key Revocation Requested',
  ],
  [
    'an event of another kind',
    event('secops', 'key revocation requested', TEXT),
    'send events with the detail-type Key Revocation Requested',
  ],
  [
    'an event with a request in a list',
    [event('secops', 'Key Revocation Requested', ORDER)],
    'send each event in a message of its own',
  ],
  ['a list of requests', [ORDER, ORDER], 'send each in a message of its own'],
  ['a list of requests', [ORDER], 'send each in a message of its own'],
];

/** Every text of some length in a message, at any depth, and in the texts that are JSON themselves. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.length < 6 ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

const read = (message: unknown) => {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  const parsed = parseRequest(PROVIDERS, body, { isRequestTopic: (arn) => arn === NAMED.TopicArn });
  if (parsed.kind === 'request') throw new Error('Cannot find a refusal');
  const { askedId: _, ...rest } = parsed;
  const said = JSON.stringify(rest).replaceAll('a GitGuardian incident', '');
  return { parsed, repeated: textsIn(message).filter((text) => said.includes(text)) };
};

const ALERTS = SENT.filter(([, , fix]) => fix === ALERT);

it.each(SENT)('%s is named, with what to do, and nothing of it is repeated', (what, message, fix) => {
  const { parsed, repeated } = read(message);
  expect(parsed).toMatchObject({
    ...{ kind: 'refused', code: 'malformed', message: `Cannot act on ${what}: ${fix}`, fields: [] },
    ...{ clean: undefined, provider: undefined },
  });
  expect(repeated).toEqual([]);
});

it.each(SENT)('%s is named where it has more than the 16,384 characters of a request', (what, message, fix) => {
  const { parsed, repeated } = read(JSON.stringify(message).padEnd(20_000));
  expect(parsed.message).toBe(`Cannot act on ${what}: ${fix}`);
  expect(repeated).toEqual([]);
});

it.each(SENT)('%s is named in the envelope of a topic, whether or not the topic is named', (what, message, fix) => {
  for (const topic of [SNS, NAMED])
    expect(read({ ...topic, Message: JSON.stringify(message) }).parsed.message).toMatch(
      new RegExp(`^Cannot act on ${what}(?: in a list)?(?: in an SNS envelope)?: ${fix.slice(0, 20)}`),
    );
});

it.each(ALERTS)(
  '%s is named in a record of a queue, and in a record that is the only one of an event',
  (what, alert) => {
    const record = { ...RECORD, body: JSON.stringify(alert) };
    expect(read(record).parsed.message).toBe(`Cannot act on ${what} in a record of SQS: ${ALERT}`);
    const all = read({ Records: [record] });
    expect(all.parsed.message).toBe(
      `Cannot act on ${what} in a record of SQS in a list in an event with records: ${ALERT}`,
    );
    expect(all.repeated).toEqual([]);
  },
);

it('a report of a scanner that writes a finding on each line is named by its first line', () =>
  expect(read(`${JSON.stringify(TRUFFLEHOG)}\n${JSON.stringify(TRUFFLEHOG)}\n`).parsed.message).toBe(
    `Cannot act on a finding of TruffleHog in a list: ${ALERT}`,
  ));

it.each<[string, unknown]>([
  ['an object of anything else', { a: 1 }],
  ['a list of anything else', [{ a: 1 }]],
  ['an empty list', []],
  ['a text', 'x'],
  ['null', null],
  ['an event without a detail', { 'detail-type': 'Key Revocation Requested' }],
  ['names from the prototype', { constructorOf: 1 }],
])('%s is no wrapper', (_what, value) => {
  const parsed = parseRequest(PROVIDERS, JSON.stringify(value));
  expect(parsed).toMatchObject({ kind: 'refused', message: expect.stringMatching(/^Cannot (?:read|use) /) });
});
