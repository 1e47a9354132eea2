import type { KeySettings } from '../../../infra/local/sandbox/index.ts';
import type { InProcess } from '../simulated/serve-in-process.ts';
import { BYBIT_ORDERS } from './bybit-orders.ts';
import { KALSHI_ORDERS } from './kalshi-orders.ts';
import { REQUESTY_ORDERS } from './requesty-orders.ts';

/** Somebody changes a key in the provider's web page. */
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
export interface Seeded {
  /** Credentials by the name of their secret. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>>;
  /** Where the target lives at the provider. */
  readonly world: string;
  readonly target: string;
  /** The key that signs the call. */
  readonly signer: string;
  /** Keys that may sign as well, once the signer's secret was rotated to one of them. */
  readonly otherSigners?: readonly string[];
  /** What a key may do, where that can be changed. */
  readonly settings?: (world: string, keyId: string) => KeySettings;
  /** The most that an update leaves the key. */
  readonly narrow?: KeySettings;
  /** By the name of a secret, the credential of another key that does as much. */
  readonly rotated: Readonly<Record<string, unknown>>;
  /** What may happen to these keys, by how it is called. */
  readonly byHand: Readonly<Record<string, Hand>>;
  /** How long after its sending an update may land, in milliseconds. */
  readonly landsWithinMs: number;
}

/** One operation by one kind of signer. */
export interface OrderUnderTest {
  readonly name: string;
  /** What it comes to where nothing goes wrong, by the request's reason: the outcome, with its code. */
  readonly ends: Readonly<Record<'leaked' | 'manual', string>>;
  /** What it may come to as well where a single reply was lost or lied. */
  readonly orElse?: readonly string[];
  /** Signing takes so long that each fault is met once alone. */
  readonly isCostly?: boolean;
  /** Opens the provider's side with the keys in it. */
  readonly seed: (now: () => number) => Promise<{ readonly sandbox: InProcess; readonly seeded: Seeded }>;
}

/** Every provider with every way to ask for each of its operations. A provider that is listed here is under test. */
export const PROVIDERS_UNDER_TEST: Readonly<Record<string, readonly OrderUnderTest[]>> = {
  bybit: BYBIT_ORDERS,
  kalshi: KALSHI_ORDERS,
  requesty: REQUESTY_ORDERS,
};
