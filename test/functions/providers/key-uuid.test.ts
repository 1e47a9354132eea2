import { expect, it } from 'vitest';
import { kalshi, requesty } from '../../../functions/providers/index.ts';
import { KeyUuid } from '../../../functions/providers/key-uuid.ts';

const ID = 'a952bcbe-ec3b-4b5b-b8f9-11dae589608c';

it('reads an id in either case as one', () => expect(KeyUuid.parse(ID.toUpperCase())).toBe(ID));

it.each(['', `x${ID}`, `${ID}0`, ID.slice(1), ID.replaceAll('-', ''), `${ID}\n`])('reads no other text: %j', (text) =>
  expect(KeyUuid.safeParse(text).error?.issues[0]?.message).toBe(
    'it must be hexadecimal digits in the form 8-4-4-4-12',
  ),
);

it.each([kalshi, requesty])('is how a key of $title is named, as its apiKeyId', ({ keyForm }) => {
  expect(keyForm.field).toBe('apiKeyId');
  expect(keyForm.shape.parse(ID.toUpperCase())).toBe(ID);
});
