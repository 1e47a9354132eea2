import { randomFrom, whole } from '../chance/random.ts';
import { type CrashOrder, makeOrder } from '../orders/crash-order.ts';
import { RECIPES } from '../orders/recipes.ts';
import { type Scene, START } from './scene.ts';

/** Requests come some seconds apart, as many as the processes here can keep up with. */
const APART_MS = 3_000;

/** In an order of its own for each seed, so that a short run has another part of the recipes each time. */
const shuffled = <T>(all: readonly T[], seed: string): readonly T[] => {
  const random = randomFrom(`${seed} recipes`);
  const left = [...all];
  return all.flatMap(() => left.splice(whole(random, left.length), 1));
};

/** Makes so many orders, and their keys at the providers; the n-th is the same for the same seed and number. */
export const makeOrders = (
  { sandboxes }: Scene,
  { requests, seed }: { readonly requests: number; readonly seed: string },
): readonly CrashOrder[] => {
  const recipes = shuffled(RECIPES, seed);
  const spanMs = requests * APART_MS;
  return Array.from({ length: requests }, (_, index) => index + 1).flatMap((n) => {
    const random = randomFrom(`${seed} order ${n}`);
    const recipe = recipes[(n - 1) % recipes.length];
    return recipe ? [makeOrder({ n, recipe, startAt: START, spanMs, sandboxes, random })] : [];
  });
};
