import { type EpochMs, later } from '../../core/epoch.ts';
import { type OverrideItem, overrideKey } from '../../core/ledger/operator-items.ts';
import { updateItem } from '../../core/ledger/update-item.ts';
import type { Deployed } from './connect.ts';

/** What is raised now; `undefined` where nothing is. */
export const raisedNow = (current: OverrideItem | undefined, now: EpochMs): OverrideItem | undefined =>
  current !== undefined && now < current.until ? current : undefined;

/** Lets so many urgent calls leave in an hour beyond what the limit lets through now. */
export const raiseBy = async (
  deployed: Deployed,
  { provider, count, until }: { readonly provider: string; readonly count: number; readonly until: EpochMs },
): Promise<void> => {
  await updateItem<OverrideItem>(deployed, overrideKey(provider), (current) => {
    const before = raisedNow(current, deployed.clock.now());
    return {
      urgent: Math.max(deployed.card.limits.urgent, before?.urgent ?? 0) + count,
      other: before?.other,
      until: later(until, before?.until ?? until),
    };
  });
};
