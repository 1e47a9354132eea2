import { stripVTControlCharacters } from 'node:util';
import { SANDBOX_OF } from '../sandbox/index.ts';
import { play } from './play.ts';
import { wrapped } from './results/receipt-lines.ts';
import { receiptTable } from './results/receipt-table.ts';

const WIDTH = 79;
const TITLES = new Intl.ListFormat('en-GB').format(Object.values(SANDBOX_OF).map(({ title }) => title));
const WHAT = [
  `API keys at ${TITLES} have to die or to lose permissions, and no one opens a web console.`,
  'Everything happens on this machine: AWS is emulated, each provider is a sandbox that checks every signature,',
  'and the keys are throwaway keys.',
].join(' ');

const INTRODUCTION = `
${wrapped(WHAT, WIDTH).join('\n')}
`;

const LEGEND = `
These are the receipts from the results topic. "Revoked in" counts from the
first delivery of the request to the first probe that found the key gone.
Whether a key stays gone is confirmed ten minutes later.

One delete lost its reply: that of a sub key, signed with its master key. The
master key's list shows within seconds that the sub key is gone. A key that
deletes itself has no such witness. After a lost reply its death looks like an
outage, so its request ends only when the key has been unknown for an hour.`;

const NEXT = 'Try it: npm start -- --serve';

/** Long enough for a busy machine. */
const LIMIT_MS = 120_000;
/** As many lines of the functions' logs as are told when something went wrong. */
const LAST_LINES = 20;

const countsOf = (names: readonly string[]): string =>
  [...new Set(names)].map((name) => `${names.filter((each) => each === name).length} ${name}`).join(', ');

/**
 * Plays the story before a reader: progress, a table of receipts, and whether all is as expected.
 *
 * @returns whether it is
 * @throws where the story cannot be played to its end; the functions' last lines have then been written
 */
export const tellStory = async (stop: AbortSignal): Promise<boolean> => {
  const startedAt = performance.now();
  const log: string[] = [];
  console.log(INTRODUCTION);
  const tooLong = AbortSignal.timeout(LIMIT_MS);
  try {
    const { receipts, differences } = await play(AbortSignal.any([stop, tooLong]), (line) => log.push(line));
    console.log(`\n${receiptTable(receipts).join('\n')}\n${LEGEND}\n`);
    const took = `${((performance.now() - startedAt) / 1_000).toFixed(0)} s`;
    if (differences.length > 0) {
      console.error(`${differences.join('\n')}\n\nThe story did not go as expected (${took}).`);
      return false;
    }
    const counts = countsOf(receipts.map(({ outcome }) => outcome));
    console.log(`All as expected in ${took}: ${counts}.\nThe providers' own records say the same. ${NEXT}`);
    return true;
  } catch (error) {
    const lines = log.slice(-LAST_LINES).map(stripVTControlCharacters);
    if (!stop.aborted && lines.length > 0) console.error(`\nThe functions wrote last:\n${lines.join('\n')}\n`);
    throw tooLong.aborted ? new Error(`Cannot finish the story within ${LIMIT_MS / 1_000} s`) : error;
  }
};
