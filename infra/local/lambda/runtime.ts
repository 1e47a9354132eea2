import type { FunctionConfig, Invoke } from './function-config.ts';
import { type EnvironmentOptions, lambdaEnvironment } from './lambda-environment.ts';
import { createSlots } from './slots.ts';
import { WorkerPool } from './worker-pool.ts';
import { type OnLine, openWorker } from './worker-process.ts';

export interface RuntimeOptions extends EnvironmentOptions {
  /** How many events the function takes at once, each in a process of its own; more than that wait. @default 1 */
  readonly concurrency?: number;
  readonly onLine?: OnLine;
}

export interface LocalFunction {
  readonly invoke: Invoke;
  /** Kills what still runs, as when the machine goes away; what waits or comes later is refused. */
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
  const pool = new WorkerPool(() => openWorker(config, environment, { onLine }));
  const invoke: Invoke = async (event) => {
    await slots.take();
    try {
      const worker = await pool.take();
      return await worker.run(event).finally(() => pool.putBack(worker));
    } finally {
      slots.free();
    }
  };
  return { invoke, close: () => pool.close() };
};
