import { Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import type { KeyRevocationProps, Mode, ProviderName } from '../../infra/key-revocation-props.ts';
import { PROVIDER_NAMES } from '../../infra/provider-names.ts';
import { settled } from '../../infra/settled-props.ts';

const stack = new Stack();
const defaultBus = EventBus.fromEventBusName(stack, 'Name', 'default');
const defaultBusByArn = EventBus.fromEventBusArn(
  stack,
  'Arn',
  'arn:aws:events:eu-central-1:111122223333:event-bus/default',
);

const actions = (count: number): readonly IAlarmAction[] =>
  Array.from({ length: count }, (_, n) => ({ bind: () => ({ alarmActionArn: `arn:${n}` }) }));

const topicOf = (arn: string) => Topic.fromTopicArn(new Stack(), 'Topic', arn);

describe('settled', () => {
  it('takes topics of the app, and of any account', () => {
    const requestTopics = [
      new Topic(stack, 'Leaks'),
      topicOf('arn:aws-us-gov:sns:us-gov-west-1:444455556666:leaks'),
      topicOf('arn:aws:sns:eu-central-1:111122223333:leaks.fifo'),
    ];
    expect(settled({ requestTopics }).requestTopics).toEqual(requestTopics);
    expect(settled({}).requestTopics).toEqual([]);
  });

  it.each<[string, KeyRevocationProps, string]>([
    [
      'an empty prefix',
      { prefix: '' },
      'Cannot use "" as prefix: it must be 1 to 200 letters, digits and / _ + = . @ -',
    ],
    [
      'a wildcard',
      { prefix: 'a*' },
      'Cannot use "a*" as prefix: it must be 1 to 200 letters, digits and / _ + = . @ -',
    ],
    [
      'a prefix that reaches its neighbours',
      { prefix: 'desk' },
      'Cannot use "desk" as prefix: it reaches "desk-other/" too. End it with a slash. An instance that is deployed with it keeps it by allowPrefixWithoutSlash: true',
    ],
    [
      'a token as prefix',
      { prefix: Aws.STACK_NAME },
      'Cannot use a token as prefix: it must be a string that is known at synth',
    ],
    [
      'a token as mode',
      { mode: Aws.STACK_NAME as Mode },
      'Cannot use a token as mode: it must be a string that is known at synth',
    ],
    [
      'a token as a count',
      { batchSize: Token.asNumber({ Ref: 'N' }) },
      'Cannot use a token as batchSize: it must be a number that is known at synth',
    ],
    [
      'a token as a time',
      { giveUpAfter: Duration.minutes(Token.asNumber({ Ref: 'N' })) },
      'Cannot use a token as giveUpAfter: it must be a duration that is known at synth',
    ],
    [
      'a token as providers',
      { providers: Token.asList({ Ref: 'L' }) as ProviderName[] },
      'Cannot use a token as providers: it must be a list that is known at synth',
    ],
    [
      'a token as addresses',
      { egressAddresses: Token.asList({ Ref: 'L' }) },
      'Cannot use a token as egressAddresses: it must be a list (its addresses may be tokens) that is known at synth',
    ],
    [
      'many topics',
      { requestTopics: Array(11).fill(topicOf('arn:aws:sns:eu-central-1:111122223333:leaks')) },
      'Cannot use a list of 11 as requestTopics: it must be a list of at most 10 topics',
    ],
    ...[
      'arn:aws:sns:*:111122223333:leaks',
      'arn:aws:sns:eu-central-1:111122223333:*',
      'arn:aws:sqs:eu-central-1:1:q',
    ].map((arn): [string, KeyRevocationProps, string] => [
      `${arn} as a topic`,
      { requestTopics: [topicOf(arn)] },
      `Cannot use "${arn}" as request topic: it must be the ARN of a topic`,
    ]),
    [
      'six actions',
      { alarmActions: actions(3), urgentAlarmActions: actions(3) },
      'Cannot use 6 actions as alarmActions and urgentAlarmActions: it must be at most 5 together',
    ],
    ...['http://wiki', 'https://wiki#top', 'https://', `https://${'x'.repeat(493)}`].map(
      (url): [string, KeyRevocationProps, string] => [
        `${url.slice(0, 20)} as the runbook`,
        { runbookUrl: url },
        `Cannot use "${url}" as runbookUrl: it must be an address that begins with https://, without #, of at most 500 characters`,
      ],
    ),
    ['a mode', { mode: 'off' as Mode }, 'Cannot use "off" as mode: it must be enforce or observe'],
    [
      'no provider',
      { providers: [] },
      `Cannot use an empty list as providers: it must be a list with at least one of ${PROVIDER_NAMES.join(', ')}`,
    ],
    [
      'a provider',
      { providers: ['x' as ProviderName] },
      `Cannot use "x" as provider: it must be ${PROVIDER_NAMES.join(' or ')}`,
    ],
    [
      'too short a time',
      { giveUpAfter: Duration.minutes(9) },
      'Cannot use 9 minutes as giveUpAfter: it must be 10 minutes to 12 days',
    ],
    [
      'too long a time',
      { giveUpAfter: Duration.days(13) },
      'Cannot use 13 days as giveUpAfter: it must be 10 minutes to 12 days',
    ],
    [
      'half a minute',
      { sweepRate: Duration.seconds(90) },
      'Cannot use 1 minute 30 seconds as sweepRate: it must be whole minutes',
    ],
    [
      'half a second',
      { giveUpAfter: Duration.millis(3_600_500) },
      'Cannot use 1 hour 500 millis as giveUpAfter: it must be whole seconds',
    ],
    [
      'half a second of a sweep',
      { sweepRate: Duration.millis(90_500) },
      'Cannot use 1 minute 30 seconds as sweepRate: it must be whole minutes',
    ],
    [
      'a slow sweep',
      { sweepRate: Duration.minutes(11) },
      'Cannot use 11 minutes as sweepRate: it must be 1 minute to 10 minutes',
    ],
    [
      'many addresses',
      { egressAddresses: Array(21).fill('192.0.2.1') },
      'Cannot use a list of 21 as egressAddresses: it must be a list of at most 20 addresses',
    ],
    [
      'no time to revoke in',
      { timeToRevokeObjective: Duration.millis(500) },
      'Cannot use 500 millis as timeToRevokeObjective: it must be 1 second to 1 day',
    ],
    [
      'fewer urgent executions than batches',
      { reservedUrgentConcurrency: 19 },
      'Cannot use 19 as reservedUrgentConcurrency: it must be a whole number from 20 to 1000',
    ],
    [
      'fewer executions than batches of others and rechecks',
      { maxConcurrency: 10, reservedConcurrency: 11 },
      'Cannot use 11 as reservedConcurrency: it must be a whole number from 12 to 1000',
    ],
    [
      'one urgent batch at once',
      { maxUrgentConcurrency: 1 },
      'Cannot use 1 as maxUrgentConcurrency: it must be a whole number from 2 to 1000',
    ],
    ['no batch', { batchSize: 0 }, 'Cannot use 0 as batchSize: it must be a whole number from 1 to 10'],
    ['a large batch', { batchSize: 11 }, 'Cannot use 11 as batchSize: it must be a whole number from 1 to 10'],
    [
      'one at a time',
      { maxConcurrency: 1 },
      'Cannot use 1 as maxConcurrency: it must be a whole number from 2 to 1000',
    ],
    [
      'no urgent call',
      { limits: { urgent: 0 } },
      'Cannot use 0 as limits.urgent: it must be a whole number from 1 to 100000',
    ],
    [
      'half a call',
      { limits: { other: 1.5 } },
      'Cannot use 1.5 as limits.other: it must be a whole number from 1 to 100000',
    ],
    [
      'a network',
      { egressAddresses: ['10.0.0.0/8'] },
      'Cannot use "10.0.0.0/8" as egress address: it must be an IPv4 or IPv6 address',
    ],
  ])('refuses %s', (_what, props, message) => expect(() => settled(props)).toThrow(new Error(message)));

  it.each([
    ['its name', defaultBus],
    ['its ARN', defaultBusByArn],
  ])('refuses the default bus by %s', (_how, bus) =>
    expect(() => settled({ bus })).toThrow(/^Cannot use the default bus as bus: /),
  );

  it('takes the default bus when that is said', () =>
    expect(settled({ bus: defaultBus, allowDefaultBus: true }).bus).toBe(defaultBus));

  it('keeps a deployed prefix without a slash where that is said', () =>
    expect(settled({ prefix: 'desk', allowPrefixWithoutSlash: true }).prefix).toBe('desk'));

  it.each<[string, KeyRevocationProps]>([
    ['an address that is known at deploy', { egressAddresses: [Token.asString({ Ref: 'A' })] }],
    ['the shortest times', { giveUpAfter: Duration.minutes(10), sweepRate: Duration.minutes(1) }],
    ['the longest times', { giveUpAfter: Duration.days(12), sweepRate: Duration.minutes(10) }],
    ['reserved executions', { reservedConcurrency: 10, reservedUrgentConcurrency: 20 }],
    ['the least counts', { batchSize: 1, maxConcurrency: 2, limits: { urgent: 1, other: 1 } }],
    ['the greatest counts', { batchSize: 10, maxConcurrency: 1000, limits: { urgent: 100_000, other: 100_000 } }],
  ])('takes %s', (_what, props) => expect(settled(props)).toMatchObject({ mode: 'enforce' }));
});
