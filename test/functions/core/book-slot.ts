import { type EpochMs, epochMs } from '../../../functions/core/epoch.ts';
import type { Booked, Booking } from '../../../functions/core/ports.ts';

/** What the ledger does with a booking, for ledgers in memory. @returns the item after it, and what the ledger answers */
export const bookSlot = (
  held: Booked,
  { lane, begins, respects, now, latest, horizon, stepMs }: Booking,
): { readonly item: Booked; readonly said: EpochMs | Booked } => {
  const at = typeof begins === 'string' ? held[begins] : begins;
  const isInTime = typeof begins !== 'string' || (at !== undefined && at > now && at <= latest);
  const bound = typeof begins === 'string' ? (at ?? 0) : now;
  const stands = (name: (typeof respects)[number]): boolean => {
    const until = held[name] ?? 0;
    return name !== begins && until > bound && until <= horizon;
  };
  if (at === undefined || !isInTime || respects.some(stands)) return { item: held, said: held };
  return { item: { ...held, [lane]: epochMs(at + stepMs) }, said: at };
};
