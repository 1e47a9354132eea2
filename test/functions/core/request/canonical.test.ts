import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from '../../../../functions/core/request/canonical.ts';

it('sorts the fields of every object and leaves lists in their order', () =>
  expect(canonical({ b: [{ d: 1, c: null }, 'x', 2], a: { f: true, e: {} } })).toBe(
    '{"a":{"e":{},"f":true},"b":[{"c":null,"d":1},"x",2]}',
  ));

it('gives one text to values that differ only in the order of their fields', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonical(turned)).toBe(canonical(value));
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  ));
