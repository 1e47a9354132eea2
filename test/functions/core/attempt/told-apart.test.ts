import { expect, it } from 'vitest';
import { isToldApart } from '../../../../functions/core/attempt/told-apart.ts';
import { answerOf, askedOf } from '../rounds.ts';

const REFUSED = answerOf('silent', { means: { end: 'stuck/credential-refused' } });
const round = (asked: Parameters<typeof isToldApart>[1]['asked'], signer = REFUSED) => ({ asked, signer });
const KNOWN = answerOf('silent', { identified: true });

const BY_MANAGER = askedOf(REFUSED, 'managing');

it.each([
  [
    'a refused managing key beside a living target',
    'stuck/credential-refused',
    round([BY_MANAGER, askedOf(answerOf('alive'))]),
    true,
  ],
  ['one beside a target that is known', 'stuck/signer-gone', round([askedOf(KNOWN), BY_MANAGER]), true],
  ['one that was refused before the target was asked', 'stuck/credential-refused', round([askedOf(KNOWN)]), false],
  [
    'one beside a target that is unknown',
    'stuck/credential-refused',
    round([BY_MANAGER, askedOf(answerOf('unknown'))]),
    false,
  ],
  [
    'one beside a question of its own that was answered',
    'stuck/credential-refused',
    round([askedOf(KNOWN), BY_MANAGER, askedOf(answerOf('unlisted'), 'managing')]),
    false,
  ],
  ['one beside a refusal that still names it', 'stuck/credential-refused', round([askedOf(KNOWN, 'managing')]), false],
  ['one beside its own list', 'stuck/credential-refused', round([askedOf(answerOf('listed'), 'managing')]), false],
  [
    'an unknown target that nothing can be asked about, and a managing key that is well',
    'stuck/not-recognised',
    round([], answerOf('alive')),
    true,
  ],
  [
    'one that was asked after the managing key',
    'stuck/not-recognised',
    round([askedOf(answerOf('unknown'))], answerOf('alive')),
    false,
  ],
  [
    'one in no list of a managing key',
    'stuck/not-recognised',
    round([askedOf(answerOf('unlisted'), 'managing')]),
    true,
  ],
  ['one beside a silent managing key', 'stuck/not-recognised', round([BY_MANAGER]), false],
  ['one by its own word', 'stuck/not-recognised', round([askedOf(answerOf('unknown'))]), false],
] as const)('%s: %s is told apart from an outage: %j', (_what, outcome, given, expected) => {
  expect(isToldApart(outcome, given, false)).toBe(expected);
});

it('never where the key signs for itself: no other key was asked', () => {
  expect(isToldApart('stuck/credential-refused', round([askedOf(answerOf('alive'))]), true)).toBe(false);
  expect(isToldApart('stuck/not-recognised', round([askedOf(answerOf('unlisted'), 'managing')]), true)).toBe(false);
  expect(isToldApart('stuck/not-recognised', { asked: [], signer: undefined }, false)).toBe(false);
});
