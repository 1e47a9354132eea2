import type { Retry } from './backoff.ts';
import type { FinalOutcome } from './outcome.ts';
import type { Evidence } from './receipt.ts';

/**
 * What stands in the way is on our side of the wire (the request, the credential, a rule): the request ends so.
 * `message` never quotes input that may be secret.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly outcome: FinalOutcome;
  /** What was asked on the way to it. */
  readonly evidence: readonly Evidence[];

  constructor(outcome: FinalOutcome, message: string, evidence: readonly Evidence[] = []) {
    super(message);
    this.outcome = outcome;
    this.evidence = evidence;
  }
}

/** Nothing is settled and nothing can be done in this delivery: the message goes back on the queue. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly retry: Retry;

  constructor(retry: Retry) {
    super(`Cannot go on yet: ${retry.code}`);
    this.retry = retry;
  }
}

/** A service of ours (AWS) did not answer or refused for now: the message goes back on the queue as `retry/aws-down`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
