import type { Terminal } from './outcome.ts';

/**
 * What stands in the way is on our side of the wire (the request, the credential, a rule): the request ends so.
 * `message` never quotes input that may be secret.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly outcome: Terminal;

  constructor(outcome: Terminal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** A service of ours (AWS) did not answer or refused for now: the message goes back on the queue as `retry/aws-down`. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
