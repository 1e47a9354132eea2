import { type BybitOptions, type BybitSandbox, startBybit } from './bybit/start-bybit.ts';
import { type KalshiOptions, type KalshiSandbox, startKalshi } from './kalshi/start-kalshi.ts';
import { type RequestyOptions, type RequestySandbox, startRequesty } from './requesty/start-requesty.ts';

export type { BybitOptions, BybitSandbox } from './bybit/start-bybit.ts';
export type { Change, Exchange, KeySettings } from './exchange.ts';
export type { Fault, FaultMatch, FaultScript, Faults } from './faults.ts';
export type { KalshiOptions, KalshiSandbox } from './kalshi/start-kalshi.ts';
export type { RequestyOptions, RequestySandbox } from './requesty/start-requesty.ts';
export type { Sandbox, SandboxOptions } from './serve-provider.ts';

interface Sandboxes {
  readonly bybit: { readonly options: BybitOptions; readonly sandbox: BybitSandbox };
  readonly kalshi: { readonly options: KalshiOptions; readonly sandbox: KalshiSandbox };
  readonly requesty: { readonly options: RequestyOptions; readonly sandbox: RequestySandbox };
}

const START: {
  readonly [P in keyof Sandboxes]: (options?: Sandboxes[P]['options']) => Promise<Sandboxes[P]['sandbox']>;
} = { bybit: startBybit, kalshi: startKalshi, requesty: startRequesty };

/** Starts one provider's side on a loopback port. Close it when done. */
export const startSandbox = <P extends keyof Sandboxes>(
  provider: P,
  options?: Sandboxes[P]['options'],
): Promise<Sandboxes[P]['sandbox']> => START[provider](options);
