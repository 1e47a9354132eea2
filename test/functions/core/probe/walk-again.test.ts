import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../../functions/core/answer.ts';
import { walkAgain } from '../../../../functions/core/probe/walk-again.ts';
import { answerOf } from '../rounds.ts';

const walk = (keyIds: string, pages = 2): Answer =>
  answerOf('unlisted', { facts: { readSub: '1' }, walked: { pages, keyIds: keyIds.split('') } });
const ABSENT = answerOf('unlisted', { facts: { readSub: '1' } });
const LISTED = answerOf('listed', { identified: true });
const DIFFER = {
  saw: 'silent',
  code: 'walks differ',
  means: { wait: 'not-yet-proved' },
  facts: { readSub: '1' },
};

/** How often it was asked, and the answer. @param leaving the keys that our own deletes take off the list */
const asked = async (answers: readonly (Answer | { readonly heldUp: undefined })[], leaving: string | null = '') => {
  let times = 0;
  const next = async () => {
    times += 1;
    const said = answers[times - 1] ?? expect.fail('asked too often');
    return 'heldUp' in said ? said : { answer: said, connections: [`${times}`] };
  };
  const said = await walkAgain(next, leaving === null ? undefined : async (keyId) => leaving.includes(keyId));
  const answer = 'heldUp' in said ? said : said.answer;
  // Each walk counts with its connections.
  if ('connections' in said) expect(said.connections).toHaveLength(times);
  return [times, answer];
};

describe('a list that lacks the key', () => {
  it.each([
    ['counts at once where it has one page', [walk('AB', 1)], ABSENT],
    ['counts where two walks read the same', [walk('AB'), walk('AB')], ABSENT],
    ['counts where two walks read the same in another order', [walk('AB'), walk('BA')], ABSENT],
    ['counts where the third walk reads the same as the second', [walk('ABC'), walk('AB'), walk('AB')], ABSENT],
    ['does not count where a later walk finds the key', [walk('AB'), LISTED], LISTED],
    ['has to be read twice where it shrinks to one page', [walk('ABC'), walk('AB', 1), walk('AB', 1)], ABSENT],
    ['does not count after five walks', ['A', 'B', 'A', 'B', 'A'].map((ids) => walk(ids)), DIFFER],
    ['counts where the fifth walk agrees', ['A', 'B', 'A', 'B', 'B'].map((ids) => walk(ids)), ABSENT],
    ['is left where there is no time', [walk('AB'), { heldUp: undefined }], { heldUp: undefined }],
  ])('%s', async (_what, answers, expected) => expect(await asked(answers)).toStrictEqual([answers.length, expected]));

  it.each([
    ['lost only keys that leave it', [walk('ABX'), walk('AB')], 'X', ABSENT],
    ['shows again a key that leaves it', [walk('AB'), walk('ABX')], 'X', ABSENT],
    ['lost another key as well', [walk('ABXY'), walk('AB'), walk('AB')], 'X', ABSENT],
    ['is read where nothing is known of other keys', [walk('ABX'), walk('AB'), walk('AB')], null, ABSENT],
  ])('counts when two walks differ by nothing else: it %s', async (_what, answers, leaving, expected) =>
    expect(await asked(answers, leaving)).toStrictEqual([answers.length, expected]),
  );
});

it('asks no other question again', async () => expect(await asked([LISTED])).toEqual([1, LISTED]));
