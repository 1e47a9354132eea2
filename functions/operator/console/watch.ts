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

/**
 * Reads while a browser follows the page, one reading at a time however many do, and nothing while none does.
 *
 * @param read never rejects: what went wrong is a page too
 */
export const watched = (read: () => Promise<string>, clock: Pick<Clock, 'now' | 'until'>): Watch => {
  const followers = new Set<(page: string) => void>();
  let reading: { readonly page: Promise<string>; readonly at: EpochMs } | undefined;
  let isRunning = false;
  const latest = (): Promise<string> => {
    const at = clock.now();
    if (reading === undefined || at - reading.at >= EVERY_MS) reading = { page: read(), at };
    return reading.page;
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    let shown: string | undefined;
    while (followers.size > 0) {
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
