import type { EpochMs } from '../epoch.ts';
import { updateItem } from '../ledger/update-item.ts';
import type { ItemKey, Ports, Versioned } from '../ports.ts';

/** Where a sweep stopped whose time had run out. */
interface ProgressItem extends Versioned {
  /** Absent where a later one came to the end. */
  readonly next: string | undefined;
  readonly at: EpochMs;
}

const KEY: ItemKey = { pk: 'sweep#progress', sk: 'sweep' };

/** @returns where the listing goes on; `undefined` where it begins */
export const leftOffAt = async ({ ledger }: Pick<Ports, 'ledger'>): Promise<string | undefined> =>
  (await ledger.read<ProgressItem>(KEY))?.next;

/**
 * Notes where the next sweep goes on. Of sweeps that overlap the last one to end has its way: at worst some secrets are read twice, or
 * one round later.
 *
 * @param from where this one began
 */
export const leaveOff = async (
  ports: Pick<Ports, 'ledger' | 'newId' | 'clock'>,
  from: string | undefined,
  next: string | undefined,
): Promise<void> => {
  if (from !== next) await updateItem<ProgressItem>(ports, KEY, () => ({ next, at: ports.clock.now() }));
};
