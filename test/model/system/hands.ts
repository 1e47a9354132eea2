import { type AttendedSandbox, SANDBOX_OF } from '../../../infra/local/sandbox/index.ts';
import type { Cause } from '../rules/outcomes.ts';

/** Something that a person does to a key at the provider, beside removing it and bringing it back. */
export interface Hand {
  readonly name: string;
  readonly cause: Cause;
  act(sandbox: AttendedSandbox, world: string, keyId: string): void;
}

/** By the provider's name: what the model has to know of. */
export const HANDS: Readonly<Record<string, readonly Hand[]>> = Object.fromEntries(
  Object.entries(SANDBOX_OF).map(([provider, { hands }]) => [
    provider,
    hands.flatMap(({ name, act, effect }) => (effect === undefined ? [] : [{ name, act, cause: effect }])),
  ]),
);
