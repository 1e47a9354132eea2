import type { Answer, Walked } from '../answer.ts';
import type { Retry } from '../backoff.ts';

/** So often one round walks through a list of several pages. */
const MOST_WALKS = 5;

/** No two walks in a row agreed. The pages shift faster than they can be read. */
const UNSETTLED = { saw: 'silent', code: 'walks differ', means: { wait: 'not-yet-proved' } } as const;

/** The answer to a question, with the remote addresses of the connections that were opened for it. */
interface Said {
  readonly answer: Answer;
  readonly connections: readonly string[];
}

/** The question had to wait, or there was no time. */
interface Unsaid {
  readonly heldUp: Retry | undefined;
}

/** Whether the ledger holds a key as gone, or as under a delete. */
type IsLeaving = (keyId: string) => Promise<boolean>;

const onlyIn = (one: Walked, other: Walked): readonly string[] =>
  one.keyIds.filter((keyId) => !other.keyIds.includes(keyId));

/** Whether each identifier that only one of two walks read belongs to a key that our own deletes take off the list. */
const isSettled = async (before: Walked, now: Walked, isLeaving: IsLeaving | undefined): Promise<boolean> => {
  for (const keyId of [...onlyIn(before, now), ...onlyIn(now, before)]) if (!(await isLeaving?.(keyId))) return false;
  return true;
};

/**
 * Asks a question, and asks it again while its answer is the absence from a list of several pages. A row can move from a page that is not
 * yet read to a page that was read. So the target must be absent from two walks in a row, and nothing but our own deletes may tell the two
 * walks apart.
 *
 * @param isLeaving absent: nothing is known of other keys
 * @returns the first answer that does not come from such a walk, or the absence, or silence after five walks
 */
export const walkAgain = async (ask: () => Promise<Said | Unsaid>, isLeaving?: IsLeaving): Promise<Said | Unsaid> => {
  const connections: string[] = [];
  let before: Walked | undefined;
  for (let walk = 1; ; walk += 1) {
    const said = await ask();
    if ('heldUp' in said) return said;
    connections.push(...said.connections);
    const { walked, ...answer } = said.answer;
    if (walked === undefined) return { answer, connections };
    if (before ? await isSettled(before, walked, isLeaving) : walked.pages === 1) return { answer, connections };
    if (walk === MOST_WALKS) return { answer: { ...answer, ...UNSETTLED }, connections };
    before = walked;
  }
};
