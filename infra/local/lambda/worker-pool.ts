import { FunctionError } from './function-error.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Processes of one function, used again while they live. */
export class WorkerPool {
  readonly #open: () => Promise<WorkerProcess>;
  readonly #idle: WorkerProcess[] = [];
  readonly #all = new Set<WorkerProcess>();
  #isClosed = false;

  constructor(open: () => Promise<WorkerProcess>) {
    this.#open = open;
  }

  /** @throws {FunctionError} `Sandbox.Closed` after `close`, and what opening a process throws */
  async take(): Promise<WorkerProcess> {
    const idle = this.#idle.pop();
    if (idle?.isAlive()) return idle;
    if (idle !== undefined) this.#all.delete(idle);
    return idle === undefined ? this.#start() : this.take();
  }

  putBack(worker: WorkerProcess): void {
    if (worker.isAlive()) this.#idle.push(worker);
    else this.#all.delete(worker);
  }

  /** Kills every process, also those that are about to be there. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#all].map((worker) => worker.close()));
  }

  async #start(): Promise<WorkerProcess> {
    this.#refuseClosed();
    const worker = await this.#open();
    if (this.#isClosed) await worker.close();
    this.#refuseClosed();
    this.#all.add(worker);
    return worker;
  }

  #refuseClosed(): void {
    if (this.#isClosed)
      throw new FunctionError('Sandbox.Closed', 'Cannot invoke a closed function, wanted a running one');
  }
}
