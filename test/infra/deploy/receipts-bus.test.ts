import type { Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import type { KeyRevocation } from '../../../infra/key-revocation.ts';
import { settled } from '../../../infra/settled-props.ts';
import { blocksOf } from '../../pages.ts';
import { ACCOUNT, arnOf, find, mayDo, REGION, roleArn, type Statement, statementsOf, text } from '../policy-reader.ts';
import { stackWith, templateOf } from '../synthesized.ts';

const CENTRAL = `arn:aws:events:${REGION}:210987654321:event-bus/audit`;

const centralBus = (stack: Stack) => EventBus.fromEventBusArn(stack, 'Central', CENTRAL);
const template = templateOf(
  stackWith((stack) => ({ receiptsBus: centralBus(stack), encryptionKey: new Key(stack, 'K') })),
);

const { id: ruleId, Properties: rule } = find(template, 'AWS::Events::Rule', 'RForwardedReceipts');
const { id: lost } = find(template, 'AWS::SQS::Queue', 'RLostReceipts');
const { id: role } = find(template, 'AWS::IAM::Role', 'RForwardRole');

describe('a bus for receipts', () => {
  it('gets every receipt of the own bus, and nothing else', () => {
    expect(text(rule['EventBusName'])).toBe(`ref:${find(template, 'AWS::Events::EventBus', 'RBus').id}`);
    expect(rule['EventPattern']).toEqual({ 'detail-type': ['Key Revocation Result'] });
  });

  it('gets it by a role that may do nothing else, and only for rules of this account', () => {
    const [target] = rule['Targets'] as readonly {
      Arn: unknown;
      RoleArn: unknown;
      DeadLetterConfig: { Arn: unknown };
    }[];
    expect([text(target?.Arn), text(target?.RoleArn)]).toEqual([CENTRAL, roleArn(role)]);
    expect(text(target?.DeadLetterConfig.Arn)).toBe(arnOf(lost));
    expect(statementsOf(template, role)).toMatchObject([{ Action: 'events:PutEvents', Resource: CENTRAL }]);
    expect(find(template, 'AWS::IAM::Role', 'RForwardRole').Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });

  it('has its rule after the policy of the role', () =>
    expect((template.Resources[ruleId] as { DependsOn?: readonly string[] }).DependsOn).toEqual(
      expect.arrayContaining([role, expect.stringMatching(/^RForwardRoleDefaultPolicy/)]),
    ));

  it('leaves on a queue what it does not take, which only this rule may put there', () => {
    const put = (sourceArn: string): boolean =>
      mayDo(template, {
        who: { service: 'events.amazonaws.com', sourceArn },
        action: 'sqs:SendMessage',
        resource: lost,
      });
    expect([put(arnOf(ruleId)), put('arn:other')]).toEqual([true, false]);
    expect(text(find(template, 'AWS::SQS::Queue', 'RLostReceipts').Properties['KmsMasterKeyId'])).toBe(
      arnOf(find(template, 'AWS::KMS::Key', 'K').id),
    );
  });

  it('has an alarm for that', () => {
    const { Properties } = find(template, 'AWS::CloudWatch::Alarm', 'RReceiptsNotForwardedAlarm');
    expect(Properties['Dimensions']).toEqual([{ Name: 'QueueName', Value: { 'Fn::GetAtt': [lost, 'QueueName'] } }]);
    expect(Properties).toMatchObject({ Threshold: 0, Statistic: 'Maximum', TreatMissingData: 'notBreaching' });
  });

  it('is not there without the prop, nor what belongs to it', () => {
    const stack = stackWith(() => ({}));
    expect((stack.node.findChild('R') as KeyRevocation).alarms.receiptsNotForwarded).toBeUndefined();
    expect(JSON.stringify(templateOf(stack))).not.toMatch(/RForward|LostReceipts|ReceiptsNotForwarded/);
  });

  it('is never the own bus, which would get each receipt again and again', () => {
    const stack = stackWith(() => ({}));
    const [bus, receiptsBus] = ['A', 'B'].map((id) => EventBus.fromEventBusArn(stack, id, CENTRAL));
    if (!bus || !receiptsBus) throw new Error('Cannot compare buses: one is missing');
    for (const to of [bus, receiptsBus])
      expect(() => settled({ bus, receiptsBus: to })).toThrow(
        'Cannot use the same bus as bus and as receiptsBus: it has the receipts already',
      );
  });
});

describe('the policy of a central bus in the documents', () => {
  const [block] = blocksOf('docs/deploying.md').filter(
    ({ section, language }) => section === 'In an organisation' && language === 'json',
  );
  const Statement = JSON.parse((block?.text ?? '').replaceAll('o-exampleorgid', 'o-abcdefghij')) as Statement;
  const policy = { Type: 'AWS::Events::EventBusPolicy', Properties: { EventBusName: { Ref: CENTRAL }, Statement } };
  const central = { Resources: { Policy: policy }, Outputs: {} };
  // As CloudFormation names a role that has no name of its own.
  const ours = `arn:aws:iam::${ACCOUNT}:role/KeyRevoker-RevocationForwardRole0A1B2C3D-abcDEF123456`;
  const put = (arn: string, organization: string, detailType: string): boolean =>
    mayDo(central, {
      who: { arn, organization },
      action: 'events:PutEvents',
      resource: CENTRAL,
      context: { 'events:detail-type': detailType },
    });

  it.each<[string, string, string, string, boolean]>([
    ['the role of the rule', ours, 'o-abcdefghij', 'Key Revocation Result', true],
    ['that role of another organisation', ours, 'o-0123456789', 'Key Revocation Result', false],
    ['another role', roleArn('developer'), 'o-abcdefghij', 'Key Revocation Result', false],
    ['a request', ours, 'o-abcdefghij', 'Key Revocation Requested', false],
  ])('admits %s: %s of %s, %s: %s', (_what, arn, organization, detailType, expected) =>
    expect(put(arn, organization, detailType)).toBe(expected),
  );
});
