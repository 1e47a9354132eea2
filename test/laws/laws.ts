import type { Evidence } from './evidence.ts';
import { lies } from './lies.ts';
import { losses } from './losses.ts';
import { trespasses } from './trespasses.ts';

/** Every breach of a law in a run whose requests are over; judged by what the provider recorded, not by what the function says of itself. */
export const breachesIn = (evidence: Evidence): readonly string[] => [
  ...evidence.witness.breaches,
  ...lies(evidence),
  ...losses(evidence),
  ...trespasses(evidence),
];
