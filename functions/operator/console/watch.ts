import { after, type Clock, type EpochMs } from '../../core/epoch.ts';
import { SECOND_MS } from '../../core/timing.ts';

/** How often the page is made while a browser follows it. */
const EVERY_MS = 5 * SECOND_MS;

/** What all browsers that show the page share. */
export interface Watch {
  /** The page as it is now, at most five seconds old. */
  latest(): Promise<string>;
  /** Calls back whenever the page has changed. @returns what ends that */
  follow(changed: (page: string) => void): () => void;
}

interface Waiting {
  readonly clock: Pick<Clock, 'now' | 'until'>;
  /** Aborted: nobody is waited for any more. */
  readonly signal: AbortSignal;
}

/**
 * Reads while a browser follows the page, one reading at a time however many do, and nothing while none does.
 *
 * @param read never rejects: what went wrong is a page too
 */
export const watched = (read: () => Promise<string>, { clock, signal }: Waiting): Watch => {
  const followers = new Set<(page: string) => void>();
  let reading: { readonly page: Promise<string>; readonly at: EpochMs; isOver: boolean } | undefined;
  let isRunning = false;
  const latest = (): Promise<string> => {
    const at = clock.now();
    // A reading that takes longer than that is waited for: a second one beside it would slow both.
    if (reading !== undefined && (!reading.isOver || at - reading.at < EVERY_MS)) return reading.page;
    const begun = { page: read(), at, isOver: false };
    void begun.page.then(() => {
      begun.isOver = true;
    });
    reading = begun;
    return begun.page;
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    let shown: string | undefined;
    while (followers.size > 0 && !signal.aborted) {
      const page = await latest();
      if (page !== shown) for (const changed of followers) changed(page);
      shown = page;
      await clock.until(after(clock.now(), EVERY_MS));
    }
    isRunning = false;
  };
  return {
    latest,
    follow: (changed) => {
      followers.add(changed);
      if (!isRunning) void run();
      return () => void followers.delete(changed);
    },
  };
};
