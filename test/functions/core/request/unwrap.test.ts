import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Parsed, parseRequest } from '../../../../functions/core/request/parse-request.ts';
import { requestForm } from '../../../../functions/core/request/revocation-request.ts';
import * as PROVIDERS from '../../../../functions/providers/index.ts';

const ORDER = { provider: 'bybit', operation: 'delete-sub-key', secretId: 'key-revoker/desk', target: 'self' };
const ID = '6f1c2b1e-6d0b-4c57-9a5f-2f3f3a1f9a55';
/** As a signature, or a scanner's finding, has it. */
const CANARY = 'rqsty-sk-canary0123456789abcdef0123456789';
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:requests';

type Fields = Readonly<Record<string, unknown>>;

/** Puts something around an order. */
type Wrap = (order: unknown) => Fields | readonly Fields[];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const sns: (order: unknown) => Fields = (order) => ({
  Type: 'Notification',
  MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
  TopicArn: TOPIC,
  Subject: 'canary subject',
  Message: textOf(order),
  Timestamp: '2020-01-01T12:00:00.000Z',
  SignatureVersion: '1',
  Signature: CANARY,
  SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/x.pem',
  UnsubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe',
  MessageAttributes: { dryRun: { Type: 'String', Value: 'false' }, attempt: { Type: 'String', Value: '7' } },
});
const record: (order: unknown) => Fields = (order) => ({
  messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
  receiptHandle: CANARY,
  body: textOf(order),
  attributes: { ApproximateReceiveCount: '3', SentTimestamp: '1545082649183', SenderId: 'AIDACANARY' },
  messageAttributes: { attempt: { stringValue: '7', dataType: 'String' } },
  md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:other',
  awsRegion: 'eu-central-1',
});
const event: (order: unknown) => Fields = (order) => ({
  version: '0',
  id: ID,
  'detail-type': 'Key Revocation Requested',
  source: 'acme.secops',
  account: '123456789012',
  time: '2020-01-01T12:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail: order,
});
const eventOfText: Wrap = (order) => event(textOf(order));
const records: Wrap = (order) => ({ Records: [record(order)] });
const listed: Wrap = (order) => [record(order)];

const ONE: readonly (readonly [what: string, wrap: Wrap])[] = [
  ['an event', event],
  ['an event whose detail is a text', eventOfText],
  ['the envelope of a named topic', sns],
  ['a record of a queue, as Pipes sends it', record],
  ['a list of one record', listed],
  ['an event with one record', records],
];

const parse = (message: unknown): Parsed =>
  parseRequest(PROVIDERS, textOf(message), { isRequestTopic: (arn) => arn === TOPIC });

const read = (message: unknown) => {
  const parsed = parse(message);
  if (parsed.kind !== 'request') throw new Error(parsed.message);
  return parsed;
};

const refusal = (message: unknown) => {
  const parsed = parse(message);
  if (parsed.kind === 'request') throw new Error('Cannot find a refusal');
  return parsed;
};

const BARE = read(ORDER).request;

describe('an order is carried out', () => {
  it.each(ONE)('in %s, as it is', (_what, wrap) => expect(read(wrap(ORDER)).request).toMatchObject(BARE));

  it.each(ONE.flatMap(([a, outer]) => ONE.map(([b, inner]) => [b, a, outer, inner] as const)))(
    'in %s in %s, and nothing around it says who sent it or when',
    (_inner, _outer, outer, inner) => {
      const { request, eventAt } = read(outer(inner(ORDER)));
      const isInEvent = [outer, inner].some((wrap) => wrap === event || wrap === eventOfText);
      const isOfBus = outer === event || outer === eventOfText;
      expect(request).toEqual({
        ...BARE,
        ...(isInEvent ? { requestId: ID } : {}),
        ...(isOfBus ? { requestedBy: '123456789012/acme.secops' } : {}),
      });
      expect(eventAt).toBe(isOfBus ? Date.UTC(2020, 0, 1, 12) : undefined);
    },
  );

  it.each(ONE)('in %s under the id that it names', (_what, wrap) =>
    expect(read(wrap({ ...ORDER, requestId: 'mine' })).request.requestId).toBe('mine'),
  );
});

