import * as z from 'zod';
import { mappingId } from '../aws/mappings.ts';
import type { Mapping } from '../lambda/event-source.ts';
import { type DeployedFunction, functionIdOf } from './read-function.ts';
import type { Resolved } from './template-names.ts';

export interface DeployedMapping extends Mapping {
  readonly logicalId: string;
  /** In the form of a UUID. */
  readonly id: string;
  readonly isEnabled: boolean;
  /** Logical id of the function. */
  readonly functionId: string;
}

const MappingProperties = z.object({
  EventSourceArn: z.string().startsWith('arn:aws:sqs:'),
  FunctionName: z.string(),
  BatchSize: z.int().min(1).max(10).default(10),
  Enabled: z.boolean().default(true),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.int().min(2).max(1000) }).optional(),
  FilterCriteria: z.never('Filters are not emulated').optional(),
  MaximumBatchingWindowInSeconds: z.literal(0, 'A batching window is not emulated').optional(),
});

/** What an account's functions share at first: the limit where a mapping has none of its own. */
const ACCOUNT_CONCURRENCY = 1000;

/** @param queueUrls by ARN */
export const readMapping = (
  { logicalId, properties }: Resolved,
  functions: readonly DeployedFunction[],
  queueUrls: ReadonlyMap<string, string>,
): DeployedMapping => {
  const mapping = MappingProperties.parse(properties);
  const queueUrl = queueUrls.get(mapping.EventSourceArn);
  if (queueUrl === undefined) throw new Error(`Cannot poll ${mapping.EventSourceArn}, wanted a queue of the template`);
  return {
    logicalId,
    id: mappingId(mapping.EventSourceArn, mapping.FunctionName),
    functionId: functionIdOf(mapping.FunctionName, functions),
    queueUrl,
    queueArn: mapping.EventSourceArn,
    batchSize: mapping.BatchSize,
    maxConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? ACCOUNT_CONCURRENCY,
    reportsItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    isEnabled: mapping.Enabled,
  };
};
