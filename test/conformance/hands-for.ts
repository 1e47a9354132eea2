import type { Seeded } from './providers-under-test.ts';

/** What every sandbox lets a person do. */
interface WebPage {
  readonly remove: (world: string, keyId: string) => void;
  readonly revive: (world: string, keyId: string) => void;
}

/** What can be done by hand at every provider. */
export const handsFor = (
  page: WebPage,
  { world, target, signer, signsIn }: Readonly<Record<'world' | 'target' | 'signer' | 'signsIn', string>>,
): Seeded['byHand'] => ({
  'deleted by hand': { now: () => page.remove(world, target) },
  'deleted by hand, and made again later': {
    now: () => page.remove(world, target),
    later: () => page.revive(world, target),
  },
  'made again by hand': { now: () => page.revive(world, target), isForDead: true },
  ...(signer === target ? {} : { 'its signer deleted by hand': { now: () => page.remove(signsIn, signer) } }),
});
