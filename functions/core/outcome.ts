/**
 * Every code is part of the contract: alarms, runbooks and users' scripts match on it. The lists are closed. A new code also needs its
 * sentence (receipts/sentences.ts), its row in docs/outcomes.md in this order, a word on whether another key helps
 * (operator/commands/stuck/next-lines.ts), and its place in the model (test/model/rules/outcomes.ts).
 */
export const STUCK = [
  'permission-missing',
  'ip-not-allowed',
  'credential-refused',
  'credential-missing',
  'access-denied',
  'not-recognised',
  'wrong-environment',
  'wrong-account',
  'expired-renewable',
  'only-in-web-ui',
  'region-refused',
  'account-restricted',
  'attestation-lapsed',
  'request-rejected',
  'signer-gone',
  'no-effect',
  'limit',
  'unproven',
] as const;

export const REFUSED = [
  'malformed',
  'secret-in-message',
  'outside-prefix',
  'credential-unreadable',
  'target-missing',
  'target-mismatch',
  'wrong-signer',
  'would-widen',
  'would-become-undeletable',
  'would-blind',
  'request-id-reused',
  'tag-unreadable',
  'version-not-meant',
  'environment-mismatch',
  'provider-off',
  'too-far',
] as const;

export const RETRY = [
  'no-reply',
  'rate-limited',
  'provider-down',
  'aws-down',
  'clock-skew',
  'unrecognised',
  'not-yet-proved',
  'in-progress',
  'signer-still-needed',
  'limit',
  'early',
  'paused',
  'refused-for-now',
] as const;

/** Why a key that is gone, or restricted, could not be confirmed so. */
export const UNCONFIRMED_CODES = [
  'no-control',
  'no-answer',
  'signer-gone',
  'credential-missing',
  'access-denied',
  'still-flapping',
] as const;

export type UnconfirmedCode = (typeof UNCONFIRMED_CODES)[number];
export type StuckCode = (typeof STUCK)[number];
export type RefusedCode = (typeof REFUSED)[number];
export type RetryCode = (typeof RETRY)[number];

/** An end that leaves its key for a person. */
export type StuckOutcome = `stuck/${StuckCode}`;

/** The outcome of a request that has ended. */
export type FinalOutcome =
  | 'revoked'
  | 'already-revoked'
  | 'restricted'
  | 'planned'
  | 'withdrawn'
  | StuckOutcome
  | `refused/${RefusedCode}`;

export type OutcomeName =
  | 'revoked'
  | 'already-revoked'
  | 'restricted'
  | 'planned'
  | 'withdrawn'
  | 'refused'
  | 'stuck'
  | 'retry'
  | 'confirmed'
  | 'unconfirmed'
  | 'resurrected'
  | 'widened';

/** What is found out about a key whose request has ended. */
export type FindingOutcome = 'confirmed' | 'resurrected' | 'widened' | `unconfirmed/${UnconfirmedCode}`;

/**
 * What a receipt says of the key. `gone`: the provider does not know it any more. `dead`: gone, and it stayed gone through the provider's
 * settle window.
 */
export type KeyState = 'gone' | 'dead' | 'alive' | 'expired' | 'unknown';

/** Splits `stuck/limit` into its name and its code. The code is `null` for an outcome without one. */
export const nameAndCode = (
  outcome: FinalOutcome | `retry/${RetryCode}` | FindingOutcome,
): { name: OutcomeName; code: string | null } => {
  const [name, code] = outcome.split('/') as [OutcomeName, string | undefined];
  return { name, code: code ?? null };
};

/** The code of a stuck outcome; `undefined` for any other. */
export const stuckCodeOf = (outcome: FinalOutcome | undefined): StuckCode | undefined =>
  STUCK.find((code) => outcome === `stuck/${code}`);

/** Only these two say that the key is gone. Every other end is copied to the stuck queue, or leaves the key as it was. */
export const isGone = (outcome: FinalOutcome): boolean => outcome === 'revoked' || outcome === 'already-revoked';

/** Whether the end has to hold while the provider's nodes may still disagree. */
export const hasToHold = (outcome: FinalOutcome): boolean => isGone(outcome) || outcome === 'restricted';

/** Whether a person has to look: the request ended, but not as asked. */
export const needsPerson = (outcome: FinalOutcome): outcome is `stuck/${StuckCode}` | `refused/${RefusedCode}` =>
  outcome.startsWith('stuck/') || outcome.startsWith('refused/');

/** `outage`: an outage in which a provider refuses every key looks the same. `grant`: AWS takes some minutes to apply a new grant. */
export type PassesBy = 'outage' | 'grant';

/** Ends that may pass by themselves, and why: all of them are stuck. They have to hold for a time before they are final. */
const PASSING: Readonly<Partial<Record<FinalOutcome, PassesBy>>> = {
  'stuck/not-recognised': 'outage',
  'stuck/credential-refused': 'outage',
  'stuck/signer-gone': 'outage',
  'stuck/access-denied': 'grant',
};

/** Why an end may pass by itself; `undefined` if the end is final at once. */
export const passesBy = (outcome: FinalOutcome): PassesBy | undefined => PASSING[outcome];

/** Whether an end may only be an outage of the provider. */
export const mayBeOutage = (outcome: FinalOutcome): boolean => passesBy(outcome) === 'outage';
