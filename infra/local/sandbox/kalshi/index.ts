import type { ProviderSandbox } from '../cast.ts';
import { cast } from './cast.ts';
import { hands } from './hands.ts';
import { type KalshiOptions, type KalshiSandbox, startKalshi } from './start-kalshi.ts';

export const kalshi: ProviderSandbox<KalshiOptions, KalshiSandbox> = {
  title: 'Kalshi',
  side: startKalshi,
  cast,
  hands,
};
