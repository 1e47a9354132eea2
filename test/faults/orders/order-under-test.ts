import type { RequestFacts } from '../../laws/scene.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';

/** A person changes a key in the provider's web console. */
export interface Hand {
  readonly now: () => void;
  /** What is done to it some deliveries later. */
  readonly later?: () => void;
  /** Nothing would change before the key is dead. */
  readonly isForDead?: boolean;
  /** What an order may come to then. */
  readonly orElse?: readonly string[];
}

/** A request with the keys and secrets that it is about. */
export interface Seeded extends RequestFacts {
  /** Credentials by the name of their secret. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** By the name of a secret, the credential of another key that does as much. */
  readonly rotated: Readonly<Record<string, unknown>>;
  /** What may happen to these keys, by how it is called. */
  readonly byHand: Readonly<Record<string, Hand>>;
}

/** One operation by one kind of signer. */
export interface OrderUnderTest {
  readonly name: string;
  /** What it comes to where nothing goes wrong, by the request's reason: the outcome, with its code. */
  readonly ends: Readonly<Record<'leaked' | 'manual', string>>;
  /** What it may come to as well where a single reply was lost or lied. */
  readonly orElse?: readonly string[];
  /** Signing takes so long that each fault is met only once. */
  readonly isCostly?: boolean;
  /** Opens the provider's side with the keys in it. */
  readonly seed: (now: () => number) => Promise<{ readonly sandbox: InProcess; readonly seeded: Seeded }>;
}
