// What a user would write today for one of the operations, with the vendor's own client: the peer that the product is measured against.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { RestClientV5 } from 'bybit-api';

const secrets = new SecretsManagerClient();
const sns = new SNSClient();

interface Key {
  readonly apiKey: string;
  readonly apiSecret: string;
}

const keyIn = async (name: string): Promise<Key> => {
  const { SecretString: text = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: name }));
  return JSON.parse(text);
};

const clientOf = ({ apiKey, apiSecret }: Key): RestClientV5 =>
  new RestClientV5({ key: apiKey, secret: apiSecret, baseUrl: process.env['BYBIT_BASE_URL'] ?? '' });

const tell = (topic: string | undefined, message: object): Promise<unknown> =>
  sns.send(new PublishCommand({ TopicArn: topic ?? '', Message: JSON.stringify(message) }));

const revoke = async ({ body }: SQSRecord): Promise<void> => {
  const order = JSON.parse(body);
  const [master, target] = await Promise.all([keyIn(order.secretId), keyIn(order.target.secretId)]);
  const { retCode, retMsg } = await clientOf(master).deleteSubApiKey({ apikey: target.apiKey });
  if (retCode !== 0) throw new Error(`Cannot delete the key: ${retCode} ${retMsg}`);
  const { retCode: after } = await clientOf(target).getQueryApiKey();
  if (after === 0) throw new Error('The key still works');
  const receipt = { outcome: 'revoked', key: target.apiKey, at: new Date().toISOString() };
  await tell(process.env['RESULTS_TOPIC_ARN'], receipt);
  await tell(process.env['NOTIFICATIONS_TOPIC_ARN'], receipt);
};

export const handler = middy<SQSEvent, PromiseSettledResult<void>[]>()
  .use(sqsPartialBatchFailure())

  .handler((event) => Promise.allSettled(event.Records.map(revoke)));
