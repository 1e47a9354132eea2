type Fields = Readonly<Record<string, unknown>>;

/** Whether orders from this topic are carried out although they come in an envelope of SNS. */
export type IsRequestTopic = (topicArn: string) => boolean;

/** A text that senders put around an order, or send in place of one. */
export interface Wrapper {
  /** With its article. */
  readonly what: string;
  readonly isIt: (value: Fields) => boolean;
  /** What to send in place of it, or the setting that makes its sender do so. */
  readonly fix: string;
  /** The field that holds what was sent, as an object or as a JSON text. */
  readonly inside?: string;
  /** The field that holds an id of its own. */
  readonly id?: string;
  /** Whether it may stand in a list of one, in which batches come. @default false */
  readonly inList?: boolean;
  /** Whether the order inside is carried out. @default no order is */
  readonly opens?: (value: Fields, isRequestTopic: IsRequestTopic) => boolean;
}

/** The `detail-type` of an event with an order in it. */
export const REQUEST_DETAIL_TYPE = 'Key Revocation Requested';

const has =
  (...names: readonly string[]) =>
  (value: Fields): boolean =>
    names.every((name) => Object.hasOwn(value, name));

const isOurEvent = (value: Fields): boolean => has('detail')(value) && value['detail-type'] === REQUEST_DETAIL_TYPE;

const isEventOf =
  (source: string, ...types: readonly string[]) =>
  (value: Fields): boolean => {
    const type = value['detail-type'];
    return typeof type === 'string' && !isOurEvent(value) && (value['source'] === source || types.includes(type));
  };

const isSqsRecord = has('messageId', 'receiptHandle', 'body');

/** The object under a name, or the first of a list of them. */
const within = (value: Fields, name: string): Fields => Object([value[name]].flat()[0] ?? {}) as Fields;

/** It has these names in the object that stands under a name, or in the first of a list there. */
const hasIn =
  (place: string, ...names: readonly string[]) =>
  (value: Fields): boolean =>
    has(...names)(within(value, place));

const NAME_IT =
  'an alert names no key that can be deleted: send a request with provider, operation, secretId and target';
const ONE_EACH = 'send the body of each record in a message of its own';

/**
 * What senders put around an order, or send in place of one. The first that fits. It is found before anything else is read: an envelope has
 * signatures and URLs that look like secrets, and a scanner's alert has the secret itself. Tools add fields, so each row asks for few.
 */
