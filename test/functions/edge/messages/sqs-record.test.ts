import { expect, it } from 'vitest';
import { readRecord } from '../../../../functions/edge/messages/sqs-record.ts';

const RECORD = {
  messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
  receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
  body: '{"provider":"bybit"}',
  attributes: {
    ApproximateReceiveCount: '3',
    SentTimestamp: '1763726400000',
    SenderId: 'AROAEXAMPLE:session',
    ApproximateFirstReceiveTimestamp: '1763726400125',
  },
  messageAttributes: {},
  md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:requests',
  awsRegion: 'us-east-2',
};
const string = (stringValue: string) => ({ stringValue, dataType: 'String' });

it('reads a message as its sender made it', () => {
  expect(readRecord(RECORD)).toEqual({
    messageId: RECORD.messageId,
    receiptHandle: RECORD.receiptHandle,
    body: RECORD.body,
    sender: 'AROAEXAMPLE:session',
    sentAt: 1763726400000,
    firstReceivedAt: 1763726400125,
    receiveCount: 3,
    mark: {},
    formerMark: {},
  });
});

/** What is read of one attribute, under each of the names that it has. */
const marksIn = (name: 'requestId' | 'attempt', attribute: object) => {
  const ours = { requestId: 'key-revoker-request-id', attempt: 'key-revoker-attempt' }[name];
  const read = readRecord({ ...RECORD, messageAttributes: { [ours]: attribute, [name]: attribute } });
  expect(read.formerMark).toEqual(read.mark);
  return read.mark;
};

it('reads the attributes of a copy of ours, and apart from them those of release 0.1.0', () => {
  const messageAttributes = {
    ...{ 'key-revoker-attempt': string('2'), 'key-revoker-request-id': string('6f1c2b1e') },
    ...{ attempt: string('7'), requestId: string('trace-1') },
  };
  expect(readRecord({ ...RECORD, messageAttributes })).toMatchObject({
    mark: { attempt: 2, requestId: '6f1c2b1e' },
    formerMark: { attempt: 7, requestId: 'trace-1' },
  });
});

it('reads a record that came without message attributes', () => {
  const { messageAttributes: _none, ...bare } = RECORD;
  expect(readRecord(bare)).toMatchObject({ mark: {}, formerMark: {} });
});

it.each(['0', '-1', '1.5', '1e3', 'two', '', ' 2', '0x10', '9007199254740993'])(
  'takes the attempt %j for one that is there and cannot be read',
  (attempt) => expect(marksIn('attempt', string(attempt))).toEqual({ attempt: 'unreadable' }),
);

it.each(['1', '2', '999999999999999'])('takes the attempt %s for that number', (attempt) =>
  expect(marksIn('attempt', { stringValue: attempt, dataType: 'Number' })).toEqual({ attempt: Number(attempt) }),
);

it.each(['a#plan', 'a~1', 'a!1', 'a\nb', 'a\tb', '', 'x'.repeat(257)])('takes no request id from %j', (requestId) =>
  expect(marksIn('requestId', string(requestId))).toEqual({}),
);

it('takes a binary attribute for no request id, and for an attempt that cannot be read', () => {
  const binary = { binaryValue: 'YQ==', dataType: 'Binary' };
  expect([marksIn('requestId', binary), marksIn('attempt', binary)]).toEqual([{}, { attempt: 'unreadable' }]);
});

it.each([
  ['nothing', undefined, 'the record'],
  ['no body', { ...RECORD, body: undefined }, 'body'],
  ['no receipt handle', { ...RECORD, receiptHandle: '' }, 'receiptHandle'],
  [
    'a time in words',
    { ...RECORD, attributes: { ...RECORD.attributes, SentTimestamp: 'CANARY' } },
    'attributes.SentTimestamp',
  ],
  [
    'a count of nothing',
    { ...RECORD, attributes: { ...RECORD.attributes, ApproximateReceiveCount: '0' } },
    'attributes.ApproximateReceiveCount',
  ],
])('refuses %s, naming the field only', (_what, record, field) => {
  expect(() => readRecord(record)).toThrow(`Cannot read ${field}: it must be a record of an SQS event`);
});
