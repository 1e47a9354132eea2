import { describe, expect, it } from 'vitest';
import { readCard } from '../../functions/core/request/deployment-card.ts';
import { type Names, resolve } from '../../infra/local/deploy/resolve.ts';
import { PROVIDER_NAMES } from '../../infra/provider-names.ts';
import { synthesize, type Template } from '../../infra/synthesize.ts';
import { find } from './policy-reader.ts';
import { template } from './template.ts';

const BY_ID: Names = { ref: (id) => `ref:${id}`, attribute: (id, name) => `${id}.${name}` };

/** A template's card. What is known only at deploy stands in it by logical id. */
const cardOf = (of: Template, names: Names = BY_ID): string =>
  String(resolve(find(of, 'AWS::SSM::Parameter', 'RevocationPrefixParameter').Properties['Value'], names));

const id = (type: string, name: string): string => find(template, type, `Revocation${name}`).id;

describe('the card of a deployment', () => {
  it('names everything that the command line has to find', () => {
    const queue = (name: string) => id('AWS::SQS::Queue', name);
    expect(readCard(cardOf(template))).toEqual({
      version: 1,
      instance: 'KeyRevoker/Revocation',
      stack: 'KeyRevoker',
      prefix: 'key-revoker/',
      mode: 'enforce',
      providers: PROVIDER_NAMES,
      requestsQueueUrl: `ref:${queue('Requests')}`,
      requestsQueueArn: `${queue('Requests')}.Arn`,
      stuckQueueUrl: `ref:${queue('Stuck')}`,
      undeliveredQueueUrl: `ref:${queue('Undelivered')}`,
      undeliveredQueueArn: `${queue('Undelivered')}.Arn`,
      resultsTopicArn: `ref:${id('AWS::SNS::Topic', 'Results')}`,
      busName: `ref:${id('AWS::Events::EventBus', 'Bus')}`,
      ledgerTable: `ref:${id('AWS::DynamoDB::Table', 'Ledger')}`,
      scheduleGroup: `ref:${id('AWS::Scheduler::ScheduleGroup', 'Schedules')}`,
      scheduleRoleArn: `${id('AWS::IAM::Role', 'ScheduledRequestRole')}.Arn`,
      eventSourceMappingId: `ref:${id('AWS::Lambda::EventSourceMapping', 'RevokeRequests')}`,
      lanes: {
        urgent: {
          queueName: `${queue('Urgent')}.QueueName`,
          eventSourceMappingId: `ref:${id('AWS::Lambda::EventSourceMapping', 'RevokeUrgentRequests')}`,
        },
        rechecks: {
          queueName: `${queue('Rechecks')}.QueueName`,
          eventSourceMappingId: `ref:${id('AWS::Lambda::EventSourceMapping', 'RevokeRechecks')}`,
        },
      },
      concurrency: { requests: 8, urgent: 20, rechecks: 2, reserved: {} },
      sweepEverySeconds: 300,
      alarmActions: 0,
      urgentAlarmActions: 0,
      giveUpAfterSeconds: 86_400,
      limits: { urgent: 1_000, other: 200 },
      egressAddresses: [],
    });
  });

  it('fits into a standard parameter with the longest of everything', () => {
    const address = '2001:0db8:0000:0000:0000:0000:192.168.100.100';
    const made = synthesize({ prefix: `${'p'.repeat(199)}/`, egressAddresses: Array(20).fill(address) });
    // Longer than the URL of a queue with the longest name.
    const long = () => 'x'.repeat(140);
    expect(Buffer.byteLength(cardOf(made, { ref: long, attribute: long }))).toBeLessThanOrEqual(4_096);
  });
});
