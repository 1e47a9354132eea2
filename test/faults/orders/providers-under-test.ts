import { BYBIT_ORDERS } from './bybit-orders.ts';
import { KALSHI_ORDERS } from './kalshi-orders.ts';
import type { OrderUnderTest } from './order-under-test.ts';
import { REQUESTY_ORDERS } from './requesty-orders.ts';

/** Every provider with every way to ask for each of its operations. A provider that is listed here is under test. */
export const PROVIDERS_UNDER_TEST: Readonly<Record<string, readonly OrderUnderTest[]>> = {
  bybit: BYBIT_ORDERS,
  kalshi: KALSHI_ORDERS,
  requesty: REQUESTY_ORDERS,
};
