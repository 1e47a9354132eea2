import { properties } from '../../infra/template.ts';
import type { QueueSettings } from './simulated-sqs.ts';

const queue = properties('AWS::SQS::Queue', 'Requests') as {
  readonly VisibilityTimeout: number;
  readonly RedrivePolicy: { readonly maxReceiveCount: number };
};
const mapping = properties('AWS::Lambda::EventSourceMapping', 'RevokeRequests') as {
  readonly BatchSize: number;
  readonly ScalingConfig: { readonly MaximumConcurrency: number };
};

/** What a deployment with the defaults has. */
export const DEPLOYED: QueueSettings = {
  batchSize: mapping.BatchSize,
  maxConcurrency: mapping.ScalingConfig.MaximumConcurrency,
  maxReceiveCount: queue.RedrivePolicy.maxReceiveCount,
  visibilityMs: queue.VisibilityTimeout * 1_000,
};
