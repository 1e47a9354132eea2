/** One second, in milliseconds. */
export const SECOND_MS = 1_000;
/** One minute, in milliseconds. */
export const MINUTE_MS = 60 * SECOND_MS;
/** One hour, in milliseconds. */
export const HOUR_MS = 60 * MINUTE_MS;
/** One day of 24 hours, in milliseconds. */
export const DAY_MS = 24 * HOUR_MS;
/** The longest delay of a message that SQS takes, in seconds. */
export const LONGEST_DELAY_SECONDS = 900;

/**
 * The durations that have to nest, all in milliseconds: exchanges and spaced probes inside a record's deadline,
 * that inside the function's timeout, and the queue's visibility at least six times the function's timeout.
 */
export const TIMING = {
  /** One HTTP exchange with a provider, from connecting to the last byte. */
  exchangeMs: 5_000,
  /** What one record may take from its start; the function's own timeout less what is needed to report. */
  recordMs: 25_000,
  functionTimeoutMs: 30_000,
  /** The requests queue's visibility timeout before a record has shortened its own. */
  visibilityMs: 180_000,
  /** How long a message stays hidden past its record's deadline, so that a crash is picked up soon. */
  crashMarginMs: 10_000,
  /** No call leaves when less than this is left of the lease. */
  callMarginMs: 10_000,
  /** What is kept of the function's remaining time for reporting a batch. */
  reportMarginMs: 5_000,
  /** What is kept of a sweep's time for sending what it found and for the daily look after the cases. */
  sweepMarginMs: MINUTE_MS,
  /** What of that may go by in sending. */
  sweepSendMs: 30_000,
  /** So long a key has to be gone where nothing tells its death from an outage of its provider. */
  outageMs: HOUR_MS,
  /** Longer without a round at a key that is gone, and its absence starts again: nobody knows what the key did meanwhile. */
  unwatchedMs: 30 * MINUTE_MS,
  /** Both queues forget a message after this long. */
  retentionMs: 14 * DAY_MS,
} as const;
