import { providerNamed } from '../../../functions/core/provider.ts';
import * as PROVIDERS from '../../../functions/providers/index.ts';
import type { OrderUnderTest } from '../../faults/orders/order-under-test.ts';
import { PROVIDERS_UNDER_TEST } from '../../faults/orders/providers-under-test.ts';
import type { Draw } from '../life/draw.ts';
import type { Sickness } from '../life/stage.ts';

/** One kind of world. */
export interface Kind {
  readonly name: string;
  /** What is asked for in such a world. */
  readonly orders: readonly OrderUnderTest[];
  /** What is wrong, drawn by chance. A sickness remembers what it did: each world has its own. */
  readonly draw: (draw: Draw) => Sickness;
  /** So many requests come in each world. @default 1 */
  readonly requests?: number;
}

/** Signing takes so long at some that thousands of worlds would take hours. */
export const ALL = Object.values(PROVIDERS_UNDER_TEST)
  .flat()
  .filter(({ isCostly }) => !isCostly);

/** A key that lacks a permission is given up at once, whatever else is wrong. */
const named = (part: RegExp): readonly OrderUnderTest[] =>
  ALL.filter(({ name }) => part.test(name) && !name.includes('without permission'));

export const DELETES = named(/\/delete-/);
export const UPDATES = named(/\/update-/);
/** The key signs for itself. */
export const BY_ITSELF = named(/by itself|names itself/);
/** Another key signs for the key that is to be deleted. */
export const BY_MANAGER = named(/\/delete-.* (by its master|by a managing key)/);
/**
 * The credential does not name its key: the provider is asked for the key's identifier. Bybit is asked only if the lengths in the credential
 * do not tell the identifier from the secret.
 */
export const ASKS_FOR_ITSELF = named(/by itself|names itself|with its secret/).filter(({ name }) => {
  const [provider = ''] = name.split('/');
  const isAsked = providerNamed(PROVIDERS, provider)?.identify !== undefined;
  return isAsked && (provider !== 'bybit' || name.includes('like a key'));
});
