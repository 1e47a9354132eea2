import type { ProviderSandbox } from '../cast.ts';
import type { BybitOptions, BybitSandbox } from './bybit-sandbox.ts';
import { cast } from './cast.ts';
import { hands } from './hands.ts';
import { startBybit } from './start-bybit.ts';

export const bybit: ProviderSandbox<BybitOptions, BybitSandbox> = { title: 'Bybit', side: startBybit, cast, hands };
