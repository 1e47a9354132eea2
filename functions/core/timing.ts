/** One second, in milliseconds. */
export const SECOND_MS = 1_000;
/** One minute, in milliseconds. */
export const MINUTE_MS = 60 * SECOND_MS;
/** One hour, in milliseconds. */
export const HOUR_MS = 60 * MINUTE_MS;
/** One day of 24 hours, in milliseconds. */
export const DAY_MS = 24 * HOUR_MS;
/** So many sweeps have to be missed in a row before something is wrong with their clock: a late sweep is none that is missed. */
export const MISSED_TICKS = 3;

/** The longest delay of a message that SQS accepts, in seconds. */
export const LONGEST_DELAY_SECONDS = 900;
/** The same in milliseconds. */
export const LONGEST_DELAY_MS = LONGEST_DELAY_SECONDS * SECOND_MS;

/**
 * The durations that have to nest, all in milliseconds: exchanges and spaced probes inside a record's deadline,
 * that inside the function's timeout, and the queue's visibility at least six times the function's timeout.
 */
export const TIMING = {
  /** One HTTP exchange with a provider, from connecting to the last byte. */
  exchangeMs: 5_000,
  /** How long one record may take: the function's timeout minus the time to report. */
  recordMs: 25_000,
  functionTimeoutMs: 30_000,
  /** The visibility timeout of the queues of requests before a record has shortened its own. */
  visibilityMs: 180_000,
  /** How long a message stays hidden past its record's deadline, so that a crash is picked up soon. */
  crashMarginMs: 10_000,
  /** No call leaves if less than this is left of the lease. */
  callMarginMs: 10_000,
  /** The part of the function's remaining time that is kept for reporting a batch. */
  reportMarginMs: 5_000,
  /** The part of a sweep's time that is kept for sending what it found and for the daily pass. */
  sweepMarginMs: MINUTE_MS,
  /** The part of that time for sending. */
  sweepSendMs: 30_000,
  /** How long a key must be gone if nothing else rules out an outage of its provider. */
  outageMs: HOUR_MS,
  /** How long a refusal that may be an outage has to hold before it ends a request. */
  refusedMs: HOUR_MS,
  /** The same for an urgent request. */
  refusedUrgentMs: 15 * MINUTE_MS,
  /** If a key that is gone has no round for longer than this, its absence starts again: the key may have been alive in the meantime. */
  unwatchedMs: 30 * MINUTE_MS,
  /** How far the clocks of two processes may be apart. */
  clocksApartMs: 5_000,
  /** Both queues drop a message after this long. */
  retentionMs: 14 * DAY_MS,
} as const;
