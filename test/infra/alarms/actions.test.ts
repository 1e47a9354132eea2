import type { Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import type { KeyRevocation } from '../../../infra/key-revocation.ts';
import type { KeyRevocationProps } from '../../../infra/key-revocation-props.ts';
import { textOf } from '../../pages.ts';
import { arnOf, find, text } from '../policy-reader.ts';
import { stackWith, templateOf } from '../synthesized.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:on-call';
const PAGER = 'arn:aws:sns:eu-central-1:111122223333:pager';
const OPS_ITEM = 'arn:aws:ssm:eu-central-1:111122223333:opsitem:1';

const action = (alarmActionArn: string): IAlarmAction => ({ bind: () => ({ alarmActionArn }) });
const both = { alarmActions: [action(TOPIC)], urgentAlarmActions: [action(PAGER)] };

const isAlarm = (type: string): boolean => /^AWS::CloudWatch::(Composite)?Alarm$/.test(type);

interface Seen {
  readonly id: string;
  readonly on: unknown;
  readonly off: unknown;
  readonly says: string;
}

/** Every alarm of a template, the composite one too. */
const alarmsWith = (props: KeyRevocationProps | ((stack: Stack) => KeyRevocationProps)): readonly Seen[] =>
  Object.entries(templateOf(stackWith(typeof props === 'function' ? props : () => props)).Resources)
    .filter(([, { Type }]) => isAlarm(Type))
    .map(([id, { Properties }]) => ({
      id,
      on: Properties['AlarmActions'],
      off: Properties['OKActions'],
      says: text(Properties['AlarmDescription']),
    }));

const nameOf = (id: string): string => id.replace(/^R(\w+)Alarm[0-9A-F]{8}$/, '$1');

describe('the actions of an alarm', () => {
  it('are those of its severity, when it is raised and when it ends', () => {
    const made = alarmsWith(both);
    expect(made.length).toBeGreaterThan(20);
    const urgent = made.filter(({ on }) => JSON.stringify(on) === JSON.stringify([TOPIC, PAGER]));
    const others = made.filter(({ on }) => JSON.stringify(on) === JSON.stringify([TOPIC]));
    expect(urgent.length + others.length).toBe(made.length);
    for (const { on, off } of made) expect(off).toEqual(on);
    expect(urgent.map(({ id }) => nameOf(id))).toEqual([
      ...['Stuck', 'Undelivered', 'RequestsWaiting', 'UrgentRequestsWaiting', 'UrgentWaiting', 'SweepNotRun'],
      ...['LimitReached', 'Resurrected', 'AccessDenied', 'Paused', 'RecordsForged', 'RevokeFails'],
      ...['RevokeUrgentFails', 'KillPathDown'],
    ]);
  });

  it('are none without the props, also when it ends', () => {
    for (const { on, off } of alarmsWith({})) expect([on, off]).toEqual([undefined, undefined]);
  });

  it('are only those of urgent alarms, if there are no others', () => {
    const made = alarmsWith({ urgentAlarmActions: [action(PAGER)] });
    expect(made.filter(({ on }) => on === undefined).length).toBeGreaterThan(5);
    expect(made.find(({ id }) => id.includes('KillPathDown'))).toMatchObject({ on: [PAGER], off: [PAGER] });
  });

  it('are done once each, if both props have the same one', () => {
    const one = action(TOPIC);
    for (const { on } of alarmsWith({ alarmActions: [one], urgentAlarmActions: [one] })) expect(on).toEqual([TOPIC]);
  });

  it('do not open a ticket for an alarm that ends', () => {
    const made = alarmsWith({ alarmActions: [action(OPS_ITEM), action(TOPIC)] });
    for (const { on, off } of made) expect([on, off]).toEqual([[OPS_ITEM, TOPIC], [TOPIC]]);
  });
});

describe('an action that would never reach anyone is refused at synth', () => {
  const fails = (fill: (stack: Stack, revocation: KeyRevocation) => void, region?: string) => () => {
    const stack = stackWith(() => ({}), region);
    fill(stack, stack.node.findChild('R') as KeyRevocation);
    return templateOf(stack);
  };

  it('in the alarm that the kill path is down', () =>
    expect(fails((_stack, made) => made.killPathDown.addOkAction(new SnsAction(made.results)))).toThrow(
      'Cannot let alarms publish to a topic of this construct: CloudWatch may not.',
    ));

  it('where the topic is in another region', () => {
    const props = { urgentAlarmActions: [action(TOPIC)] };
    expect(() => templateOf(stackWith(() => props, 'eu-west-1'))).toThrow(
      `Cannot let alarms publish to ${TOPIC}: CloudWatch publishes only to topics of its own region. Give alarmActions and urgentAlarmActions topics in eu-west-1`,
    );
    expect(() => templateOf(stackWith(() => props, 'eu-central-1'))).not.toThrow();
    expect(() => templateOf(stackWith(() => props))).not.toThrow();
  });

  it('and not where the topic is known only at deploy', () =>
    expect(
      fails((stack, made) => made.killPathDown.addAlarmAction(new SnsAction(new Topic(stack, 'Ours'))), 'eu-west-1'),
    ).not.toThrow());
});

describe('the alarm that the kill path is down', () => {
  const made = templateOf(stackWith(() => ({})));

  it('is raised by each alarm that means that requests are not carried out, and by no other', () => {
    const { Properties } = find(made, 'AWS::CloudWatch::CompositeAlarm', 'RKillPathDownAlarm');
    const parts = [
      'Undelivered',
      'RequestsWaiting',
      'UrgentRequestsWaiting',
      'Paused',
      'RevokeFails',
      'RevokeUrgentFails',
    ];
    const arns = parts.map((name) => arnOf(find(made, 'AWS::CloudWatch::Alarm', `R${name}Alarm`).id));
    expect(text(Properties['AlarmRule'])).toBe(`(${arns.map((arn) => `ALARM("${arn}")`).join(' OR ')})`);
  });
});

describe('the description of an alarm', () => {
  const HEADINGS = [...textOf('docs/runbook.md').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
  /** As forges name a heading in its address. */
  const addressOf = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-');

  it('links its own section, if it is known where the runbook is', () => {
    const runbookUrl = 'https://wiki.example.com/runbook';
    const AUDIT = 'arn:aws:events:eu-central-1:210987654321:event-bus/audit';
    const withAll = (stack: Stack) => ({ runbookUrl, receiptsBus: EventBus.fromEventBusArn(stack, 'Audit', AUDIT) });
    const links = alarmsWith(withAll).map(({ says }) => /^[^.]+\. See (\S+)$/.exec(says)?.[1]);
    expect(links.toSorted()).toEqual(HEADINGS.map((heading) => `${runbookUrl}#${addressOf(heading)}`).toSorted());
  });

  it('is never too long for CloudWatch', () => {
    const runbookUrl = `https://${'x'.repeat(492)}`;
    for (const { says } of alarmsWith({ runbookUrl })) expect(says.length).toBeLessThanOrEqual(1_024);
  });
});

describe('the runbook', () => {
  it('lists the alarms that are urgent', () => {
    const [, list = ''] = /\*\*Urgent\*\* are (.+?)\n\n/s.exec(textOf('docs/runbook.md')) ?? [];
    const listed = [...list.matchAll(/\[([^\]]+)\]\(#[\w-]+\)/g)].map(([, name = '']) => name.replaceAll('\n', ' '));
    const urgent = alarmsWith(both).filter(({ on }) => (on as readonly string[]).includes(PAGER));
    const sections = urgent.map(({ says }) => (/See "(.+)" in/.exec(says)?.[1] ?? '').toLowerCase());
    expect(listed.map((name) => name.toLowerCase()).toSorted()).toEqual(sections.toSorted());
  });
});
