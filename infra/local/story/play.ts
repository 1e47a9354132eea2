import type { Receipt } from '../../../functions/core/receipt.ts';
import { SANDBOX_NAMES, type Sandboxes } from '../sandbox/index.ts';
import type { Chapter } from './chapters/chapter.ts';
import { chaptersAt } from './chapters/chapters-at.ts';
import { step, together } from './progress.ts';
import { revokedIn, seconds } from './results/receipt-table.ts';
import { outcomeOf } from './results/result-of.ts';
import { verify } from './results/verify.ts';
import { sendRequest, store } from './stage/send-request.ts';
import { openStage, type Stage, type StageOptions } from './stage/stage.ts';
import { unlessAborted } from './stage/unless-aborted.ts';
import { type Receipts, watchReceipts } from './stage/watch-receipts.ts';

/** How a story went. */
export interface Played {
  /** Final receipts, in the order of the chapters. */
  readonly receipts: readonly Receipt[];
  /** Sentences, none where all is as expected. */
  readonly differences: readonly string[];
}

const chaptersOn = (sandboxes: Sandboxes): readonly Chapter[] =>
  SANDBOX_NAMES.flatMap((provider) => chaptersAt(provider, sandboxes[provider]));

const titleOf = ({ provider, operation, how }: Chapter): string => `${`${provider}/${operation}`.padEnd(23)} ${how}`;

/** @throws Error where it is not the outcome that the chapter expects */
const endOf = (chapter: Chapter, receipt: Receipt): string => {
  const ms = revokedIn(receipt);
  const { outcome: wanted } = chapter.expected;
  if (outcomeOf(receipt) !== wanted) throw new Error(`ended ${outcomeOf(receipt)}, expected ${wanted}`);
  return `${titleOf(chapter)}: ${receipt.outcome}${ms === null ? '' : ` in ${seconds(ms)}`}`;
};

const tell = async (
  stage: Stage,
  receipts: Receipts,
  chapters: readonly Chapter[],
  signal: AbortSignal,
): Promise<Played> => {
  await step(`${chapters.length} credentials stored in Secrets Manager`, () =>
    Promise.all(chapters.map(({ provider, stored }) => store(stage, provider, stored))),
  );
  const ended = await together(
    chapters.map((chapter) => ({
      title: titleOf(chapter),
      work: async () => {
        await sendRequest(stage, chapter);
        return unlessAborted(receipts.final(chapter.keyId), signal);
      },
      end: (receipt: Receipt) => endOf(chapter, receipt),
    })),
  );
  return { receipts: ended, differences: await verify(stage, chapters, receipts.all()) };
};

/**
 * Plays the story on a stage of its own, tells how it goes, and leaves nothing running.
 *
 * @throws the signal's reason where it is aborted first
 */
export const play = async (signal: AbortSignal, onLine: NonNullable<StageOptions['onLine']>): Promise<Played> => {
  const stage = await step('The stack as synthesized, on emulated AWS; one sandbox per provider', () =>
    openStage({ onLine, signal }),
  );
  try {
    const receipts = await watchReceipts(stage);
    try {
      return await tell(stage, receipts, chaptersOn(stage.sandboxes), signal);
    } finally {
      await receipts.close();
    }
  } finally {
    await stage.close();
  }
};
