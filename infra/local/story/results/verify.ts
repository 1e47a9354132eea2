import type { Receipt } from '../../../../functions/core/receipt.ts';
import type { Chapter } from '../chapters/chapter.ts';
import { readStuck } from '../stage/read-stuck.ts';
import type { Stage } from '../stage/stage.ts';
import { digestOf } from '../stage/watch-receipts.ts';
import { differences } from './differences.ts';
import { resultOf } from './result-of.ts';
import { strayChanges, strayReceipts } from './strays.ts';

/**
 * Holds every chapter against its receipts, the stuck queue and the provider's own record.
 *
 * @returns a sentence for each difference, none where all is as the story expects
 */
export const verify = async (
  { clients, outputs, sandboxes }: Stage,
  chapters: readonly Chapter[],
  receipts: readonly Receipt[],
): Promise<readonly string[]> => {
  const stuck = await readStuck({ clients, outputs });
  const found = chapters.flatMap((chapter) => {
    const digest = digestOf(chapter.keyId);
    const own = receipts.filter(({ key, final }) => final && key?.digest === digest);
    return own.flatMap((receipt) =>
      differences(chapter, resultOf(chapter, receipt, sandboxes[chapter.provider], stuck)),
    );
  });
  return [...found, ...strayReceipts(receipts, chapters), ...strayChanges(sandboxes, chapters)];
};