export const WRAPPERS: readonly Wrapper[] = [
  {
    what: 'an event with a request',
    isIt: isOurEvent,
    fix: 'send each event in a message of its own',
    inside: 'detail',
    id: 'id',
    opens: () => true,
  },
  {
    what: 'a message of SNS about a subscription',
    isIt: has('TopicArn', 'Message', 'Token'),
    fix: 'subscribe the queue from its own account, which needs no confirmation',
    id: 'MessageId',
  },
  {
    what: 'an SNS envelope',
    isIt: has('TopicArn', 'Message', 'Type'),
    fix: 'set RawMessageDelivery on the subscription of the queue, or name the topic in requestTopics',
    inside: 'Message',
    id: 'MessageId',
    opens: ({ Type, TopicArn }, isRequestTopic) =>
      Type === 'Notification' && typeof TopicArn === 'string' && isRequestTopic(TopicArn),
  },
  {
    what: 'an event with records',
    isIt: ({ Records: records }) => Array.isArray(records),
    fix: ONE_EACH,
    inside: 'Records',
    opens: (value) =>
      Array.isArray(value['Records']) && value['Records'].length === 1 && isSqsRecord(within(value, 'Records')),
  },
  {
    what: 'a record of SQS',
    isIt: isSqsRecord,
    fix: ONE_EACH,
    inside: 'body',
    id: 'messageId',
    inList: true,
    opens: () => true,
  },
  {
    what: 'a record of a stream or of another AWS service',
    isIt: ({ eventSource: source }) => typeof source === 'string' && source.startsWith('aws:'),
    fix: 'send only the order, with an input transformer',
  },
  {
    what: 'the input of SendMessage',
    isIt: has('QueueUrl', 'MessageBody'),
    fix: 'with the universal target of a schedule, put the order as a text into MessageBody',
    inside: 'MessageBody',
  },
  {
    what: 'the input of PutEvents',
    isIt: (value) => Array.isArray(value['Entries']) && has('DetailType')(within(value, 'Entries')),
    fix: 'give it to PutEvents as a universal target of a schedule, or send the order to the queue',
  },
  {
    what: 'a CloudEvent',
    isIt: has('specversion', 'type', 'source'),
    fix: 'send what is in its data',
    inside: 'data',
    id: 'id',
  },
  {
    what: 'a request of API Gateway or of a function URL',
    isIt: (value) => has('requestContext')(value) && (has('body')(value) || has('rawPath')(value)),
    fix: 'send the body of the request',
    inside: 'body',
  },
  {
    what: 'the record of a Lambda destination',
    isIt: has('requestPayload', 'responseContext'),
    fix: 'send what is in its responsePayload, if that is the order',
    inside: 'responsePayload',
  },
  {
    what: 'a task of Step Functions that waits for a token',
    isIt: (value) => has('taskToken')(value) || has('TaskToken')(value),
    fix: 'send only the order: this system does not call back',
    inside: 'input',
    id: 'requestId',
  },
  { what: 'a receipt of this system', isIt: has('receiptId', 'outcome', 'keyState'), fix: 'send a request' },
  {
    what: 'a GitHub code scanning alert',
    isIt: hasIn('alert', 'rule', 'tool'),
    fix: NAME_IT,
  },
  {
    what: 'a Dependabot alert',
    isIt: hasIn('alert', 'dependency', 'security_advisory'),
    fix: NAME_IT,
  },
  { what: 'a GitHub secret scanning alert', isIt: has('action', 'alert', 'repository'), fix: NAME_IT },
  { what: 'a GitHub secret scanning alert', isIt: has('secret_type', 'locations_url'), fix: NAME_IT },
  {
    what: 'a request to bypass push protection of GitHub',
    isIt: has('action', 'exemption_request', 'repository'),
    fix: NAME_IT,
  },
  { what: 'a webhook of GitHub', isIt: has('repository', 'sender'), fix: NAME_IT },
  { what: 'a report of ggshield', isIt: has('entities_with_incidents'), fix: NAME_IT },
  { what: 'a report of GitLab', isIt: has('vulnerabilities', 'scan'), fix: NAME_IT },
  { what: 'a webhook of GitLab', isIt: has('object_kind'), fix: NAME_IT },
  { what: 'a leaked token from GitLab', isIt: has('token', 'type', 'location'), fix: NAME_IT },
  { what: 'a report in SARIF', isIt: hasIn('runs', 'tool', 'results'), fix: NAME_IT },
  { what: 'a baseline of detect-secrets', isIt: has('plugins_used', 'results'), fix: NAME_IT },
  { what: 'a report of Semgrep', isIt: hasIn('results', 'check_id'), fix: NAME_IT },
  { what: 'a report of Trivy', isIt: has('SchemaVersion', 'ArtifactName', 'Results'), fix: NAME_IT },
  { what: 'a finding of TruffleHog', isIt: has('stringsFound', 'commitHash'), fix: NAME_IT },
  { what: 'an event of Slack', isIt: has('event_id', 'team_id', 'event'), fix: NAME_IT },
  { what: 'an event of Slack', isIt: has('token', 'challenge', 'type'), fix: NAME_IT },
  { what: 'an alert of PagerDuty', isIt: has('routing_key', 'event_action'), fix: NAME_IT },
  { what: 'an alert of Opsgenie', isIt: hasIn('alert', 'alertId'), fix: NAME_IT },
  { what: 'a webhook of Jira', isIt: has('webhookEvent'), fix: NAME_IT },
  { what: 'an alert of Sentry', isIt: has('action', 'data', 'installation'), fix: NAME_IT },
  { what: 'an alert of Prometheus or Grafana', isIt: has('alerts', 'commonLabels'), fix: NAME_IT },
  { what: 'a webhook of Snyk', isIt: has('project', 'newIssues'), fix: NAME_IT },
  {
    what: 'a GitGuardian incident',
    isIt: (value) =>
      (value['source'] === 'GitGuardian' && !has('detail-type')(value)) || has('detector')(within(value, 'incident')),
    fix: NAME_IT,
  },
  {
    what: 'an event of AWS Health',
    isIt: isEventOf('aws.health', 'AWS Health Event', 'AWS Health Abuse Event'),
    fix: NAME_IT,
    id: 'id',
  },
  { what: 'a finding of GuardDuty', isIt: isEventOf('aws.guardduty', 'GuardDuty Finding'), fix: NAME_IT, id: 'id' },
  {
    what: 'a finding of Security Hub',
    isIt: isEventOf(
      'aws.securityhub',
      'Security Hub Findings - Imported',
      'Security Hub Findings - Custom Action',
      'Findings Imported V2',
    ),
    fix: NAME_IT,
    id: 'id',
  },
  { what: 'a finding of Macie', isIt: isEventOf('aws.macie', 'Macie Finding'), fix: NAME_IT, id: 'id' },
  { what: 'an alert of PagerDuty', isIt: hasIn('event', 'event_type'), fix: NAME_IT },
  { what: 'a press of a button in Slack', isIt: (value) => value['type'] === 'block_actions', fix: NAME_IT },
  { what: 'a finding of TruffleHog', isIt: has('DetectorName', 'SourceMetadata'), fix: NAME_IT },
  { what: 'a finding of Gitleaks', isIt: has('RuleID', 'Secret'), fix: NAME_IT },
  { what: 'a finding of Betterleaks', isIt: has('ruleID', 'secret', 'location'), fix: NAME_IT },
  { what: 'a report of Kingfisher', isIt: hasIn('findings', 'rule', 'finding'), fix: NAME_IT },
  { what: 'a finding of Kingfisher', isIt: has('rule', 'finding'), fix: NAME_IT },
  { what: 'an alert of the GitHub partner programme', isIt: has('token', 'type', 'url'), fix: NAME_IT },
  {
    what: 'an event of AWS',
    isIt: (value) => has('detail-type')(value) && !isOurEvent(value) && String(value['source']).startsWith('aws.'),
    fix: NAME_IT,
    id: 'id',
  },
  {
    what: 'an event of another kind',
    isIt: (value) => has('detail-type', 'detail')(value) && !isOurEvent(value),
    fix: `send events with the detail-type ${REQUEST_DETAIL_TYPE}`,
    inside: 'detail',
    id: 'id',
  },
];

/** What a list is called whose first object is no wrapper. */
export const REQUESTS: Wrapper = {
  what: 'a list of requests',
  isIt: has('provider', 'operation'),
  fix: 'send each in a message of its own',
};
