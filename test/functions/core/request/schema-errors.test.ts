import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { nearest, objection, wanted } from '../../../../functions/core/request/schema-errors.ts';

const objectionOf = (schema: z.ZodType, value: unknown): string => {
  const { error } = schema.safeParse(value, { error: wanted });
  if (error === undefined) throw new Error('Cannot object to it');
  return objection(error, ['kind', 'size']);
};

const KIND = z.strictObject({ kind: z.literal('a') });

it.each([
  ['a string', z.string(), 7, 'it must be a string'],
  ['a number', z.number(), 'x', 'it must be a number'],
  ['a truth value', z.boolean(), 7, 'it must be true or false'],
  ['a list', z.array(z.string()), 7, 'it must be a list'],
  ['an object', z.object({}), 7, 'it must be an object'],
  ['a record', z.record(z.string(), z.string()), 7, 'it must be an object'],
  ['what has no word of ours', z.date(), 7, 'it must be date'],
  ['what is not there', z.string(), undefined, 'it must be a string; it is missing'],
  ['one of several', z.enum(['a', 'b']), 'c', 'it must be one of a, b'],
  ['the only one', z.literal('a'), undefined, 'it must be a; it is missing'],
  ['at least a character', z.string().min(1), '', 'it must have at least 1 character'],
  ['at most two', z.string().max(2), 'abc', 'it must have at most 2 characters'],
  [
    'a form that has a sentence of its own',
    z.string().regex(/^a$/, 'it must be a single a'),
    'b',
    'it must be a single a',
  ],
  ['a form without one', z.string().regex(/^a$/), 'b', 'it must have a form that is documented'],
])('asks for %s', (_what, schema, value, expected) =>
  expect(objectionOf(z.object({ field: schema }), { field: value })).toBe(`Cannot read field: ${expected}`),
);

it.each([
  [
    'of the member that objects least',
    z.union([z.object({ x: z.number(), y: z.number() }), z.object({ x: z.string(), y: z.number() })]),
    { x: 'x', y: 'y' },
    'Cannot read in.y: it must be a number',
  ],
  [
    'of the member that has something inside to object to',
    z.union([z.literal('self'), z.object({ y: z.number() })]),
    { y: 'y' },
    'Cannot read in.y: it must be a number',
  ],
  [
    'to a field that is not known before one that is wrong',
    z.union([z.literal('self'), KIND]),
    { kind: 'b', sizes: 1 },
    'Cannot use the unknown field "sizes"; the nearest known field is size',
  ],
  [
    'to a field that is known, but not there',
    z.union([z.literal('self'), KIND]),
    { kind: 'a', size: 1 },
    'Cannot use the field "size" in in',
  ],
  [
    'to the whole where no member is near',
    z.union([z.literal('a'), z.literal('b')]),
    {},
    'Cannot read in: it must have a form that is documented',
  ],
])('gives the objection %s', (_what, schema, value, expected) =>
  expect(objectionOf(z.object({ in: schema }), { in: value })).toBe(expected),
);

it('says of the request itself where a field of it does not belong', () =>
  expect(objectionOf(KIND, { kind: 'a', size: 1 })).toBe('Cannot use the field "size" in this request'));

describe('the nearest name', () => {
  const NAMES = ['secretId', 'secretVersion', 'reason', 'target', 'ips'];

  it.each([
    ['a letter of the wrong case', 'secretID', 'secretId'],
    ['a missing letter', 'secretI', 'secretId'],
    ['a letter too many', 'reasons', 'reason'],
    ['a wrong letter', 'tarket', 'target'],
    ['two letters turned round', 'taregt', 'target'],
    ['the nearest of two that are near', 'secretVersio', 'secretVersion'],
    ['as many as half of its letters', 'tarxyz', 'target'],
    ['a name that has to be made longer', 'retVersion', 'secretVersion'],
  ])('meets %s', (_what, typed, expected) => expect(nearest(typed, NAMES)).toBe(expected));

  it.each([
    ['another word', 'frobnicate'],
    ['more than half of its letters', 'taxyzw'],
    ['a name behind four letters of something else', 'xyzqtarget'],
    ['nothing', ''],
    ['two of three letters', 'ixy'],
  ])('says nothing to %s', (_what, typed) => expect(nearest(typed, NAMES)).toBeUndefined());

  it('says nothing where nothing is known', () => expect(nearest('secretId', [])).toBeUndefined());
});
