import type { Lane } from '../../../functions/core/lane.ts';
import { properties } from '../../infra/template.ts';
import type { QueueSettings } from './simulated-sqs.ts';

const settingsOf = (queueId: string, mappingId: string): QueueSettings => {
  const queue = properties('AWS::SQS::Queue', queueId) as {
    readonly VisibilityTimeout: number;
    readonly RedrivePolicy: { readonly maxReceiveCount: number };
  };
  const mapping = properties('AWS::Lambda::EventSourceMapping', mappingId) as {
    readonly BatchSize: number;
    readonly ScalingConfig: { readonly MaximumConcurrency: number };
  };
  return {
    batchSize: mapping.BatchSize,
    maxConcurrency: mapping.ScalingConfig.MaximumConcurrency,
    maxReceiveCount: queue.RedrivePolicy.maxReceiveCount,
    visibilityMs: queue.VisibilityTimeout * 1_000,
  };
};

/** What a deployment with the defaults has. */
export const DEPLOYED: Readonly<Record<Lane, QueueSettings>> = {
  requests: settingsOf('Requests', 'RevokeRequests'),
  urgent: settingsOf('Urgent', 'RevokeUrgentRequests'),
  rechecks: settingsOf('Rechecks', 'RevokeRechecks'),
};
