import type { Receipt } from '../../../functions/core/receipt.ts';
import type { Chapter } from './chapter.ts';
import { differences } from './differences.ts';
import { readStuck } from './read-stuck.ts';
import { outcomeOf, resultOf } from './result-of.ts';
import type { Sandboxes, Stage } from './stage.ts';
import { digestOf } from './watch-receipts.ts';

const PROVIDERS = ['bybit', 'kalshi', 'requesty'] as const;

/** What happened at the providers although no chapter is about it: no key but those of the story may be touched. */
const strayChanges = (sandboxes: Sandboxes, chapters: readonly Chapter[]): readonly string[] =>
  PROVIDERS.flatMap((provider) => {
    const told = new Set(
      chapters.filter((each) => each.provider === provider).map(({ world, keyId }) => world + keyId),
    );
    const stray = sandboxes[provider].applied().filter(({ world, keyId }) => !told.has(world + keyId));
    return stray.map(
      ({ kind, keyId }) => `Cannot explain that key ${keyId} at ${provider} was ${kind}, wanted it untouched`,
    );
  });

const strayReceipts = (receipts: readonly Receipt[], chapters: readonly Chapter[]): readonly string[] => {
  const told = new Set(chapters.map(({ keyId }) => digestOf(keyId)));
  const stray = receipts.filter(({ key, final }) => !final || !told.has(key?.digest ?? ''));
  return stray.map(
    (receipt) =>
      `Cannot explain receipt ${receipt.receiptId} (${outcomeOf(receipt)}), wanted none but those of the story`,
  );
};

/**
 * Holds every chapter against its receipt, the stuck queue and the provider's own record.
 *
 * @returns a sentence for each difference, none where all is as the story expects
 */
export const verify = async (
  stage: Stage,
  chapters: readonly Chapter[],
  receipts: readonly Receipt[],
): Promise<readonly string[]> => {
  const stuck = await readStuck(stage);
  const told = chapters.flatMap((chapter) => {
    const own = receipts.filter(({ key, final }) => final && key?.digest === digestOf(chapter.keyId));
    return own.flatMap((receipt) =>
      differences(chapter, resultOf(chapter, receipt, stage.sandboxes[chapter.provider], stuck)),
    );
  });
  return [...told, ...strayReceipts(receipts, chapters), ...strayChanges(stage.sandboxes, chapters)];
};
