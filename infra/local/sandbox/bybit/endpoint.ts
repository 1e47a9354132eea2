import type { Answer, Arrived, View } from '../provider-side.ts';
import type { BybitKey } from './bybit-key.ts';
import type { BybitUnconfirmed } from './unconfirmed.ts';

/** A sub account, which outlives its keys. */
export interface SubMember {
  readonly world: string;
  readonly uid: number;
  readonly parentUid: string;
  readonly username: string;
}

/** An authenticated request, within its limits. */
export interface Call {
  readonly request: Arrived;
  readonly signer: BybitKey;
  readonly view: View<BybitKey>;
  readonly members: readonly SubMember[];
  readonly unconfirmed: BybitUnconfirmed;
  /** The JSON body of a POST, the query of a GET. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly ok: (result: unknown, effect?: Answer<BybitKey>['effect']) => Answer<BybitKey>;
  /** Code 0 is a success without effect. */
  readonly refuse: (retCode: number, detail?: string) => Answer<BybitKey>;
}

/** One endpoint: its cap per second and account, and what it does. */
export interface Endpoint {
  readonly perSecond: number;
  readonly run: (call: Call) => Answer<BybitKey>;
}
