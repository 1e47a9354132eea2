import { join } from 'node:path';
import * as z from 'zod';
import { startAws } from '../../../infra/local/aws/start-aws.ts';
import type { DeployedFunction } from '../../../infra/local/deploy/read-function.ts';
import { deploy } from '../../../infra/local/deploy.ts';
import { bundleHandlers } from '../../../infra/local/lambda/bundle-handlers.ts';
import { lambdaEnvironment } from '../../../infra/local/lambda/lambda-environment.ts';
import type { Note } from '../../../infra/local/lambda/worker-messages.ts';
import { openWorker, type WorkerProcess } from '../../../infra/local/lambda/worker-process.ts';
import { synthesize } from '../../../infra/synthesize.ts';
import { isUsageNote, USAGE_ASKED, type UsageNote } from '../usage-note.ts';
import { fillSecrets } from './fill-secrets.ts';

const WATCH = join(import.meta.dirname, '../watch-usage.ts');

/** No limit of an hour stands between the orders and the queue. */
const UNLIMITED = { LIMIT_OTHER: '100000' };

const PREFIX = 'key-revoker/';

/** What a tick says of itself, as far as it is looked at here. */
const Ticked = z.object({
  secrets: z.number(),
  sent: z.number(),
  left: z.number(),
  goesOn: z.literal(true).optional(),
});

/** What came of going once over all secrets. */
export interface Pass {
  readonly ticks: number;
  readonly secrets: number;
  readonly sent: number;
  readonly seconds: number;
  /** Of the processor, in the function's process. */
  readonly cpuSeconds: number;
  /** How often each operation of AWS was called. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface Measured {
  readonly secrets: number;
  /** Over secrets that no sweep has met yet. */
  readonly first: Pass;
  /** Over the same again, as at each later tick. */
  readonly later: Pass;
  /** Of the function's memory, in that pass that took more. */
  readonly liveBytes: number;
  readonly residentBytes: number;
}

export interface MeasureOptions {
  readonly secrets: number;
  /** How long a tick of the later pass may take. In milliseconds. @default the function's timeout */
  readonly laterTimeoutMs?: number;
}

type Calls = Map<string, number>;

/** Ticks until one has come to the end of the listing. */
const pass = async (worker: WorkerProcess, calls: Calls): Promise<Omit<Pass, 'cpuSeconds'>> => {
  calls.clear();
  const startedAt = performance.now();
  const sum = { ticks: 0, secrets: 0, sent: 0 };
  for (let goesOn: boolean | undefined = true; goesOn; ) {
    const ticked = Ticked.parse(await worker.run({}));
    sum.ticks += 1;
    sum.secrets += ticked.secrets;
    sum.sent += ticked.sent;
    goesOn = ticked.goesOn;
  }
  return { ...sum, seconds: (performance.now() - startedAt) / 1_000, calls: Object.fromEntries(calls) };
};

/** Makes a pass in a process of its own, and tells what that took. */
const passInProcess = async (
  config: DeployedFunction,
  endpointUrl: string,
  calls: Calls,
): Promise<Pass & UsageNote> => {
  const { promise, resolve } = Promise.withResolvers<UsageNote>();
  const environment = lambdaEnvironment(config, { endpointUrl, overrides: UNLIMITED });
  const onNote = (note: Note): void => {
    if (isUsageNote(note)) resolve(note);
  };
  const worker = await openWorker(config, environment, { onLine: () => undefined, preload: WATCH, onNote });
  try {
    const passed = await pass(worker, calls);
    worker.tell(USAGE_ASKED);
    const usage = await promise;
    return { ...passed, ...usage, cpuSeconds: usage.cpuMs / 1_000 };
  } finally {
    await worker.close();
  }
};

/** Sweeps that many tagged secrets, of which one of a hundred is due, by the function as it is deployed. */
export const measureSweeps = async ({ secrets, laterTimeoutMs }: MeasureOptions): Promise<Measured> => {
  const calls: Calls = new Map();
  const aws = await startAws({ onCall: ({ action }) => void calls.set(action, (calls.get(action) ?? 0) + 1) });
  const { functions } = await deploy(synthesize({ prefix: PREFIX }), aws);
  const bundled = await bundleHandlers(
    Object.values(functions).filter(({ handlerModule }) => handlerModule.includes('/sweep/')),
  );
  try {
    const [sweep] = bundled.functions;
    if (sweep === undefined) throw new Error('Cannot find the function of the sweep in the template');
    fillSecrets(aws.secrets, { prefix: PREFIX, secrets, oneDueOf: 100 });
    const first = await passInProcess(sweep, aws.url, calls);
    const timeoutMs = laterTimeoutMs ?? sweep.timeoutMs;
    const later = await passInProcess({ ...sweep, timeoutMs }, aws.url, calls);
    const most = (of: 'liveBytes' | 'residentBytes'): number => Math.max(first[of], later[of]);
    return { secrets, first, later, liveBytes: most('liveBytes'), residentBytes: most('residentBytes') };
  } finally {
    await Promise.all([bundled.close(), aws.close()]);
  }
};
