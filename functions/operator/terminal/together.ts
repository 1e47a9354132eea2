import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import { AT_ONCE } from '../../core/some-at-once.ts';
import type { Terminal } from './terminal.ts';

/** One thing of many that a command does. */
export interface Doing<Value> {
  readonly title: string;
  readonly work: () => Promise<Value>;
  /** The title once it is done. @default the title */
  readonly end?: (value: Value) => string;
}

/** The library asks whether the output of the process is a terminal; ours goes beside it. */
class LiveRenderer extends DefaultRenderer {
  static override readonly nonTTY = true;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Does all of it, some at once; what fails keeps nothing else from being done. In a terminal each has a line that moves until all are
 * over, elsewhere each is told once it is over.
 *
 * @returns what came of each; `undefined` for one that failed, whose reason was told
 */
export const together = async <Value>(
  terminal: Terminal,
  all: readonly Doing<Value>[],
): Promise<readonly (Value | undefined)[]> => {
  const results = new Map<number, Value>();
  const failures: string[] = [];
  const { live } = terminal;
  const tasks = all.map(({ title, work, end = () => title }, index) => ({
    title,
    task: async (_context: unknown, task: { title: string }) => {
      try {
        const value = await work();
        results.set(index, value);
        task.title = end(value);
        if (live === undefined) terminal.tell(`✔ ${task.title}`);
      } catch (error) {
        task.title = `${title}: ${messageOf(error)}`;
        if (live === undefined) terminal.tell(`✖ ${task.title}`);
        else failures.push(`✖ ${task.title}`);
        throw error;
      }
    },
  }));
  const options = { concurrent: AT_ONCE, exitOnError: false, registerSignalListeners: false } as const;
  const telling =
    live === undefined
      ? new Listr(tasks, { ...options, renderer: 'silent' })
      : new Listr(tasks, {
          ...options,
          renderer: LiveRenderer,
          rendererOptions: {
            showErrorMessage: false,
            clearOutput: true,
            logger: new ListrLogger({ processOutput: new ProcessOutput(live, live) }),
          },
        });
  terminal.show();
  await telling.run();
  for (const failure of failures) terminal.tell(failure);
  return all.map((_one, index) => results.get(index));
};
