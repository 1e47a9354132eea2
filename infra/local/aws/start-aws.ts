import { once } from 'node:events';
import { Buses } from './bus/buses.ts';
import { BUS_OPERATIONS } from './bus/operations.ts';
import { MAPPING_OPERATIONS, Mappings } from './mappings.ts';
import { PARAMETER_OPERATIONS, type Parameters } from './parameters.ts';
import type { Call } from './protocol/call.ts';
import { createFaults, type Faults } from './protocol/faults.ts';
import { openFront } from './protocol/front.ts';
import { jsonBackend } from './protocol/json-backend.ts';
import { type Queues, startQueues } from './queues/queues.ts';
import { SCHEDULER_OPERATIONS } from './scheduler/operations.ts';
import { Schedules } from './scheduler/schedules.ts';
import { SECRETS_OPERATIONS } from './secrets/operations.ts';
import { type Trail, tellingChanges } from './secrets/secret-events.ts';
import { SecretStore } from './secrets/secret-store.ts';
import { startTables } from './tables.ts';

export interface AwsOptions {
  /** @default a free port */
  readonly port?: number;
  /** Epoch milliseconds, for secrets, events and schedules; queues are on this process's `Date`. @default Date.now */
  readonly now?: () => number;
  /** Sees every call of every client before it is carried out, and holds the call back as long as a promise that it returns. */
  readonly onCall?: (call: Call) => unknown;
}

/** The emulated AWS: all that the functions, a deployment and the command line use of it, behind one URL. */
export interface Aws {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** The secrets themselves, for filling in many at once and for replicas. */
  readonly secrets: SecretStore;
  readonly buses: Buses;
  /** While it logs, calls are events on the default bus. At first it does not. */
  readonly trail: Trail;
  /** One-time schedules are looked at each second; `deliverDue` does so at once. */
  readonly schedules: Pick<Schedules, 'deliverDue' | 'find'>;
  readonly mappings: Pick<Mappings, 'isEnabled' | 'unreserved'>;
  readonly queues: Pick<Queues, 'inspect' | 'deliver'>;
  readonly faults: Faults;
  close(): Promise<void>;
}

const SCHEDULES_EVERY_MS = 1_000;

/** Starts the emulated AWS on 127.0.0.1, empty and in memory. */
export const startAws = async ({ port = 0, now = Date.now, onCall }: AwsOptions = {}): Promise<Aws> => {
  const [queues, tables] = await Promise.all([startQueues(), startTables()]);
  const secrets = new SecretStore(now);
  const trail: Trail = { isLogging: false };
  const buses = new Buses(now, queues.deliver);
  const schedules = new Schedules(now, queues.deliver);
  const mappings = new Mappings();
  const parameters: Parameters = new Map();
  const faults = createFaults();
  const backends = {
    sqs: queues.sqs,
    sns: queues.sns,
    dynamodb: tables.backend,
    secretsmanager: tellingChanges(jsonBackend(SECRETS_OPERATIONS, secrets), buses, trail),
    events: jsonBackend(BUS_OPERATIONS, buses),
    ssm: jsonBackend(PARAMETER_OPERATIONS, parameters),
    scheduler: jsonBackend(SCHEDULER_OPERATIONS, schedules),
    lambda: jsonBackend(MAPPING_OPERATIONS, mappings),
  };
  const closeBackends = () => Promise.all([queues.close(), tables.close()]);
  const { url, server } = await openFront({ backends, faults, onCall, port }).catch(async (error: unknown) => {
    // What is up already would keep the process alive after the message that the port is taken.
    await closeBackends();
    throw error;
  });
  const clock = setInterval(() => void schedules.deliverDue().catch(() => undefined), SCHEDULES_EVERY_MS).unref();
  const close = async (): Promise<void> => {
    clearInterval(clock);
    server.close();
    server.closeAllConnections();
    await Promise.all([once(server, 'close'), closeBackends()]);
  };
  return { url, secrets, buses, trail, schedules, mappings, queues, faults, close };
};
