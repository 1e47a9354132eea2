import { randomUUID } from 'node:crypto';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../core/epoch.ts';
import type { Ports } from '../core/ports.ts';
import type { Providers } from '../core/provider.ts';
import { requestForm } from '../core/request/revocation-request.ts';
import { TIMING } from '../core/timing.ts';
import { dynamoLedger, ledgerClient } from './aws/ledger.ts';
import { readableLedger } from './aws/readable-ledger.ts';
import { connectEarly, sdkClient } from './aws/sdk-client.ts';
import { secretsVault } from './aws/vault.ts';
import { sendOver } from './http/http.ts';
import { awsOutbox } from './messages/outbox.ts';
import { type SourceOf, sourceIn } from './messages/record-source.ts';
import { systemClock } from './process/clock.ts';
import { digest } from './process/digest.ts';
import type { FunctionEnvironment } from './process/environment.ts';
import { tellingDenials } from './telemetry/denials.ts';
import { logAs } from './telemetry/log.ts';
import { measuring } from './telemetry/metrics.ts';

/** Everything outside `core`, and what only a handler needs. */
export interface CreatedPorts {
  readonly ports: Ports;
  readonly sourceOf: SourceOf;
  /** Writes one line for each provider that was asked since the last time. At the end of a batch: a line for each exchange costs more. */
  readonly tellExchanges: () => void;
}

/** A call that hangs must leave time for the next one inside a record's deadline. */
const CLIENT = sdkClient({ connectMs: 1_000, silenceMs: 3_000 });

export interface PortOptions {
  /** @default the system's */
  readonly clock?: Clock;
  /** @default 5 s */
  readonly exchangeMs?: number;
  /** Whether the function may write every kind of ledger item, and so put right what cannot be read. @default true */
  readonly repairs?: boolean;
  /** Whether the clients that a call to a provider waits for connect at once. @default false */
  readonly connects?: boolean;
}

/** Connects a function to AWS and the network as its environment says. Once for each process: clients keep their connections. */
export const createPorts = (
  environment: FunctionEnvironment,
  providers: Providers,
  { clock = systemClock, exchangeMs = TIMING.exchangeMs, repairs = true, connects = false }: PortOptions = {},
): CreatedPorts => {
  const { instance } = environment.config;
  requestForm(providers); // while the function loads, so that no request waits for it
  const measured = measuring(instance, providers, clock);
  const log = logAs(instance, measured.metricsOf);
  const sqs = tellingDenials(new SQSClient(CLIENT), log);
  const dynamo = tellingDenials(new DynamoDBClient(CLIENT), log);
  const secrets = tellingDenials(new SecretsManagerClient(CLIENT), log);
  const sns = tellingDenials(new SNSClient(CLIENT), log);
  const events = tellingDenials(new EventBridgeClient(CLIENT), log);
  if (connects) {
    void connectEarly(sqs, new ListQueuesCommand());
    void connectEarly(dynamo, new ListTablesCommand());
    void connectEarly(secrets, new ListSecretsCommand());
  }
  const table = dynamoLedger(ledgerClient(dynamo), environment.ledgerTable);
  const outbox = { ...environment, log, sqs, sns, events };
  const { send, connect } = sendOver({ clock, exchangeMs, baseUrls: environment.baseUrls });
  return {
    ports: {
      clock,
      ledger: readableLedger(table, { clock, reading: { clock, log, digest, repairs } }),
      vault: secretsVault(secrets, clock),
      outbox: awsOutbox(outbox),
      log,
      send: measured.send(send),
      connect,
      digest,
      newId: randomUUID,
      processId: randomUUID(),
      rates: new Map(),
      kept: new Map(),
      random: Math.random,
      providers,
      config: environment.config,
    },
    tellExchanges: () => {
      for (const [event, facts] of measured.exchanges()) log.info(event, facts);
    },
    sourceOf: sourceIn(sqs, environment.queueUrls),
  };
};
