import type { EpochMs } from '../../core/epoch.ts';
import { PAUSE_KEY, type PauseItem } from '../../core/ledger/operator-items.ts';
import { EXIT, Failure } from '../terminal/failure.ts';
import type { Deployed } from './connect.ts';

/** Who holds requests back. */
export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly since: EpochMs;
}

/** @returns `undefined` where requests are not paused */
export const pauseOf = async ({ ledger }: Deployed): Promise<Pause | undefined> => {
  const item = await ledger.read<PauseItem>(PAUSE_KEY);
  return item?.pausedAt === undefined ? undefined : { by: item.by, reason: item.reason, since: item.pausedAt };
};

/** `alex (the provider is migrating)` */
export const whoPaused = ({ by, reason }: Pause): string => `${by} (${reason})`;

/**
 * For what would only wait.
 *
 * @param what completes "Cannot …": `begin`
 * @throws Failure where requests are paused
 */
export const refusePaused = async (deployed: Deployed, what: string): Promise<void> => {
  const pause = await pauseOf(deployed);
  if (pause !== undefined)
    throw new Failure(
      EXIT.failed,
      `Cannot ${what} while requests are paused by ${whoPaused(pause)}: run key-revoker resume first`,
    );
};
