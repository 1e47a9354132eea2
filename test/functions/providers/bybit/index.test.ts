import { expect, it } from 'vitest';
import * as z from 'zod';
import { bybit } from '../../../../functions/providers/bybit/index.ts';

const messageOf = (shape: z.ZodType | undefined, value: unknown): string | undefined =>
  shape?.safeParse(value).error?.issues[0]?.message;

it('names a key by its apiKey, of letters and digits that change no body', () => {
  expect(bybit.keyForm.field).toBe('apiKey');
  for (const id of ['A', 'a-B_9', 'x'.repeat(128)]) expect(messageOf(bybit.keyForm.shape, id)).toBeUndefined();
  for (const id of ['', 'a"b', 'x'.repeat(129)])
    expect(messageOf(bybit.keyForm.shape, id)).toBe('it must be 1 to 128 letters, digits, - and _');
});

it('names the sub account of a key by up to twenty digits', () => {
  expect(Object.keys(bybit.locators)).toEqual(['subMemberId']);
  const { subMemberId } = bybit.locators;
  for (const id of ['7', '1'.repeat(20)]) expect(messageOf(subMemberId, id)).toBeUndefined();
  for (const id of ['', 'x7', '7x', '1'.repeat(21)])
    expect(messageOf(subMemberId, id)).toBe('it must be a string of 1 to 20 digits');
});

it('locates a key in the account where it was found, and else in its own', () => {
  expect(bybit.locate({ subMemberId: '8', targetUserID: '9' })).toEqual({ subMemberId: '8' });
  expect(bybit.locate({ targetUserID: '9' })).toEqual({ subMemberId: '9' });
  expect(bybit.locate({})).toStrictEqual({});
});

it('contains a key by taking all that it may do, and its writing where that is wanted', () => {
  expect(bybit.containment?.settings(true)).toEqual({ permissions: {}, readOnly: 1 });
  expect(bybit.containment?.settings(false)).toEqual({ permissions: {} });
});

it('is refused in the regions of two countries', () =>
  expect(bybit.refusedRegions).toEqual({ 'us-': 'the United States', 'cn-': 'mainland China' }));

it('shows in the schema of its credential that one of two secrets is there', () =>
  expect(z.toJSONSchema(bybit.credentialShape, { io: 'input' })).toMatchObject({
    oneOf: [{ required: ['apiSecret'] }, { required: ['privateKey'] }],
  }));
