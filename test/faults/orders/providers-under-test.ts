import { SANDBOX_NAMES } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from './order-under-test.ts';
import { ordersAt } from './orders-at.ts';

/** Every provider with every way to ask for each of its operations. */
export const PROVIDERS_UNDER_TEST: Readonly<Record<string, readonly OrderUnderTest[]>> = Object.fromEntries(
  SANDBOX_NAMES.map((name) => [name, ordersAt(name)]),
);
