import type { EpochMs } from './epoch.ts';
import type { ItemKey, Ledger, Versioned } from './ports.ts';

/** Says that an operator has paused the system. The mapping that hands over requests is disabled beside it. */
export interface PauseItem extends Versioned {
  /** Absent once it was resumed. */
  readonly pausedAt?: EpochMs | undefined;
  readonly by: string;
  readonly reason: string;
}

export const PAUSE: ItemKey = { pk: 'control', sk: 'pause' };

/** @returns since when the system is paused; `undefined` where it is not */
export const pausedSince = async ({ ledger }: { readonly ledger: Ledger }): Promise<EpochMs | undefined> =>
  (await ledger.read<PauseItem>(PAUSE))?.pausedAt;