const THREE = ONE.flatMap(([, a]) => ONE.flatMap(([, b]) => ONE.map(([, c]) => [a, b, c] as const)));

describe('an order is refused', () => {
  it('in three wrappers, whichever they are', () => {
    for (const [a, b, c] of THREE)
      expect(refusal(a(b(c(ORDER)))).message).toMatch(/^Cannot act on an order in .*: at most 2 may stand around it$/);
  });

  it('in more wrappers than are looked at', () => {
    for (const [, wrap] of ONE) {
      const deep = Array.from({ length: 6 }).reduce<unknown>((inside) => wrap(inside), ORDER);
      expect(parse(deep).kind).toBe('refused');
    }
  });

  it.each<[what: string, message: unknown, says: string]>([
    [
      'in the envelope of a topic that is not named',
      { ...sns(ORDER), TopicArn: `${TOPIC}2` },
      'Cannot act on an SNS envelope: set RawMessageDelivery on the subscription of the queue, or name the topic in requestTopics',
    ],
    ['in an envelope whose topic is no text', { ...sns(ORDER), TopicArn: [TOPIC] }, 'Cannot act on an SNS envelope: '],
    ['in an envelope of another type', { ...sns(ORDER), Type: 'X' }, 'Cannot act on an SNS envelope: '],
    ['beside another record', { Records: [record(ORDER), record(ORDER)] }, 'Cannot act on an event with records: '],
    ['beside another record in a list', [record(ORDER), {}], 'Cannot act on a record of SQS in a list: '],
    ['in a list with an event', [event(ORDER)], 'Cannot act on an event with a request in a list: '],
    ['in a list with an envelope', [sns(ORDER)], 'Cannot act on an SNS envelope in a list: '],
    [
      'in an envelope that is an event as well',
      { ...sns({ ...ORDER, dryRun: true }), ...event(ORDER) },
      'Cannot tell which order is meant: the message is an event with a request and an SNS envelope',
    ],
    [
      'in a record that is a CloudEvent as well',
      { ...record(ORDER), specversion: '1.0', type: 'x', source: 'x', data: ORDER },
      'Cannot tell which order is meant: the message is a record of SQS and a CloudEvent',
    ],
    [
      'in an event of another kind, in a record',
      record({ ...event(ORDER), 'detail-type': 'x' }),
      'Cannot act on an event of another kind in a record of SQS: send events with the detail-type Key Revocation Requested',
    ],
    [
      'in a CloudEvent, in an envelope',
      sns({ specversion: '1.0', type: 'x', source: 'x', data: ORDER }),
      'Cannot act on a CloudEvent in an SNS envelope: send what is in its data',
    ],
  ])('%s', (_what, message, says) => expect(refusal(message).message.startsWith(says)).toBe(true));

  it.each<[what: string, inside: unknown, cause: string]>([
    ['is empty', '', 'it is empty'],
    ['is no object', '7', 'it is a number'],
    ['is a list', '[{}]', 'it is a list of one: give what is in the list'],
    ['names a field twice', '{"dryRun":true,"dryRun":false}', 'a name stands twice in it'],
    ['is a text in a text', JSON.stringify('{}'), 'it is JSON inside a JSON text: give the inner text'],
  ])('where what is inside %s', (_what, inside, cause) => {
    for (const [wrap, what] of [
      [sns, 'an SNS envelope'],
      [record, 'a record of SQS'],
      [event, 'an event with a request'],
    ] as const)
      expect(refusal(wrap(inside)).message).toBe(`Cannot read what is in ${what}: it must be a JSON object; ${cause}`);
  });

  it.each([7, null, [], false])('where the detail of an event is %j', (detail) =>
    expect(refusal(event(detail)).message).toMatch(/^Cannot read what is in an event with a request: /),
  );

  it('where a name stands twice in what is around it', () => {
    const twice = JSON.stringify(sns(ORDER)).replace('{', `{"TopicArn":"x",`);
    expect(refusal(twice).message).toBe(
      'Cannot read what is in an SNS envelope: it must be a JSON object; a name stands twice in it',
    );
  });
});

