import type { Call } from '../../../infra/local/aws/protocol/call.ts';
import { type Aws, startAws } from '../../../infra/local/aws/start-aws.ts';
import type { DeployedFunction } from '../../../infra/local/deploy/read-function.ts';
import { type Deployment, deploy } from '../../../infra/local/deploy.ts';
import { bundleHandlers } from '../../../infra/local/lambda/bundle-handlers.ts';
import { lambdaEnvironment } from '../../../infra/local/lambda/lambda-environment.ts';
import { baseUrlsOf, type Sandboxes, startSandbox, startSandboxes } from '../../../infra/local/sandbox/index.ts';
import { type Clients, clientsFor, outputsOf, type Stage } from '../../../infra/local/story/stage/stage.ts';
import { subscribeQueue } from '../../../infra/local/story/stage/watch-receipts.ts';
import { synthesize } from '../../../infra/synthesize.ts';
import { type DoomedWorker, openDoomedWorker } from '../worker/doomed-worker.ts';
import { fakeDate } from '../worker/fake-date.ts';
import { type SharedTime, sharedTime } from '../worker/shared-time.ts';

/** Ten in the morning of a day without meaning. */
export const START = Date.parse('2026-11-20T10:00:00.000Z');

/**
 * A request gives up after three hours in place of a day: the only setting that is not the template's own. A lost reply to a key that
 * deletes itself takes an hour.
 */
const OVERRIDES = { GIVE_UP_AFTER_SECONDS: '10800' };

/** Gets a copy of everything that is published on the results topic. */
export const LISTENER = 'listener';

/** The stack as synthesized on emulated AWS, with a sandbox for each provider, all on one clock that stands while anybody works. */
export interface Scene {
  readonly time: SharedTime;
  readonly aws: Aws;
  readonly deployment: Deployment;
  readonly sandboxes: Sandboxes;
  readonly clients: Clients;
  readonly outputs: Stage['outputs'];
  /** A fresh process of one of the functions, by its folder. */
  open(folder: 'revoke' | 'sweep', onLine: (line: string) => void): Promise<DoomedWorker>;
  close(): Promise<void>;
}

/** The queues that requests and rechecks travel on, the most urgent first. */
export const laneUrls = ({ outputs }: Pick<Scene, 'outputs'>): readonly string[] => [
  outputs.UrgentQueueUrl,
  outputs.RequestsQueueUrl,
  outputs.RechecksQueueUrl,
];

export const queueNameIn = (url: string): string => url.split('/').at(-1) ?? '';

/** When the next message of a queue can be received; `undefined` where there is none, hidden ones included. */
const nextArrival = async (aws: Aws, queueName: string, now: number): Promise<number | undefined> => {
  const { ready, delayed, inflight } = await aws.queues.inspect(queueName);
  const instants = [
    ...ready.map(() => now),
    ...delayed.map(({ delayUntil = now }) => delayUntil),
    ...Object.values(inflight).map(({ visibilityDeadline }) => visibilityDeadline),
  ];
  return instants.length === 0 ? undefined : Math.max(now, Math.min(...instants));
};

const functionIn = (
  functions: readonly DeployedFunction[],
  deployment: Deployment,
  folder: string,
): DeployedFunction => {
  const source = Object.values(deployment.functions).find(({ handlerModule }) => handlerModule.includes(`/${folder}/`));
  const found = functions.find(({ logicalId }) => logicalId === source?.logicalId);
  if (found === undefined) throw new Error(`Cannot find the function ${folder} in the template`);
  return found;
};

/** Opens the scene of one run. From then on this process has the run's date. @param onCall sees every call to AWS before it is carried out */
export const openScene = async (onCall: (call: Call) => void): Promise<Scene> => {
  const template = synthesize();
  let queues: readonly string[] = [];
  const time = sharedTime(START, async () => {
    const arrivals = await Promise.all(queues.map((name) => nextArrival(aws, name, time.now())));
    const instants = arrivals.filter((instant) => instant !== undefined);
    return instants.length === 0 ? undefined : Math.min(...instants);
  });
  fakeDate(time.now);
  const { now } = time;
  const aws = await startAws({ now, onCall });
  const sandboxes = await startSandboxes((name) => startSandbox(name, { now }));
  const deployment = await deploy(template, aws);
  const outputs = outputsOf(deployment);
  queues = laneUrls({ outputs }).map(queueNameIn);
  const clients = clientsFor(aws.url);
  await subscribeQueue(clients, LISTENER, outputs.ResultsTopicArn);
  const bundled = await bundleHandlers(Object.values(deployment.functions));
  const opened = new Set<DoomedWorker>();
  const urls = baseUrlsOf(sandboxes);
  return {
    time,
    aws,
    deployment,
    sandboxes,
    clients,
    outputs,
    open: async (folder, onLine) => {
      const config = functionIn(bundled.functions, deployment, folder);
      const options = { endpointUrl: aws.url, overrides: { ...urls, ...OVERRIDES } };
      const worker = await openDoomedWorker({ config, environment: lambdaEnvironment(config, options), time, onLine });
      opened.add(worker);
      return worker;
    },
    close: async () => {
      await Promise.all([...opened].map((worker) => worker.close()));
      for (const client of Object.values(clients)) client.destroy();
      await Promise.all([aws, ...Object.values(sandboxes), bundled].map((each) => each.close()));
    },
  };
};
