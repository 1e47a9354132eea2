import { Listr, ListrLogger, ListrLogLevels } from 'listr2';

/** One line for each thing that is done, none for what has begun: output that is no terminal is read afterwards. */
class PlainLines extends ListrLogger<ListrLogLevels> {
  override log(...[level, ...rest]: Parameters<ListrLogger<ListrLogLevels>['log']>): void {
    if (level !== ListrLogLevels.STARTED) super.log(level, ...rest);
  }
}

/** Work with what is told of it: a line that moves in a terminal, a plain one elsewhere. */
export interface Told {
  readonly title: string;
  /** @returns the title once it is done; throws what is told where it failed */
  readonly work: () => Promise<string>;
}

/** Does all of it at the same time. What fails is told and keeps nothing else from being done. */
export const together = async (all: readonly Told[]): Promise<void> => {
  const tasks = all.map(({ title, work }) => ({
    title,
    task: async (_context: unknown, task: { title: string }) => {
      task.title = await work();
    },
  }));
  await new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { logger: new PlainLines() },
  }).run();
};

/** Does one thing and gives what came of it. @throws what the work throws, after telling it */
export const step = async <Value>(title: string, work: () => Promise<Value>): Promise<Value> => {
  const result = Promise.withResolvers<Value>();
  const told = async (): Promise<string> => {
    await Promise.resolve(work()).then(result.resolve, result.reject);
    return title;
  };
  await together([{ title, work: told }]);
  return result.promise;
};
