import { Listr, ListrLogger, ListrLogLevels } from 'listr2';

/** One line for each thing that is done, none for what has begun: output that is no terminal is read afterwards. */
class PlainLines extends ListrLogger<ListrLogLevels> {
  override log(...[level, ...rest]: Parameters<ListrLogger<ListrLogLevels>['log']>): void {
    if (level !== ListrLogLevels.STARTED) super.log(level, ...rest);
  }
}

/** Work with what is reported of it: a line that moves in a terminal, a plain one elsewhere. */
export interface Told<Value> {
  readonly title: string;
  readonly work: () => Promise<Value>;
  /** The title once the work is done; throws where what came of it has to be told as a failure. @default the title */
  readonly end?: (value: Value) => string;
}

/** What a line says of work that failed; the reason is thrown, and the code that catches it reports it once. */
const NOT_DONE = 'not done';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Does all of it at the same time; what fails keeps nothing else from being done.
 *
 * @returns what came of each
 * @throws what the first failing work threw, after all else has been told
 */
export const together = async <Value>(all: readonly Told<Value>[]): Promise<readonly Value[]> => {
  const results = all.map(() => Promise.withResolvers<Value>());
  let thrown: string | undefined;
  const untold = (error: unknown): never => {
    thrown ??= messageOf(error);
    throw thrown === messageOf(error) ? new Error(NOT_DONE) : error;
  };
  const tasks = all.map(({ title, work, end = () => title }, index) => ({
    title,
    task: async (_context: unknown, task: { title: string }) => {
      const value = work();
      results[index]?.resolve(value);
      task.title = end(await value.catch(untold));
    },
  }));
  const telling = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { logger: new PlainLines() },
  });
  const [done] = await Promise.allSettled([Promise.all(results.map(({ promise }) => promise)), telling.run()]);
  if (done.status === 'rejected') throw done.reason;
  return done.value;
};

/** Does one thing. @throws what the work throws, after telling it */
export const step = async <Value>(title: string, work: () => Promise<Value>): Promise<Value> => {
  const [value] = await together([{ title, work }]);
  return value as Value;
};
