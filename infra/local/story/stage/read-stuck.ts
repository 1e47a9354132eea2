import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Stage } from './stage.ts';

/** The attribute of each copy that names its request. */
const ID = 'key-revoker-request-id';

/** Receives every copy in the stuck queue. @returns the request ids that stand beside them */
export const readStuck = async ({
  clients,
  outputs,
}: Pick<Stage, 'clients' | 'outputs'>): Promise<readonly string[]> => {
  const asked = { QueueUrl: outputs.StuckQueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: [ID] };
  const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand(asked));
  if (Messages.length === 0) return [];
  const ids = Messages.map(({ MessageAttributes }) => MessageAttributes?.[ID]?.StringValue ?? '');
  return [...ids, ...(await readStuck({ clients, outputs }))];
};
