import { AsyncLocalStorage } from 'node:async_hooks';

/** The delivery that the running code belongs to, of however many that are under way at once. */
export interface AtWork {
  readonly requestId: string;
  /** The attempt that it found or began. */
  readonly attempt: number;
  /** Every identifier that it has made: one of them names its lease. */
  readonly ids: Set<string>;
}

const storage = new AsyncLocalStorage<AtWork>();

/** Does the work of one delivery. */
export const working = <T>(delivery: AtWork, work: () => T): T => storage.run(delivery, work);

/** Whose work is being done; nobody's where a sweep is at work. */
export const atWork = (): AtWork => storage.getStore() ?? { requestId: '', attempt: 0, ids: new Set() };
