/** Timers of this process on a clock that is not this machine's. */
export interface PatientTimers {
  /** The earliest instant that one is set for. */
  next(): number | undefined;
  /** Runs those whose instant has come. @returns whether there was one */
  run(): boolean;
}

interface Entry {
  readonly at: number;
  readonly run: () => void;
}

/** The most that Node's own timers take. */
const LONGEST_MS = 2 ** 31 - 1;

/** Node takes whole milliseconds, and one of them for whatever makes no sense. */
const asNodeTakes = (ms: number): number => (ms >= 1 && ms <= LONGEST_MS ? Math.trunc(ms) : 1);

/** As much of Node's handle as clients use. */
class Handle {
  readonly #entries: Set<Entry>;
  readonly #entry: Entry;
  constructor(entries: Set<Entry>, entry: Entry) {
    this.#entries = entries;
    this.#entry = entry;
    entries.add(entry);
  }
  close(): this {
    this.#entries.delete(this.#entry);
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/**
 * Puts every `setTimeout` of this process on the clock given. Node's own timers, such as those of sockets and of
 * `AbortSignal.timeout`, stay real.
 *
 * @param onSet hears of each new one
 */
export const takeOverTimers = (now: () => number, onSet: () => void): PatientTimers => {
  const entries = new Set<Entry>();
  const earliest = (): Entry | undefined => [...entries].toSorted((a, b) => a.at - b.at)[0];
  const realClear = globalThis.clearTimeout;
  const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: readonly unknown[]): Handle => {
    const handle: Handle = new Handle(entries, {
      at: now() + asNodeTakes(ms),
      run: () => {
        handle.close();
        callback(...args);
      },
    });
    onSet();
    return handle;
  };
  globalThis.setTimeout = set as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((handle: unknown) =>
    handle instanceof Handle ? void handle.close() : realClear(handle as NodeJS.Timeout)) as typeof clearTimeout;
  return {
    next: () => earliest()?.at,
    run: () => {
      const due = [...entries].filter(({ at }) => at <= now()).toSorted((a, b) => a.at - b.at);
      for (const entry of due) if (entries.has(entry)) entry.run();
      return due.length > 0;
    },
  };
};
