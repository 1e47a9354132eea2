import type { EpochMs } from '../epoch.ts';
import type { Ledger } from '../ports.ts';
import { PAUSE_KEY, type PauseItem } from './operator-items.ts';

/** @returns since when an operator has paused the system; `undefined` where nobody has */
export const pausedSince = async ({ ledger }: { readonly ledger: Ledger }): Promise<EpochMs | undefined> =>
  (await ledger.read<PauseItem>(PAUSE_KEY))?.pausedAt;
