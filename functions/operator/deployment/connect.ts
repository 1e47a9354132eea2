import { randomUUID } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../../core/epoch.ts';
import type { Ledger, Vault } from '../../core/ports.ts';
import type { Providers } from '../../core/provider.ts';
import { cardName, type DeploymentCard, readCard } from '../../core/request/deployment-card.ts';
import { dynamoLedger, ledgerClient } from '../../edge/aws/ledger.ts';
import { readableLedger } from '../../edge/aws/readable-ledger.ts';
import { sdkClient } from '../../edge/aws/sdk-client.ts';
import { secretsVault } from '../../edge/aws/vault.ts';
import { digest } from '../../edge/process/digest.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import { fromAws } from './aws-trouble.ts';
import { trace } from './trace.ts';

/** One deployment, found, with clients for all that a command may need of it. */
export interface Deployed {
  readonly card: DeploymentCard;
  readonly clock: Clock;
  readonly providers: Providers;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly documents: DynamoDBDocumentClient;
  readonly secrets: SecretsManagerClient;
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly lambda: LambdaClient;
  /** SHA-256 in lower-case hex. */
  digest(text: string): string;
  /** A fresh UUID. */
  newId(): string;
  /** Lets go of the connections. */
  close(): void;
}

/** Settings of every client; what is absent is taken from the environment as the SDK does. */
export interface AwsSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What connections are made with. @default the SDK's own, which know no proxy */
  readonly agents?: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
}

/** A user waits at a terminal: an early error is better than many tries. */
const CLIENT = sdkClient({ connectMs: 3_000, silenceMs: 10_000 });

const cardOf = async (ssm: SSMClient, prefix: string): Promise<DeploymentCard> => {
  const Name = cardName(prefix, digest);
  const { Parameter } = await fromAws('find the deployment', ssm.send(new GetParameterCommand({ Name })), {
    ParameterNotFound: new Failure(
      EXIT.notFound,
      `Cannot find a deployment with the prefix "${prefix}" in this account and region: check --prefix, --region and --profile`,
    ),
  });
  const card = readCard(Parameter?.Value ?? '');
  if (card !== undefined) return card;
  throw new Failure(
    EXIT.failed,
    `Cannot read the description of the deployment with the prefix "${prefix}": use the command line of the deployed version`,
  );
};

/**
 * Finds the deployment that has a prefix.
 *
 * @param tell takes a line on each call to AWS. @default nobody does
 * @throws Failure where there is none, or AWS cannot be asked
 */
export const connect = async (
  prefix: string,
  { clock, providers }: Pick<Deployed, 'clock' | 'providers'>,
  { agents, ...settings }: AwsSettings = {},
  tell?: (line: string) => void,
): Promise<Deployed> => {
  const config = { ...CLIENT, requestHandler: { ...CLIENT.requestHandler, ...agents }, ...settings };
  const traced = <T extends { readonly middlewareStack: unknown }>(client: T): T => {
    if (tell !== undefined) trace(client, clock, tell);
    return client;
  };
  const ssm = traced(new SSMClient(config));
  const card = await cardOf(ssm, prefix).finally(() => ssm.destroy());
  const dynamo = traced(new DynamoDBClient(config));
  const documents = ledgerClient(dynamo);
  const secrets = traced(new SecretsManagerClient(config));
  const sqs = traced(new SQSClient(config));
  const scheduler = traced(new SchedulerClient(config));
  const lambda = traced(new LambdaClient(config));
  return {
    card,
    clock,
    providers,
    ledger: readableLedger(dynamoLedger(documents, card.ledgerTable), { clock }),
    vault: secretsVault(secrets, clock),
    documents,
    secrets,
    sqs,
    scheduler,
    lambda,
    digest,
    newId: randomUUID,
    close: () => {
      for (const client of [dynamo, secrets, sqs, scheduler, lambda]) client.destroy();
    },
  };
};
