import * as z from 'zod';
import { arnOf } from '../protocol/account.ts';
import { AwsError } from '../protocol/aws-error.ts';
import { type Operation, operation } from '../protocol/json-backend.ts';
import type { Schedules, StoredSchedule } from './schedules.ts';

const Named = z.object({ Name: z.string().regex(/^[0-9a-zA-Z\-_.]{1,64}$/), GroupName: z.string().default('default') });

/** Of expressions, those that are carried out here or by the ticker of a deployment. */
const Schedule = Named.extend({
  ScheduleExpression: z.string().regex(/^(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\(\d+ (minute|hour|day)s?\))$/),
  ScheduleExpressionTimezone: z.literal(['UTC', 'Etc/UTC']).optional(),
  FlexibleTimeWindow: z.object({ Mode: z.literal('OFF') }),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  Target: z.object({
    Arn: z.string().startsWith('arn:'),
    RoleArn: z.string().startsWith('arn:'),
    Input: z.string().min(1).max(262_144).optional(),
    DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
    RetryPolicy: z.unknown().optional(),
  }),
});

const scheduleArn = ({ GroupName, Name }: StoredSchedule): string =>
  arnOf('scheduler', `schedule/${GroupName}/${Name}`);

const inGroup = (schedules: Schedules, group: string): void => {
  if (schedules.groups.has(group)) return;
  throw new AwsError('ResourceNotFoundException', `Schedule group ${group} does not exist.`, 404);
};

const found = (schedules: Schedules, { Name, GroupName }: z.infer<typeof Named>): StoredSchedule => {
  const schedule = schedules.find(GroupName, Name);
  if (schedule !== undefined) return schedule;
  throw new AwsError('ResourceNotFoundException', `Schedule ${Name} does not exist.`, 404);
};

/** EventBridge Scheduler's operations as far as a deployment and the command line use them (API reference, 2021-06-30). */
export const SCHEDULER_OPERATIONS: Readonly<Record<string, Operation<Schedules>>> = {
  CreateScheduleGroup: operation(z.object({ Name: z.string() }), (schedules: Schedules, { Name }) => {
    schedules.groups.add(Name);
    return { ScheduleGroupArn: arnOf('scheduler', `schedule-group/${Name}`) };
  }),
  CreateSchedule: operation(Schedule, (schedules: Schedules, input) => {
    inGroup(schedules, input.GroupName);
    if (schedules.find(input.GroupName, input.Name) !== undefined)
      throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`, 409);
    const made = { ...input, CreationDate: schedules.now() / 1000 };
    schedules.put(made);
    return { ScheduleArn: scheduleArn(made) };
  }),
  UpdateSchedule: operation(Schedule, (schedules: Schedules, input) => {
    const schedule = { ...found(schedules, input), ...input };
    schedules.put(schedule);
    return { ScheduleArn: scheduleArn(schedule) };
  }),
  GetSchedule: operation(Named, (schedules: Schedules, input) => {
    const schedule = found(schedules, input);
    return { ...schedule, Arn: scheduleArn(schedule), ScheduleExpressionTimezone: 'UTC' };
  }),
  DeleteSchedule: operation(Named, (schedules: Schedules, input) => {
    schedules.remove(found(schedules, input));
    return {};
  }),
  ListSchedules: operation(
    z.object({
      GroupName: z.string().default('default'),
      NamePrefix: z.string().default(''),
      MaxResults: z.int().min(1).max(100).default(100),
      NextToken: z.string().regex(/^\d+$/).default('0'),
    }),
    (schedules: Schedules, { GroupName, NamePrefix, MaxResults, NextToken }) => {
      inGroup(schedules, GroupName);
      const all = schedules.in(GroupName).filter(({ Name }) => Name.startsWith(NamePrefix));
      const from = Number(NextToken);
      const page = all.slice(from, from + MaxResults);
      return {
        // A listing tells of a target no more than its ARN.
        Schedules: page.map(({ Name, State, CreationDate, Target: { Arn } }) => {
          return { Name, State, CreationDate, GroupName, Target: { Arn } };
        }),
        NextToken: from + MaxResults < all.length ? String(from + MaxResults) : undefined,
      };
    },
  ),
};
