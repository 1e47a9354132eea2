import { breachesIn } from '../../laws/laws.ts';
import { type Case, type Ran, repeatedly } from './run-case.ts';
import type { World } from './world.ts';

/** What an order may come to that met no more than one fault: what it comes to without, or better. */
export const meantBy = ({ order, reason, fields }: Pick<Case, 'order' | 'reason' | 'fields'>): readonly string[] => {
  const { ends, orElse = [] } = order;
  if (fields?.['dryRun']) return ['planned', ...orElse];
  const wanted = ends[reason];
  return [wanted, 'revoked', ...(wanted === 'revoked' ? ['already-revoked'] : []), ...orElse];
};

/** Outcome and code of every final receipt. */
export const outcomesIn = ({ witness }: World): readonly string[] =>
  witness.receipts
    .filter(({ receipt }) => receipt.final)
    .map(({ receipt: { outcome, code } }) => [outcome, code].filter(Boolean).join('/'));

/**
 * Judges a world whose requests are over, and sends its own once more, as a duplicate.
 *
 * @param allowed what any of them may have come to. @default anything
 */
export const judged = async (name: string, world: World, allowed?: readonly string[]): Promise<Ran> => {
  const breaches = breachesIn(world);
  const outcomes = outcomesIn(world);
  const odd = allowed ? outcomes.filter((outcome) => !allowed.includes(outcome)) : [];
  const ends = [...new Set(odd)].map((outcome) => `L2: ends as ${outcome}`);
  const outcome = outcomes[0] ?? 'none';
  return { name, world, outcome, breaches: [...breaches, ...ends, ...(await repeatedly(world))] };
};
