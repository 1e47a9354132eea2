import type { Retry } from '../backoff.ts';
import { Fault, LeaseLost, Unavailable } from '../fault.ts';
import type { FinalOutcome } from '../outcome.ts';
import type { Evidence } from '../receipt.ts';
import type { AttemptRecord } from './case-item.ts';
import type { Planned } from './request-item.ts';

/** The request ends with this outcome. */
export interface AttemptEnded {
  readonly hasEnded: true;
  readonly outcome: FinalOutcome;
  /** The details of this end. */
  readonly why: string;
  /** What was asked outside the case's own rounds. */
  readonly evidence: readonly Evidence[];
  /** Another key was accepted in the same round, so no outage explains this end. */
  readonly isToldApart?: true;
  /** Of a dry run: what a real request would do. */
  readonly plan?: Planned;
  /** Of a dry run, which writes no record: what its receipt shows. */
  readonly record?: AttemptRecord;
}

/** The message goes back on the queue. */
export interface AttemptWaiting extends Retry {
  readonly hasEnded: false;
  /** What an AWS service did not do, for the log. */
  readonly problem?: string;
}

/** How far a delivery came with a request. */
export type AttemptResult = AttemptEnded | AttemptWaiting;

export const attemptEnded = (outcome: FinalOutcome, why = '', evidence: readonly Evidence[] = []): AttemptEnded => ({
  hasEnded: true,
  outcome,
  why,
  evidence,
});

export const attemptWaiting = ({ code, notBefore, fallbackCode }: Retry): AttemptWaiting => ({
  hasEnded: false,
  code,
  notBefore,
  fallbackCode,
});

/**
 * What a thrown error means for the request. Only this function distinguishes errors.
 *
 * @throws the error itself if it is a defect of ours: the message comes back by itself
 */
export const asResult = (error: unknown): AttemptResult => {
  if (error instanceof Fault) return attemptEnded(error.outcome, error.message, error.evidence);
  if (error instanceof LeaseLost) return attemptWaiting({ code: 'in-progress' });
  if (error instanceof Unavailable) return { ...attemptWaiting({ code: 'aws-down' }), problem: error.message };
  throw error;
};
