import type { FunctionConfig, Invoke } from './function-config.ts';
import { type EnvironmentOptions, lambdaEnvironment } from './lambda-environment.ts';
import { createSlots } from './slots.ts';
import { type OnLine, openWorker, type WorkerProcess } from './worker-process.ts';

export interface RuntimeOptions extends EnvironmentOptions {
  /** How many events the function takes at once, each in a process of its own; more than that wait. @default 1 */
  readonly concurrency?: number;
  readonly onLine?: OnLine;
}

export interface LocalFunction {
  readonly invoke: Invoke;
  /** Kills what still runs, as when the machine goes away. */
  close(): Promise<void>;
}

/**
 * Runs a function as Lambda does: in processes that are used again, killed when the function's timeout is over, and
 * replaced when they end. Loading the module does not count towards the timeout. A process is not frozen between events.
 */
export const startFunction = (config: FunctionConfig, options: RuntimeOptions): LocalFunction => {
  const { concurrency = 1, onLine = () => undefined } = options;
  const environment = lambdaEnvironment(config, options);
  const slots = createSlots(concurrency);
  const workers = new Set<WorkerProcess>();
  const idle: WorkerProcess[] = [];

  const open = async (): Promise<WorkerProcess> => {
    const worker = await openWorker(config, environment, onLine);
    workers.add(worker);
    return worker;
  };
  /** One may have ended since its last event. */
  const takeIdle = (): WorkerProcess | undefined => {
    const worker = idle.pop();
    if (worker === undefined || worker.isAlive()) return worker;
    workers.delete(worker);
    return takeIdle();
  };
  const putBack = (worker: WorkerProcess): void => {
    if (worker.isAlive()) idle.push(worker);
    else workers.delete(worker);
  };
  const invoke: Invoke = async (event) => {
    await slots.take();
    let worker: WorkerProcess | undefined;
    try {
      worker = takeIdle() ?? (await open());
      return await worker.run(event);
    } finally {
      if (worker !== undefined) putBack(worker);
      slots.free();
    }
  };
  return { invoke, close: async () => void (await Promise.all([...workers].map((worker) => worker.close()))) };
};
