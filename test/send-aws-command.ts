import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as events from '@aws-sdk/client-eventbridge';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import type { AwsCommand } from './aws-command.ts';

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** As far as it is used here; every service types its own commands. */
interface Client {
  send(command: object): Promise<Readonly<Record<string, unknown>>>;
  destroy(): void;
}

const SERVICES: Readonly<Record<string, { readonly make: () => unknown; readonly of: object }>> = {
  sqs: { make: () => new sqs.SQSClient(CLIENT), of: sqs },
  sns: { make: () => new sns.SNSClient(CLIENT), of: sns },
  events: { make: () => new events.EventBridgeClient(CLIENT), of: events },
  dynamodb: { make: () => new dynamodb.DynamoDBClient(CLIENT), of: dynamodb },
  secretsmanager: { make: () => new secretsmanager.SecretsManagerClient(CLIENT), of: secretsmanager },
};

/** The names that an operation takes, from the schema that its client is generated with. */
const fieldsOf = (command: object): readonly string[] => {
  const input: unknown = Reflect.get(Reflect.get(command, 'schema'), 4);
  return Reflect.get((typeof input === 'function' ? input() : input) as object, 4);
};

/**
 * Sends a command as the command line would: through the real client of its service, to `AWS_ENDPOINT_URL`.
 *
 * @throws Error where the service has no such operation, or the operation no such parameter, which a client would leave out
 */
export const sendAwsCommand = async ({ service, operation, input }: Omit<AwsCommand, 'query' | 'output'>) => {
  const { make, of = {} } = SERVICES[service] ?? {};
  const Command: (new (input: object) => object) | undefined = Reflect.get(of, `${operation}Command`);
  if (!make || !Command) throw new Error(`Cannot send ${service} ${operation}, wanted an operation of AWS`);
  const command = new Command(input);
  const fields = fieldsOf(command);
  const unknown = Object.keys(input).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw new Error(`Cannot send ${unknown}, wanted ${fields.join(', ')}`);
  const client = make() as Client;
  try {
    return await client.send(command);
  } finally {
    client.destroy();
  }
};
