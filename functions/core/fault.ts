import type { FinalOutcome } from './outcome.ts';
import type { Evidence } from './receipt.ts';

/**
 * The problem is on our side (the request, the credential, a rule): the request ends with this outcome.
 * `message` never quotes input that may be secret.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly outcome: FinalOutcome;
  /** What was asked before it. */
  readonly evidence: readonly Evidence[];

  constructor(outcome: FinalOutcome, message: string, evidence: readonly Evidence[] = []) {
    super(message);
    this.outcome = outcome;
    this.evidence = evidence;
  }
}

/**
 * An AWS service did not answer, refused for now, or denied what belongs to this system itself. The message goes back on the queue as
 * `retry/aws-down`.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  /** The service denied it: only a grant helps. */
  readonly isDenied: boolean;

  constructor(message: string, { isDenied = false }: { readonly isDenied?: boolean } = {}) {
    super(message);
    this.isDenied = isDenied;
  }
}

/** This delivery no longer holds the case: the delivery was paused for longer than its lease, and another one took the case. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
