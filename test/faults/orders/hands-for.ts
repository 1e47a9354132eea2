import type { Seeded } from './order-under-test.ts';

/** What every sandbox lets a person do. */
interface WebPage {
  readonly remove: (world: string, keyId: string) => void;
  readonly revive: (world: string, keyId: string) => void;
}

/** The last two: of a managing key that names itself and cannot tell its id any more, and of an update, which sends no delete to find out. */
const GONE = ['already-revoked', 'stuck/not-recognised', 'stuck/credential-refused', 'stuck/unproven'];

/** What can be done by hand at every provider. */
export const handsFor = (
  page: WebPage,
  { world, target, signer, signsIn }: Readonly<Record<'world' | 'target' | 'signer' | 'signsIn', string>>,
): Seeded['byHand'] => ({
  'deleted by hand': { now: () => page.remove(world, target), orElse: GONE },
  'deleted by hand, and made again later': {
    now: () => page.remove(world, target),
    later: () => page.revive(world, target),
    orElse: GONE,
  },
  'made again by hand': { now: () => page.revive(world, target), isForDead: true },
  ...(signer === target
    ? {}
    : {
        'its signer deleted by hand': { now: () => page.remove(signsIn, signer), orElse: ['stuck/credential-refused'] },
      }),
});