describe('a field of a request', () => {
  const PLACES: readonly (readonly [what: string, place: string, around: (field: Fields) => unknown])[] = [
    ['an event', 'detail', (field) => ({ ...event(ORDER), ...field })],
    ['an envelope', 'Message', (field) => ({ ...sns(ORDER), ...field })],
    ['a record', 'body', (field) => ({ ...record(ORDER), ...field })],
    ['a list of one record', 'body', (field) => [{ ...record(ORDER), ...field }]],
    ['an event with one record', 'Records', (field) => ({ ...records(ORDER), ...field })],
    ['the record in it', 'body', (field) => ({ Records: [{ ...record(ORDER), ...field }] })],
    ['an envelope in a record', 'Message', (field) => record({ ...sns(ORDER), ...field })],
    ['an event in an envelope', 'detail', (field) => sns({ ...event(ORDER), ...field })],
    ['what is around an event', 'body', (field) => ({ ...record(event(ORDER)), ...field })],
  ];

  it.each(PLACES)('beside what %s holds is refused', (_what, place, around) => {
    for (const field of ['dryRun', 'TARGET', 'requestId', 'apiKeyId', 'settings']) {
      const { message, fields } = refusal(around({ [field]: true, [CANARY]: 1 }));
      expect(message).toBe(
        `Cannot tell which order is meant: ${field} stands outside ${place}. Every field of the request must stand inside`,
      );
      expect(fields).toContain('[removed]');
      expect(JSON.stringify(fields)).not.toContain('canary');
    }
  });
});

describe('a secret', () => {
  it.each(ONE)('around the order does not stop it: %s', (_what, wrap) => {
    const wrapped = [wrap(ORDER)].flat()[0];
    const message = Array.isArray(wrap(ORDER)) ? [{ ...wrapped, extra: CANARY }] : { ...wrapped, extra: CANARY };
    expect(JSON.stringify(read(message))).not.toContain('canary0');
  });

  it.each(ONE)('inside %s is found', (_what, wrap) =>
    expect(refusal(wrap({ ...ORDER, expectedEnvironment: CANARY }))).toMatchObject({
      code: 'secret-in-message',
      clean: { expectedEnvironment: '[removed]' },
    }),
  );
});

describe('the id of a refused message', () => {
  const BAD = { ...ORDER, reason: 'x' };
  const MINE = { ...BAD, requestId: 'mine' };
  const TOKEN = `ghp_${'a1'.repeat(18)}`;
  const closed: Wrap = (order) => ({ ...sns(order), TopicArn: `${TOPIC}2` });

  it.each<readonly [what: string, message: unknown, text: string, isPlain: boolean]>([
    ['a bare request names', MINE, 'mine', true],
    ...ONE.map(([what, wrap]) => [`the request in ${what} names`, wrap(MINE), 'mine', true] as const),
    ['the request in an envelope that is not opened names', closed(MINE), 'mine', true],
    ['the request in a CloudEvent names', { specversion: '1', type: 'x', source: 'x', data: MINE }, 'mine', true],
    ['the request in three wrappers names', sns(record(event(MINE))), 'mine', true],
    ['a request that waits for a token names', { ...MINE, taskToken: 'x' }, 'mine', true],
    ['an event has', event(BAD), ID, true],
    ['an event in an envelope has', closed(event(BAD)), ID, true],
    ['an alert has', { ...event({}), 'detail-type': 'GuardDuty Finding' }, ID, true],
    ['an envelope has', sns(BAD), '165545c9-2a5c-472c-8df2-7ff2be2b3b1b', true],
    ['a record has', record(BAD), '059f36b4-87a3-44ab-83d2-661975830a7d', true],
    ['stands in the wrong place', { ...event(BAD), requestId: 'mine' }, 'mine', true],
    ['looks like a token', { ...BAD, requestId: TOKEN }, TOKEN, false],
    ['looks like a token, around the request', { ...event(BAD), id: TOKEN }, TOKEN, false],
    ['has a line break', { ...BAD, requestId: 'a\nb' }, 'a\nb', false],
    ['is too long', { ...BAD, requestId: 'x '.repeat(200) }, 'x '.repeat(200), false],
    ['is long and unbroken', { ...BAD, requestId: `leak-${'0a'.repeat(32)}` }, `leak-${'0a'.repeat(32)}`, true],
    ['is long and unbroken, around the request', { ...event(BAD), id: '0a'.repeat(32) }, '0a'.repeat(32), false],
    ['a message that is too long names', JSON.stringify(MINE).padEnd(20_000), 'mine', true],
    ['a request with a secret names', { ...ORDER, requestId: 'mine', expectedEnvironment: CANARY }, 'mine', true],
  ])('is the one that %s', (_what, message, text, isPlain) =>
    expect(refusal(message).askedId).toEqual({ text, isPlain }),
  );

  it.each<[what: string, message: unknown]>([
    ['names none', BAD],
    ['names an empty one', { ...BAD, requestId: '' }],
    ['names a number', { ...BAD, requestId: 7 }],
    ['is no JSON', 'x'],
    ['is an alert with a field of that name', { action: 'x', alert: {}, repository: {}, requestId: CANARY }],
    ['is a list of several', [event(BAD), event(BAD)]],
  ])('is none where the message %s', (_what, message) => expect(refusal(message).askedId).toBeUndefined());
});

