import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import type { Lane } from '../../../functions/core/lane.ts';
import type { System } from '../../whole/system/system.ts';
import { ADMINISTRATOR } from './command-line.ts';

const OUTPUTS: Readonly<Record<Lane, string>> = {
  requests: 'RequestsQueueUrl',
  urgent: 'UrgentQueueUrl',
  rechecks: 'RechecksQueueUrl',
};

/** Switches the mapping of a lane past the command line, as a deployment or the console does. */
export const switchMapping = async (system: System, lane: Lane, isOn: boolean): Promise<void> => {
  const { mappings, outputs } = system.deployment;
  const UUID = mappings.find(({ queueUrl }) => queueUrl === outputs[OUTPUTS[lane]])?.id;
  const lambda = new LambdaClient({ region: 'us-east-1', credentials: ADMINISTRATOR });
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: isOn }));
  lambda.destroy();
};
