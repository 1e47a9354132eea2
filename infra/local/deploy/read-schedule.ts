import * as z from 'zod';
import type { Schedule } from '../lambda/schedule.ts';
import { type DeployedFunction, functionIdOf } from './read-function.ts';
import type { Resolved } from './template-names.ts';

export interface DeployedSchedule extends Schedule {
  readonly logicalId: string;
  readonly functionId: string;
}

const ScheduleProperties = z.object({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.object({ Arn: z.string(), Input: z.string().optional() }),
});

export const readSchedule = (
  { logicalId, name, properties }: Resolved,
  functions: readonly DeployedFunction[],
): DeployedSchedule => {
  const { ScheduleExpression, State, Target } = ScheduleProperties.parse(properties);
  return {
    logicalId,
    name,
    expression: ScheduleExpression,
    isEnabled: State === 'ENABLED',
    input: Target.Input,
    functionId: functionIdOf(Target.Arn, functions),
  };
};
