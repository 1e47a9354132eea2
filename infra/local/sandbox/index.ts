import type { BybitOptions, BybitSandbox } from './bybit/bybit-sandbox.ts';
import { startBybit } from './bybit/start-bybit.ts';
import { type KalshiOptions, type KalshiSandbox, startKalshi } from './kalshi/start-kalshi.ts';
import { type RequestyOptions, type RequestySandbox, startRequesty } from './requesty/start-requesty.ts';

export type { BybitOptions, BybitSandbox, MasterSeed, ShownKey, SubSeed } from './bybit/bybit-sandbox.ts';
export type { BybitUnconfirmed } from './bybit/unconfirmed.ts';
export type { Change, Exchange, KeySettings } from './exchange.ts';
export { FAULT_TABLE, type FaultRow } from './fault-table.ts';
export type { Fault, FaultMatch, FaultScript, Faults } from './faults.ts';
export type { KalshiUnconfirmed } from './kalshi/kalshi-key.ts';
export type { KalshiAccountSeed, KalshiOptions, KalshiSandbox, KalshiSeed } from './kalshi/start-kalshi.ts';
export type { RequestyUnconfirmed } from './requesty/requesty-key.ts';
export type {
  RequestyOptions,
  RequestyOrganisationSeed,
  RequestySandbox,
  RequestySeed,
} from './requesty/start-requesty.ts';
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
