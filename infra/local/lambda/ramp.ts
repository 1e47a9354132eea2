/** The batches that Lambda starts at once when messages come to stand on a queue. */
export const AT_FIRST = 5;

/** The batches that it adds in each second from then on, up to the limit of the mapping: up to 300 in each minute. */
const PER_SECOND = 5;

/**
 * How many batches of one mapping may be at work
 * (docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
 *
 * @param busyMs since there was nothing to do
 * @param most the limit of the mapping
 */
export const rampedTo = (busyMs: number, most: number): number =>
  Math.min(most, AT_FIRST + Math.floor(busyMs / 1_000) * PER_SECOND);
