import { expect, it } from 'vitest';
import { receiptLines, wrapped } from '../../../../../infra/local/story/results/receipt-lines.ts';
import { receiptFor } from './receipt-for-test.ts';

const KEY = 'MASTERstory0001';
const AT = new Date('2026-11-20T10:00:01.500Z');
const headOf = (fields: Parameters<typeof receiptFor>[1]) => receiptLines(receiptFor(KEY, fields), AT)[0];

it('shows key, outcome and time, and the message below', () =>
  expect(receiptLines(receiptFor(KEY), AT)).toEqual([
    '10:00:01  bybit/delete-master-key  MAST…0001  revoked in 0.4 s',
    '          The key is gone',
  ]));

it('does not show the age of a request as a time to revoke', () =>
  expect(headOf({ outcome: 'already-revoked', timeToRevokeMs: 270_000 })).toMatch(
    /already-revoked, found so 270\.0 s after it was due$/,
  ));

it('says that a message was not a valid request', () => {
  const none = { provider: null, operation: null, key: null, timeToRevokeMs: null } as const;
  expect(headOf({ ...none, outcome: 'refused', code: 'malformed' })).toBe('10:00:01  no request  refused/malformed');
});

it('wraps the message between words, below the outcome', () => {
  const message = 'The provider does not know the key and this system has never seen it alive there';
  const [, ...lines] = receiptLines(receiptFor(KEY, { message }), AT, 40);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line).toMatch(/^ {10}\S.{0,29}$/);
  expect(lines.map((line) => line.trim()).join(' ')).toBe(message);
});

it.each([
  ['a word that is too long', 'a verylongword b', 6, ['a', 'verylongword', 'b']],
  ['words that just fit', 'ab cd ef', 5, ['ab cd', 'ef']],
  ['nothing', '', 5, ['']],
])('wraps %s', (_what, text, width, lines) => expect(wrapped(text, width)).toEqual(lines));
