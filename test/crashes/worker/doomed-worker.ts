import { join } from 'node:path';
import type { FunctionConfig } from '../../../infra/local/lambda/function-config.ts';
import { FunctionError } from '../../../infra/local/lambda/function-error.ts';
import { type OnLine, openWorker } from '../../../infra/local/lambda/worker-process.ts';
import type { Fate } from '../chance/fate.ts';
import { isTelling, type Telling, type Told } from './notes.ts';
import type { SharedTime } from './shared-time.ts';

/** Longer than a lease with all that is waited for after it. */
const PAUSE_MS = 90_000;

/** The run's clock stands while others work, so that a delivery can really take far longer than its function may. */
const PATIENCE_MS = 600_000;

const WORKER_SIDE = join(import.meta.dirname, 'worker-side.ts');

/** A process for one delivery. */
export interface DoomedWorker {
  /** Carries out the delivery as far as its fate lets it; the process is gone afterwards. Rejects where there is no answer. */
  run(event: unknown, fate: Fate): Promise<unknown>;
  close(): Promise<void>;
}

export interface Doom {
  readonly config: FunctionConfig;
  readonly environment: Readonly<Record<string, string>>;
  readonly time: SharedTime;
  readonly onLine: OnLine;
}

/** Starts a process on the run's clock, which stands while the function works and not while it waits. */
export const openDoomedWorker = async ({ config, environment, time, onLine }: Doom): Promise<DoomedWorker> => {
  let hear = (_telling: Telling): void => undefined;
  const worker = await openWorker(config, environment, {
    onLine,
    patienceMs: PATIENCE_MS,
    preload: WORKER_SIDE,
    onNote: (note) => isTelling(note) && hear(note),
  });
  const tell = (told: Told): void => worker.tell(told);
  const run: DoomedWorker['run'] = async (event, fate) => {
    const deadline = time.now() + config.timeoutMs;
    let wakeEarly = (): void => undefined;
    let paused = fate.at === 'pause' ? PAUSE_MS : 0;
    hear = (telling) => {
      if (telling.kind === 'hangs') wakeEarly = time.sleep(deadline, () => void worker.close());
      else if (fate.at === 'wait') void worker.close();
      else {
        wakeEarly = time.sleep(telling.until + paused, () => tell({ kind: 'woken', now: time.now() }));
        paused = 0;
      }
    };
    const timer = fate.at === 'any time' ? setTimeout(() => void worker.close(), fate.afterMs) : undefined;
    tell({ kind: 'begins', now: time.now(), fate });
    try {
      const answer = await worker.run(event);
      if (fate.at === 'end') throw new FunctionError('Runtime.ExitError', 'Runtime exited before its answer was heard');
      return answer;
    } finally {
      hear = () => undefined;
      wakeEarly();
      clearTimeout(timer);
      await worker.close();
    }
  };
  return { run, close: () => worker.close() };
};
