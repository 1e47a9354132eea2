import { isObject } from '../json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A text that senders put around an order, or send in place of one. */
interface Wrapper {
  /** With its article. */
  readonly what: string;
  readonly isIt: (value: Fields) => boolean;
  /** What to send in place of it, or the setting that makes its sender do so. */
  readonly fix: string;
}

/** The `detail-type` of an event with an order in it. */
export const REQUEST_DETAIL_TYPE = 'Key Revocation Requested';

const has =
  (...names: readonly string[]) =>
  (value: Fields): boolean =>
    names.every((name) => Object.hasOwn(value, name));

const isEventOf =
  (...sources: readonly string[]) =>
  ({ source, 'detail-type': type }: Fields): boolean =>
    type !== undefined && sources.some((name) => name === source || name === type);

const within = (value: Fields, name: string): Fields => {
  const inner = value[name];
  const first: unknown = Array.isArray(inner) ? inner[0] : inner;
  return isObject(first) ? first : {};
};

const NAME_IT =
  'an alert names no key that can be deleted: send a request with provider, operation, secretId and target';
const IN_DETAIL = 'send the order as an object in detail';

/** Every wrapper that is known. The first that fits. */
const WRAPPERS: readonly Wrapper[] = [
  {
    what: 'an SNS envelope',
    isIt: (value) => has('TopicArn', 'Message')(value) && value['Type'] !== undefined,
    fix: 'set RawMessageDelivery on the subscription of the queue',
  },
  {
    what: 'an event with records',
    isIt: ({ Records: records }) => Array.isArray(records),
    fix: 'send the body of each record',
  },
  { what: 'a record of SQS', isIt: has('messageId', 'receiptHandle', 'body'), fix: 'send the body of the record' },
  {
    what: 'the input of SendMessage',
    isIt: has('QueueUrl', 'MessageBody'),
    fix: 'with the universal target of a schedule, put the order as a text into MessageBody',
  },
  { what: 'a CloudEvent', isIt: has('specversion', 'type', 'source'), fix: 'send what is in its data' },
  {
    what: 'a request of API Gateway or of a function URL',
    isIt: (value) => has('requestContext')(value) && (has('body')(value) || has('rawPath')(value)),
    fix: 'send the body of the request',
  },
  {
    what: 'the record of a Lambda destination',
    isIt: has('requestPayload', 'responseContext'),
    fix: 'send what is in its responsePayload, if that is the order',
  },
  {
    what: 'a task of Step Functions that waits for a token',
    isIt: (value) => has('taskToken')(value) || has('TaskToken')(value),
    fix: 'send only the order: this system does not call back',
  },
  { what: 'a receipt of this system', isIt: has('receiptId', 'outcome', 'keyState'), fix: 'send a request' },
  { what: 'a GitHub secret scanning alert', isIt: has('action', 'alert', 'repository'), fix: NAME_IT },
  {
    what: 'a GitGuardian incident',
    isIt: (value) => value['source'] === 'GitGuardian' || has('detector')(within(value, 'incident')),
    fix: NAME_IT,
  },
  { what: 'an event of AWS Health', isIt: isEventOf('aws.health'), fix: NAME_IT },
  { what: 'a finding of GuardDuty', isIt: isEventOf('aws.guardduty'), fix: NAME_IT },
  { what: 'a finding of Security Hub', isIt: isEventOf('aws.securityhub'), fix: NAME_IT },
  { what: 'a finding of Macie', isIt: isEventOf('aws.macie'), fix: NAME_IT },
  { what: 'an alert of PagerDuty', isIt: (value) => has('event_type')(within(value, 'event')), fix: NAME_IT },
  { what: 'a press of a button in Slack', isIt: (value) => value['type'] === 'block_actions', fix: NAME_IT },
  { what: 'a finding of TruffleHog', isIt: has('DetectorName', 'SourceMetadata'), fix: NAME_IT },
  { what: 'a finding of Gitleaks', isIt: has('RuleID', 'Secret'), fix: NAME_IT },
  { what: 'a finding of Betterleaks', isIt: has('ruleID', 'secret', 'location'), fix: NAME_IT },
  { what: 'a report of Kingfisher', isIt: (value) => has('rule', 'finding')(within(value, 'findings')), fix: NAME_IT },
  { what: 'a finding of Kingfisher', isIt: has('rule', 'finding'), fix: NAME_IT },
  { what: 'an alert of the GitHub partner programme', isIt: has('token', 'type', 'url'), fix: NAME_IT },
  {
    what: 'an event whose detail is a text',
    isIt: (value) => has('detail-type')(value) && typeof value['detail'] === 'string',
    fix: `${IN_DETAIL}, without quotes around it`,
  },
  {
    what: 'an event of another kind',
    isIt: (value) => has('detail-type', 'detail')(value) && value['detail-type'] !== REQUEST_DETAIL_TYPE,
    fix: `send events with the detail-type ${REQUEST_DETAIL_TYPE}`,
  },
];

/**
 * Names what a sender has put around an order, or sent in place of one. It is read before anything else: an envelope has signatures and URLs
 * that look like secrets, and a scanner's alert has the secret itself.
 *
 * @param value a whole message, or a list
 * @returns what it is and what to do, as one phrase that quotes nothing of it; `undefined` for anything else
 */
export const wrapperOf = (value: unknown): string | undefined => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(first)) return undefined;
  const known = WRAPPERS.find(({ isIt }) => isIt(first));
  if (known) return `${known.what}${Array.isArray(value) ? ' in a list' : ''}: ${known.fix}`;
  return Array.isArray(value) && has('provider', 'operation')(first)
    ? 'a list of requests: send each in a message of its own'
    : undefined;
};
