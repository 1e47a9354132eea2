/** The one clock of a run: it stands while a process works. When all rest, it jumps to the next instant that one of them waits for. */
export interface SharedTime {
  /** Epoch milliseconds. */
  now(): number;
  /** Does something; until it is over the clock stands, except while it sleeps or idles. */
  work<T>(what: () => Promise<T>): Promise<T>;
  /** Lets the work under way sleep until that instant. @returns what ends the sleep before; `wake` is not called then */
  sleep(until: number, wake: () => void): () => void;
  /** The same as a promise, for sleeps that nobody ends. */
  until(instant: number): Promise<void>;
  /** Lets the work under way wait until there may be something to take in. @returns false where nothing comes any more */
  idle(): Promise<boolean>;
  /** Wakes all who idle: something may have come. */
  stir(): void;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Lets everything that was begun come to its first wait. */
const quiet = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/**
 * @param start epoch milliseconds
 * @param arrival when the next thing comes that those who idle wait for; `undefined` where nothing does
 */
export const sharedTime = (start: number, arrival: () => Promise<number | undefined>): SharedTime => {
  let now = start;
  let atWork = 0;
  let isStepping = false;
  const sleepers = new Set<Sleeper>();
  let idlers: PromiseWithResolvers<boolean>[] = [];

  const release = (isMore: boolean): void => {
    const all = idlers;
    idlers = [];
    atWork += all.length;
    for (const { resolve } of all) resolve(isMore);
  };
  const jump = (instant: number): void => {
    now = Math.max(now, instant);
    for (const sleeper of [...sleepers].filter(({ until }) => until <= now)) {
      sleepers.delete(sleeper);
      atWork += 1;
      sleeper.wake();
    }
  };
  const step = async (): Promise<void> => {
    await quiet();
    const comes = atWork === 0 && idlers.length > 0 ? await arrival() : undefined;
    if (atWork > 0) return; // a process was woken meanwhile
    const instants = [...[...sleepers].map(({ until }) => until), ...(comes === undefined ? [] : [comes])];
    if (instants.length === 0) return release(false);
    jump(Math.min(...instants));
    if (comes !== undefined && comes <= now) release(true);
  };
  const fail = (error: unknown): void => {
    const all = idlers;
    idlers = [];
    atWork += all.length;
    for (const { reject } of all) reject(error);
  };
  const rest = (): void => {
    atWork -= 1;
    if (atWork > 0 || isStepping) return;
    isStepping = true;
    void step()
      .catch(fail)
      .finally(() => {
        isStepping = false;
        if (atWork === 0 && sleepers.size + idlers.length > 0) again();
      });
  };
  const again = (): void => {
    atWork += 1;
    rest();
  };
  const sleep: SharedTime['sleep'] = (until, wake) => {
    const sleeper = { until, wake };
    sleepers.add(sleeper);
    rest();
    return () => {
      if (sleepers.delete(sleeper)) atWork += 1;
    };
  };
  return {
    now: () => now,
    work: async (what) => {
      atWork += 1;
      try {
        return await what();
      } finally {
        rest();
      }
    },
    sleep,
    until: (instant) => new Promise((wake) => void sleep(instant, wake)),
    idle: () => {
      const idler = Promise.withResolvers<boolean>();
      idlers.push(idler);
      rest();
      return idler.promise;
    },
    stir: () => release(true),
  };
};
