import type { Receipt } from '../functions/core/receipt.ts';

/** The last probe of a receipt's proof, in milliseconds since the epoch; not a number if it proves nothing. */
export const provedAt = ({ times: { goneAt = '' }, proof }: Pick<Receipt, 'times' | 'proof'>): number =>
  Date.parse(goneAt) + (proof?.spanMs ?? 0);
