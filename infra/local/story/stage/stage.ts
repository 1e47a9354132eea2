import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { synthesize } from '../../../synthesize.ts';
import { ACCOUNT } from '../../aws/protocol/account.ts';
import { startAws } from '../../aws/start-aws.ts';
import { type Deployment, deploy } from '../../deploy.ts';
import { AT_FIRST } from '../../lambda/ramp.ts';
import { type RunningFunctions, runFunctions } from '../../lambda/run-functions.ts';
import { baseUrlsOf, type Sandboxes, type SandboxName, startSandbox, startSandboxes } from '../../sandbox/index.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface Clients {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
  readonly events: EventBridgeClient;
}

/** The stack as it would be deployed, running on this machine. */
export interface Stage {
  readonly url: string;
  readonly sandboxes: Sandboxes;
  readonly clients: Clients;
  readonly outputs: Readonly<Record<Output, string>>;
  readonly running: RunningFunctions;
  /** Ends what runs, worker processes too. */
  close(): Promise<void>;
}

const OUTPUTS = [
  'RequestsQueueUrl',
  'UrgentQueueUrl',
  'RechecksQueueUrl',
  'StuckQueueUrl',
  'UndeliveredQueueUrl',
  'ResultsTopicArn',
  'NotificationsTopicArn',
  'BusName',
  'LedgerTable',
] as const;
export type Output = (typeof OUTPUTS)[number];

export interface StageOptions {
  /** Stops the start; what has been started by then is ended. */
  readonly signal: AbortSignal;
  /** @default free ports */
  readonly ports?: Readonly<Partial<Record<'aws' | SandboxName, number>>>;
  /** Sees each line that a function writes. */
  readonly onLine?: (line: string) => void;
}

export const clientsFor = (endpoint: string): Clients => {
  const config = { endpoint, region: ACCOUNT.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  return {
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    secrets: new SecretsManagerClient(config),
    events: new EventBridgeClient(config),
  };
};

export const outputsOf = ({ outputs }: Deployment): Stage['outputs'] => {
  const value = (name: Output): string => {
    const found = outputs[name];
    if (found !== undefined) return found;
    throw new Error(`Cannot find output ${name} in the template: it must have ${OUTPUTS.join(', ')}`);
  };
  return Object.fromEntries(OUTPUTS.map((name) => [name, value(name)])) as Stage['outputs'];
};

const endProcesses = async ({ functions }: RunningFunctions): Promise<void> => {
  await Promise.all([...functions.values()].map((each) => each.close()));
};

/** Has every process of the functions behind queues load its code, so that times in receipts are those of a function in use. */
const warmUp = async ({ mappings }: Deployment, { functions }: RunningFunctions): Promise<void> => {
  const ids = new Set(mappings.map(({ functionId }) => functionId));
  const calls = [...ids].flatMap((id) =>
    Array.from({ length: AT_FIRST }, () => functions.get(id)?.invoke({ Records: [] })),
  );
  await Promise.all(calls);
};

interface Closable {
  close(): Promise<void>;
}

/** Keeps what was started, so that it can be closed as a whole: what uses the others first. */
const keeper = () => {
  const open: Closable[] = [];
  return {
    keep: async <One extends Closable>(started: One | Promise<One>): Promise<One> => {
      const one = await started;
      open.push(one);
      return one;
    },
    close: async (): Promise<void> => {
      for (const each of open.toReversed()) await each.close();
    },
  };
};

type Keep = ReturnType<typeof keeper>['keep'];

const openOn = async (keep: Keep, { ports = {}, onLine = () => undefined, signal }: StageOptions) => {
  const { url } = await keep(startAws({ port: ports.aws ?? 0 }));
  const sandboxes = await startSandboxes((name) => keep(startSandbox(name, { port: ports[name] ?? 0 })));
  const overrides = baseUrlsOf(sandboxes);
  const deployment = await deploy(synthesize(), { url });
  signal.throwIfAborted();
  // As many batches as Lambda starts at once, which is enough for one person.
  const options = { endpointUrl: url, overrides, mostProcesses: AT_FIRST };
  const running = await keep(runFunctions(deployment, { ...options, onLine: (_id, line) => onLine(line) }));
  // Closed first, so that ending the stage does not wait for events under way.
  await keep({ close: () => endProcesses(running) });
  await unlessAborted(warmUp(deployment, running), signal);
  return { url, sandboxes, clients: clientsFor(url), outputs: outputsOf(deployment), running };
};

/**
 * Synthesizes the stack, makes its resources in an emulated AWS, starts a sandbox for each provider, and runs the functions
 * in processes of their own against both.
 *
 * @throws the signal's reason where it is aborted first, and what a port that is taken throws (`EADDRINUSE`)
 */
export const openStage = async (options: StageOptions): Promise<Stage> => {
  const { keep, close } = keeper();
  try {
    return { ...(await openOn(keep, options)), close };
  } catch (error) {
    await close();
    throw error;
  }
};
