import { PAUSE_KEY, type PauseItem } from '../core/operator-items.ts';
import type { Deployed } from './connect.ts';
import { EXIT, Failure } from './failure.ts';

/** @returns who has paused requests and why, as `alex (the provider is migrating)`; `undefined` where they are not paused */
export const pausedBy = async ({ ledger }: Deployed): Promise<string | undefined> => {
  const paused = await ledger.read<PauseItem>(PAUSE_KEY);
  return paused?.pausedAt === undefined ? undefined : `${paused.by} (${paused.reason})`;
};

/**
 * For what would only wait.
 *
 * @param what completes "Cannot …": `begin`
 * @throws Failure where requests are paused
 */
export const refusePaused = async (deployed: Deployed, what: string): Promise<void> => {
  const by = await pausedBy(deployed);
  if (by !== undefined)
    throw new Failure(EXIT.failed, `Cannot ${what} while requests are paused by ${by}: resume first`);
};
