import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { LogFacts } from '../../../../functions/core/ports.ts';
import { dynamoLedger, ledgerClient } from '../../../../functions/edge/aws/ledger.ts';
import { tellingDenials } from '../../../../functions/edge/telemetry/denials.ts';

interface Told {
  readonly lines: (readonly [event: string, facts: LogFacts])[];
  readonly outcome: string;
}

interface Listened {
  send(command: never): Promise<unknown>;
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

/** A client whose every call is answered so, and what it logs of one call. */
const tell = async <C extends Listened>(
  make: (settings: object) => C,
  [status, body]: readonly [status: number, body: object | string],
  call: (client: C) => Promise<unknown>,
): Promise<Told> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = typeof body === 'string' ? { 'content-type': 'text/xml' } : JSON_TYPE;
  const client = make({
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: {
      handle: async () => ({ response: { statusCode: status, headers, body: new Blob([text]).stream() } }),
    },
  });
  const lines: Told['lines'] = [];
  const log = { warn: (event: string, facts: LogFacts) => void lines.push([event, facts]) };
  const outcome = await call(tellingDenials(client, log)).then(
    () => 'answered',
    (error: Error) => error.name,
  );
  return { lines, outcome };
};

const denied = (__type: string, message = 'holds CANARY') => [400, { __type, message }] as const;
const line = (action: string, resource: string, problem: string) => [['access denied', { action, resource, problem }]];

const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/requests';
const TopicArn = 'arn:aws:sns:us-east-1:123456789012:results';
const open = (client: SecretsManagerClient) => client.send(new GetSecretValueCommand({ SecretId: 'key-revoker/x' }));
const secrets = (settings: object) => new SecretsManagerClient(settings);
const sqs = (settings: object) => new SQSClient(settings);

describe('a denial is told with its action and its resource', () => {
  it.each([
    ['of a secret', denied('AccessDeniedException'), 'secretsmanager:GetSecretValue', 'AccessDeniedException'],
    [
      'of its key',
      denied('AccessDeniedException', 'is not authorized to perform: kms:Decrypt on CANARY'),
      'kms:Decrypt',
      'AccessDeniedException',
    ],
    ['of what cannot be decrypted', denied('DecryptionFailure'), 'secretsmanager:GetSecretValue', 'DecryptionFailure'],
  ] as const)('%s', async (_what, answer, action, problem) => {
    const told = await tell(secrets, answer, open);
    expect(told).toEqual({ lines: line(action, 'key-revoker/x', problem), outcome: problem });
  });

  it('of the ledger, through its document client', async () => {
    const read = (client: DynamoDBClient) => dynamoLedger(ledgerClient(client), 'ledger').read({ pk: 'a', sk: 'b' });
    const told = await tell((settings) => new DynamoDBClient(settings), denied('AccessDeniedException'), read);
    expect(told).toEqual({
      lines: line('dynamodb:GetItem', 'ledger', 'AccessDeniedException'),
      outcome: 'Unavailable',
    });
  });

  it('of a queue', async () => {
    const send = (client: SQSClient) => client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const told = await tell(sqs, denied('AccessDenied'), send);
    expect(told.lines).toEqual(line('sqs:SendMessage', QueueUrl, 'AccessDenied'));
  });

  it('of a topic', async () => {
    const xml = '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code></Error></ErrorResponse>';
    const publish = (client: SNSClient) => client.send(new PublishCommand({ TopicArn, Message: '{}' }));
    const { lines } = await tell((settings) => new SNSClient(settings), [403, xml], publish);
    expect(lines).toEqual(line('sns:Publish', TopicArn, 'AuthorizationErrorException'));
  });

  it('of single messages of a batch, each', async () => {
    const entry = (Code: string) => ({ Id: Code, Code, SenderFault: true });
    const body = { Successful: [], Failed: [entry('KmsDisabled'), entry('InternalError')] };
    const Entries = [{ Id: '0', MessageBody: '{}' }];
    const send = (client: SQSClient) => client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const told = await tell(sqs, [200, body], send);
    expect(told).toEqual({ lines: line('sqs:SendMessage', QueueUrl, 'KmsDisabled'), outcome: 'answered' });
  });

  it('of an event', async () => {
    const body = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }, { EventId: '1' }] };
    const put = (client: EventBridgeClient) => client.send(new PutEventsCommand({ Entries: [] }));
    const { lines } = await tell((settings) => new EventBridgeClient(settings), [200, body], put);
    expect(lines).toEqual(line('events:PutEvents', '', 'NotAuthorizedForSourceException'));
  });
});

it.each([
  ['an outage', [500, { __type: 'InternalServiceError', message: '' }]],
  ['what is not there', [400, { __type: 'ResourceNotFoundException', message: '' }]],
  ['an answer', [200, { ARN: 'a' }]],
] as const)('tells nothing of %s', async (_what, answer) =>
  expect((await tell(secrets, answer, open)).lines).toEqual([]),
);
