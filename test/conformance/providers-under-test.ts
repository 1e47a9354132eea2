import type { KeySettings } from '../../infra/local/sandbox/index.ts';
import { BYBIT_ORDERS } from './bybit-orders.ts';
import { KALSHI_ORDERS } from './kalshi-orders.ts';
import { REQUESTY_ORDERS } from './requesty-orders.ts';
import type { InProcess } from './serve-in-process.ts';

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
  /** The most that an update leaves the key. */
  readonly narrow?: KeySettings;
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