/** Whether a message would have a call sent. */
const isCall = (message: unknown): boolean => {
  const parsed = parse(message);
  return parsed.kind === 'request' && !parsed.request.dryRun;
};

/** Orders that no call may come of. */
const QUIET: readonly Fields[] = [
  { ...ORDER, dryRun: true },
  { ...ORDER, operation: 'x' },
  { ...ORDER, target: undefined },
  { ...ORDER, unknown: 1 },
];

describe('for every order that sends no call', () => {
  const wraps = fc.array(fc.constantFrom(...ONE.map(([, wrap]) => wrap)), { minLength: 1, maxLength: 4 });
  const field = fc.constantFrom(...requestForm(PROVIDERS).fields);
  const value = fc.constantFrom<unknown>(true, false, 'self', 1, ORDER, JSON.stringify(ORDER), { dryRun: false }, [
    ORDER,
  ]);
  const quiet = fc.constantFrom(...QUIET);

  /** Wraps an order, and adds fields to one of the wrappers. */
  const wrapped = (order: unknown, all: readonly Wrap[], at: number, more: Fields): unknown =>
    all.reduceRight<unknown>((inside, wrap, index) => {
      const made = wrap(inside);
      if (index !== at % all.length) return made;
      return Array.isArray(made) ? [{ ...made[0], ...more }] : { ...made, ...more };
    }, order);

  it('no field of a request in any place outside of it makes a call of it', () =>
    fc.assert(
      fc.property(wraps, quiet, field, value, fc.nat(3), (all, order, name, said, at) => {
        expect(isCall(wrapped(order, all, at, { [name]: said }))).toBe(false);
      }),
    ));

  it('no text in any field of what is around it makes a call of it', () =>
    fc.assert(
      fc.property(
        wraps,
        quiet,
        fc.constantFrom(
          'Subject',
          'MessageAttributes',
          'attributes',
          'messageAttributes',
          'source',
          'account',
          'id',
          'x',
        ),
        fc.oneof(value, fc.string(), fc.jsonValue()),
        fc.nat(3),
        (all, order, name, said, at) => {
          expect(isCall(wrapped(order, all, at, { [name]: said }))).toBe(false);
        },
      ),
    ));

  it('no second order beside it makes a call of it', () =>
    fc.assert(
      fc.property(
        wraps,
        quiet,
        fc.constantFrom<Fields>(...ONE.map(([, wrap]) => [wrap(ORDER)].flat()[0] as Fields)),
        fc.nat(3),
        (all, order, other, at) => {
          // What the other wrapper shares with this one stays this one's.
          const own = wrapped(order, [all[at % all.length] as Wrap], 0, {});
          const added = Object.entries(other).filter(([name]) => !Object.hasOwn([own].flat()[0] as object, name));
          expect(isCall(wrapped(order, all, at, Object.fromEntries(added)))).toBe(false);
        },
      ),
    ));

  it('and for every order at all, three wrappers or more make none', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...ONE.map(([, wrap]) => wrap)), { minLength: 3, maxLength: 6 }),
        fc.constantFrom(ORDER, { ...ORDER, requestId: 'x' }),
        (all, order) => {
          expect(isCall(wrapped(order, all, 0, {}))).toBe(false);
        },
      ),
    ));
});
