import type { EpochMs } from '../epoch.ts';
import type { ItemKey, Versioned } from '../ports.ts';

/** The secrets that the last sweep found tagged as control keys of one provider. */
export interface ControlSecretsItem extends Versioned {
  readonly arns: readonly string[];
}

/** More control keys of one provider than this are not asked. */
export const MOST_CONTROLS = 20;

export const controlSecretsKey = (provider: string): ItemKey => ({ pk: 'sweep#controls', sk: provider });

/** How its provider answered a control key. */
export interface ControlKeyItem extends Versioned {
  /** Names the key that the secret held then. */
  readonly keyName: string;
  readonly acceptedAt?: EpochMs | undefined;
  /** Since when each answer has been a refusal. */
  readonly refusedSince?: EpochMs | undefined;
}

export const controlKeyKey = (arn: string): ItemKey => ({ pk: `control-key#${arn}`, sk: 'control-key' });

/** A key has few control keys. The oldest one gives way. */
const MOST_LINKED = 5;

/** The control keys of a key's account, with one more. */
export const withControl = (controls: readonly string[] = [], keyName: string): readonly string[] =>
  [...controls.filter((other) => other !== keyName), keyName].slice(-MOST_LINKED);
