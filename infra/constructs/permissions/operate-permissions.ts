import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { FORGETTABLE, operatorWrites } from '../../../functions/core/ledger/operator-items.ts';
import { PROVIDER_NAMES } from '../../provider-names.ts';
import type { LaneMappings } from '../messaging/queues.ts';
import {
  allow,
  bothOf,
  type GrantedResources,
  indexArns,
  ledgerKey,
  messageKey,
  onlyAmong,
  secretsArn,
  useThrough,
} from './permissions.ts';
import { everyScheduleArn, passPermission } from './schedule-permissions.ts';

export interface Operated {
  readonly reach: GrantedResources;
  /** ARN of the parameter. */
  readonly card: string;
  readonly mappings: LaneMappings;
  /** What one-time schedules are put into, and the role that each is given. */
  readonly group: IScheduleGroup;
  readonly requestRole: IRole;
}

/**
 * Every action that the operator's command line may take. It sends requests as everybody does, and writes no proof: of a case it may
 * change only what closes it as forgotten.
 */
export const operatePermissions = ({
  reach,
  card,
  mappings,
  group,
  requestRole,
}: Operated): readonly PolicyStatement[] => {
  const { queues, ledger, secretKeys } = reach;
  const { secretEvents: _events, lostEvents: _lost, ...counted } = queues;
  const all = Object.values(counted).map(({ queueArn }) => queueArn);
  return [
    allow(['ssm:GetParameter'], [card]),
    allow(['sqs:GetQueueAttributes'], all),
    allow(['sqs:SendMessage'], [queues.requests.queueArn, queues.urgent.queueArn]),
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'], [queues.stuck.queueArn]),
    allow(['dynamodb:GetItem'], [ledger.tableArn]),
    allow(['dynamodb:Query'], [ledger.tableArn, ...indexArns(reach)]),
    allow(
      ['dynamodb:PutItem'],
      [ledger.tableArn],
      onlyAmong('StringLike', 'dynamodb:LeadingKeys', operatorWrites(PROVIDER_NAMES)),
    ),
    allow(['dynamodb:UpdateItem'], [ledger.tableArn], TO_FORGET),
    // These APIs know no resource.
    allow(['secretsmanager:ListSecrets', 'scheduler:ListSchedules', 'lambda:GetAccountSettings'], ['*']),
    allow(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], [secretsArn(reach)]),
    allow(['scheduler:CreateSchedule', 'scheduler:GetSchedule', 'scheduler:DeleteSchedule'], [everyScheduleArn(group)]),
    passPermission(requestRole),
    allow(
      ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
      Object.values(mappings).map(({ eventSourceMappingArn }) => eventSourceMappingArn),
    ),
    ...secretKeys.map((key) => useThrough(reach, key, ['secretsmanager'], ['kms:Decrypt'])),
    ...messageKey(reach, ['sqs']),
    ...ledgerKey(reach),
  ];
};

const TO_FORGET = bothOf(
  onlyAmong('StringLike', 'dynamodb:LeadingKeys', ['case#*']),
  onlyAmong('StringEquals', 'dynamodb:Attributes', FORGETTABLE),
);
