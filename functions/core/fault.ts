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

/** A service of ours (AWS) did not answer or refused for now: the message goes back on the queue as `retry/aws-down`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** This delivery no longer holds the case: the delivery was paused for longer than its lease, and another one took the case. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
