import type { ProviderName } from '../core/operations.ts';
import type { Provider } from '../core/provider.ts';
import { bybit } from './bybit/index.ts';
import { kalshi } from './kalshi/index.ts';
import { requesty } from './requesty/index.ts';

/** Every provider, by its name in a request. */
export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = { bybit, kalshi, requesty };
