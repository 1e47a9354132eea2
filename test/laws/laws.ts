import type { World } from '../faults/world/world.ts';
import { lies } from './lies.ts';
import { losses } from './losses.ts';
import { trespasses } from './trespasses.ts';

/** Every breach of a law in a world whose requests are over; judged by what the provider recorded, not by what the function says of itself. */
export const breachesIn = (world: World): readonly string[] => [
  ...world.witness.breaches,
  ...lies(world),
  ...losses(world),
  ...trespasses(world),
];
