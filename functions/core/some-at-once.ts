/** Reads and sends under way at once. */
export const AT_ONCE = 10;

/**
 * Runs a task for each item, some at a time.
 *
 * @throws what the first failing task threw, after the others have come to their end
 */
export const someAtOnce = async <T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  // Every worker comes to its end: one that fails leaves its share to the others.
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
};
