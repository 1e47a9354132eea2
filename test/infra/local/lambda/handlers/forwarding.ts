import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';

const client = new SQSClient({});

/** Sends every body on to the queue of its environment, with the name of the function behind it. */
export const handler = async (event: Partial<SQSEvent>): Promise<void> => {
  const { STUCK_QUEUE_URL: QueueUrl, AWS_LAMBDA_FUNCTION_NAME: name } = process.env;
  for (const { body } of event.Records ?? []) {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: `${body} by ${name}` }));
    console.log(`sent ${body} on`);
  }
  if (event.Records) return;
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: `tick of ${name}` }));
};
