import type { Receipt } from '../../../../functions/core/receipt.ts';
import type { ProviderName } from '../../../key-revocation-props.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import type { Chapter } from '../chapters/chapter.ts';
import { digestOf } from '../stage/watch-receipts.ts';
import { outcomeOf } from './result-of.ts';

type Told = readonly Pick<Chapter, 'provider' | 'world' | 'keyId'>[];

/** A sentence for each change at a provider to a key that no chapter is about: such keys have to be left alone. */
export const strayChanges = (
  providers: Readonly<Record<ProviderName, Pick<Sandbox, 'applied'>>>,
  chapters: Told,
): readonly string[] =>
  Object.entries(providers).flatMap(([provider, { applied }]) => {
    const isTold = (world: string, keyId: string): boolean =>
      chapters.some((each) => each.provider === provider && each.world === world && each.keyId === keyId);
    const stray = applied().filter(({ world, keyId }) => !isTold(world, keyId));
    return stray.map(
      ({ kind, keyId }) =>
        `Cannot explain that key ${keyId} at ${provider} was ${kind}: the story does not touch that key`,
    );
  });

/** A sentence for each receipt that is of no chapter, or of one that was not over or found a dead key alive. */
export const strayReceipts = (receipts: readonly Receipt[], chapters: Told): readonly string[] => {
  const told = new Set(chapters.map(({ keyId }) => digestOf(keyId)));
  const stray = receipts.filter(({ key, final }) => !final || !told.has(key?.digest ?? ''));
  return stray.map(
    (receipt) => `Cannot explain receipt ${receipt.receiptId} (${outcomeOf(receipt)}): it is not part of the story`,
  );
};
