import * as z from 'zod';

const Failures = z.array(z.object({ itemIdentifier: z.string().min(1) }));
const Response = z.object({ batchItemFailures: Failures.nullish() }).nullish();

/**
 * Which records of a batch failed, by message id (Lambda developer guide, "Reporting batch item failures for SQS"): an empty
 * or missing answer or list means none, and an answer that cannot be read, or that names an unknown record, means all.
 */
export const failedRecords = (response: unknown, ids: readonly string[]): readonly string[] => {
  const parsed = Response.safeParse(response);
  if (!parsed.success) return ids;
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => ids.includes(id)) ? failed : ids;
};
