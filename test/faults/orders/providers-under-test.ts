import { forEachSandbox, type SandboxName } from '../../../infra/local/sandbox/index.ts';
import type { OrderUnderTest } from './order-under-test.ts';
import { ordersAt } from './orders-at.ts';

/** Every provider with every way to ask for each of its operations. */
export const PROVIDERS_UNDER_TEST: Readonly<Record<SandboxName, readonly OrderUnderTest[]>> = forEachSandbox(ordersAt);
