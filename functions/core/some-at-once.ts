/**
 * Waits for all running parts, even if one part fails early.
 *
 * @throws what the first failing part threw, after the others have finished
 */
export const allOver = async <T>(parts: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(parts);
  return Promise.all(parts);
};

/** How many reads and sends run at once. */
export const AT_ONCE = 10;

/**
 * Runs a task for each item, some at a time.
 *
 * @throws what the first failing task threw, after the others have finished
 */
export const someAtOnce = async <T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  // A failing worker leaves its share to the others.
  await allOver(Array.from({ length: AT_ONCE }, worker));
};
